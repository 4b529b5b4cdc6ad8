"""By what a key is told from all others (KEY-1): its number, and the hook and seal that no other in custody has."""

import re
from collections.abc import Mapping

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from models.errors import OperationRefused, gettext_noop
from models.keys import Key
from models.meanings import tags_alike
from models.operations.core import check_letters
from models.tags import tag_key

_LAST_FIGURES = re.compile("[1-9][0-9]*(?=[^0-9]*$)")


class Numbers:
    """The numbers of keys, with those that :meth:`take` has given away."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._taken: dict[tuple[int, str], str] = {}

    def take(self, estate_id: int, number: str) -> None:
        """Keep *number* for a new key; refused (KEY-1) where another is called so, in whatever spelling."""
        check_letters(number, "KEY-1", "number")
        name = tag_key(number)
        figures = _LAST_FIGURES.search(name)
        alike = Key.number.contains(figures[0]) if figures else true()
        there = self._session.scalars(select(Key.number).where(Key.estate_id == estate_id, alike))
        same = next((each for each in there if tag_key(each) == name), self._taken.get((estate_id, name)))
        if same is not None:
            message = gettext_noop("There is a key %(number)s already.")
            raise OperationRefused("KEY-1", message, field="number", number=same)
        self._taken[estate_id, name] = number


def check_free(
    session: Session,
    estate_id: int,
    places: Mapping[str, str | None],
    taken: set[tuple[str, int, str]],
    own_id: int | None = None,
) -> None:
    """Refuse (KEY-1) a hook or seal of another key in custody in whatever spelling.

    Or of one of the same batch: *taken* holds what each has.
    """
    found = []
    for column, text in places.items():
        check_letters(text or "", "KEY-1", column)
        names = tags_alike((text or "").strip())
        name = names[0]
        written = getattr(Key, column)
        here = (Key.lost_at.is_(None), Key.handed_back_at.is_(None))
        query = select(Key.number, written).where(Key.estate_id == estate_id, getattr(Key, f"{column}_key").in_(names))
        other = session.execute(query.where(Key.id != (own_id or 0), *here)).first()
        if name and other is not None:
            message = gettext_noop("Key %(number)s in custody has the hook %(name)s already.")
            if column == "seal":
                message = gettext_noop("Key %(number)s in custody has the seal %(name)s already.")
            raise OperationRefused("KEY-1", message, field=column, number=other[0], name=other[1])
        if name and (column, estate_id, name) in taken:
            message = gettext_noop("Another key of these has the hook %(name)s.")
            if column == "seal":
                message = gettext_noop("Another key of these has the seal %(name)s.")
            raise OperationRefused("KEY-1", message, field=column, name=(text or "").strip())
        found.append((column, estate_id, name))
    taken.update(found)
