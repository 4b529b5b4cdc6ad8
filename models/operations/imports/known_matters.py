"""Which matter a row of a file is: by the number of its record or, where it has none, by what it means (INT-6).

A list's running number says which line it is and nothing of the matter: the next list begins again with 1.
"""

import datetime
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.canonical import canonical_json
from models.complaints import ComplaintStatus
from models.errors import OperationRefused, gettext_noop
from models.import_cells import word_key
from models.import_change_over import NUMBERS_OF_RECORDS
from models.import_columns import heading
from models.operations.source_imports import is_in_work
from models.source_mapping import SourceFacts
from models.tickets import TicketStatus

_COUNTING = re.compile(r"\b(?:no|nr|number)\b|[第号條条项項件单]|[\W_]")
_SURE = frozenset(map(heading, NUMBERS_OF_RECORDS))
FIGURES, FIGURES_UNDER_ITS_NAME = 6, 4
"""From how many figures on a number without letters is one of a record, and no line of a list."""
_ENDED = (TicketStatus.CLOSED, TicketStatus.CANCELLED, ComplaintStatus.ARCHIVED, ComplaintStatus.CANCELLED)


def identifies(number: str, header: str) -> bool:
    """Whether *number*, under *header*, is one of a record: GD-1, 20261101001; not 1, No.2, 第3条, ④, 十一."""
    rest = _COUNTING.sub("", unicodedata.normalize("NFKC", number).removesuffix(".0").casefold())
    if re.fullmatch("[0-9一二三四五六七八九十百]*", rest) is None:
        return True
    return len(rest) >= (FIGURES_UNDER_ITS_NAME if heading(header) in _SURE else FIGURES)


def key_of(
    unit_id: int | None, place: str | None, person: str | None, heard_at: datetime.datetime, summary: str
) -> str:
    """The same for every writing of a matter: its unit or place, who told it, the minute it was heard, its words."""
    minute = heard_at.astimezone(datetime.UTC).replace(second=0, microsecond=0)
    where = word_key(place or "") if unit_id is None else unit_id
    facts = [where, word_key(person or ""), minute.isoformat(), word_key(summary) or summary]
    return hashlib.sha256(canonical_json(facts).encode()).hexdigest()[:40]


class KnownMatters:
    """The matters that files have brought to an estate, and the rows of this file that were taken already."""

    def __init__(self, session: Session, estate_id: int, model: Any, source: str) -> None:
        self._session, self._model = session, model
        self._of_source = (model.estate_id == estate_id) & (model.source == source)
        self._rows: dict[str, tuple[int, str]] = {}
        self._by_key: dict[str, Any] = {}
        self._by_meaning: dict[str, list[Any]] = {}

    def load(self, facts: Iterable[SourceFacts]) -> None:
        """Read what may be the matters of *facts*."""
        facts = list(facts)
        # What was imported was registered when it was heard; by that time there is an index.
        same = or_(
            self._model.source_key.in_({fact.source_key for fact in facts}),
            self._model.registered_at.in_({fact.heard_at for fact in facts}),
        )
        self._by_key, self._by_meaning = {}, {}
        for one in self._session.scalars(select(self._model).where(self._of_source, same)):
            self._by_key[one.source_key] = one
            meaning = key_of(one.unit_id, one.place, one.reporter_name, one.heard_at, one.summary)
            self._by_meaning.setdefault(meaning, []).append(one)

    def recognised(self, fact: SourceFacts, row: int, meaning: str) -> SourceFacts:
        """*fact* under the key of the record that it is; *meaning* is its :func:`key_of`.

        Refuses what an earlier row of the file has said already, a number that another matter has, and a state that
        would open again what is over here, or end what our desk has in work.
        """
        self._refuse_repeated(fact, row, numbered=fact.source_key != meaning)
        same = self._by_meaning.get(meaning, [])
        numbered = fact.source_key != meaning
        if fact.source_key not in self._by_key and len(same) == 1 and not (numbered and _is_number(same[0].source_key)):
            fact, numbered = replace(fact, source_key=same[0].source_key), False
            self._refuse_repeated(fact, row, numbered=False)
        known = self._by_key.get(fact.source_key)
        if known is not None and known.source_digest != fact.digest:
            if numbered and not _may_be(known, fact):
                message = gettext_noop(
                    "The number %(number)s is another matter's here: “%(known)s”, heard %(heard)s. If the list numbers "
                    "its own lines, do not take that column as the number; if it is the same matter, change the record."
                )
                words = {"number": fact.source_key, "known": known.summary[:40], "heard": known.heard_at}
                raise OperationRefused("INT-6", message, **words)
            if known.status in _ENDED and fact.closed_at is None:
                message = gettext_noop(
                    "Nothing was changed: it is over here (%(number)s), and the file says that it is open. If it is, "
                    "open %(number)s again."
                )
                raise OperationRefused("INT-6", message, number=known.number)
            if known.status not in _ENDED and is_in_work(known) and fact.closed_at is not None:
                message = gettext_noop(
                    "Nothing was changed: our desk has %(number)s in work, and the file says that it is over. If it "
                    "is, close %(number)s here."
                )
                raise OperationRefused("INT-6", message, number=known.number)
        return fact

    def _refuse_repeated(self, fact: SourceFacts, row: int, *, numbered: bool) -> None:
        first, digest = self._rows.setdefault(fact.source_key, (row, fact.digest))
        if first == row:
            return
        if digest == fact.digest:
            raise OperationRefused("INT-6", gettext_noop("This row repeats row %(row)s of the file."), row=first)
        if numbered:
            message = gettext_noop("Row %(row)s of the file has the number %(number)s already, with different facts.")
            raise OperationRefused("INT-6", message, row=first, number=fact.source_key)
        message = gettext_noop(
            "Row %(row)s of the file is the same matter (unit, time, person and words) and says something else of it: "
            "keep one of them, or write what tells them apart."
        )
        raise OperationRefused("INT-6", message, row=first)


def _is_number(source_key: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{40}", source_key) is None


def _may_be(known: Any, fact: SourceFacts) -> bool:
    """Whether *fact* can be a newer state of *known*: something that does not change has to be the same."""
    words: Sequence[str] = sorted((word_key(known.summary), word_key(fact.summary)), key=len)
    same_words = words[0] in words[1]
    pairs = [(known.unit_id, fact.more.get("unit_id")), (known.reporter_name, fact.more.get("reporter_name"))]
    others = [one == other for one, other in pairs if one and other]
    if known.heard_at == fact.heard_at:
        return same_words or any(others) or not others
    return same_words and (any(others) or not others)
