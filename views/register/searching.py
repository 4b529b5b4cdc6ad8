"""How a register is searched: by its own index, or as the register says itself."""

from collections.abc import Sequence
from typing import Any

from flask_admin.contrib.sqla import ModelView
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, false, or_, select

from models.finding import can_gather_newest, found_one_by_one, matches, question_of, search_condition
from models.personal import keyring_of
from views.request import context


class Searching(ModelView):
    """What of a register's search its pages need; a register with an own ``search_condition`` is searched by that."""

    model: type[Any]

    def init_search(self) -> bool:
        """Whether the register has a search box."""
        return self.model.searched is not None or not self.searched_by_index

    @property
    def searched_by_index(self) -> bool:
        """Whether a search asks the index, and no ``search_condition`` or ``column_searchable_list`` of the view."""
        own = type(self).search_condition is not Searching.search_condition
        return not own and not self.column_searchable_list

    def search_condition(self, text: str) -> ColumnElement[bool] | None:
        """What a search finds; None when there is nothing in *text* to search for.

        With ``column_searchable_list``, each word has to stand in one of those columns, in whatever case.
        """
        if self.column_searchable_list:
            names = [getattr(column, "key", column) for column in self.column_searchable_list]
            columns = [getattr(self.model, str(name)) for name in names]
            words = [or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in text.split()]
            return and_(*words) if words else None
        return search_condition(self.model, text, keyring_of(context.session()))

    def search_matches(
        self,
        text: str,
        conditions: Sequence[ColumnElement[bool]],
        place: SQLColumnExpression[Any],
        most: int,
        *,
        newest: bool,
    ) -> Select[Any] | None:
        """``id`` and ``place`` of what a search finds among the rows of *conditions* (models.finding.matches)."""
        if self.searched_by_index:
            keyring = keyring_of(context.session())
            return matches(self.model, text, keyring, *conditions, place=place, most=most, newest=newest)
        condition = self.search_condition(text)
        query = select(self.model.id.label("id"), place.label("place"))
        return None if condition is None else query.where(*conditions, condition).limit(most)

    def search_shape(self, text: str) -> tuple[Any, dict[str, Any]]:
        """The kinds and values of *text* (models.finding.Question); None where the register finds by itself."""
        if not self.searched_by_index:
            return None, {}
        question = question_of(text, keyring_of(context.session()))
        return question.kinds, question.values

    def search_one_by_one(self, text: str) -> ColumnElement[bool]:
        """What a search finds, in a form to be asked of one row after another."""
        desk = context.session()
        if self.searched_by_index and not can_gather_newest(desk):
            return found_one_by_one(self.model, text, keyring_of(desk))
        condition = self.search_condition(text)
        return false() if condition is None else condition
