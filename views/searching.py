"""How a register is searched: by its own index, or as the register says itself."""

from collections.abc import Sequence
from typing import Any

from flask_admin.contrib.sqla import ModelView
from sqlalchemy import ColumnElement, Select, false, select

from models.finding import can_gather_newest, found, found_one_by_one, matches, question_of
from models.follow_ups import FollowUp
from models.personal import keyring_of
from models.search import TEXTS
from views import context


class Searching(ModelView):
    """What of a register's search its pages need; a register with an own ``search_condition`` is searched by that."""

    model: type[Any]

    def init_search(self) -> bool:
        """Whether the register has a search box."""
        searched = self.model.__tablename__ in TEXTS or self.model is FollowUp  # a follow-up is found by its matter
        return searched or type(self).search_condition is not Searching.search_condition

    def search_condition(self, text: str) -> ColumnElement[bool] | None:
        """What a search finds; None when there is nothing in *text* to search for."""
        return found(self.model, text, keyring_of(context.session()))

    def search_matches(
        self, text: str, conditions: Sequence[ColumnElement[bool]], place: Any, most: int, *, newest: bool
    ) -> Select[Any] | None:
        """``id`` and ``place`` of what a search finds among the rows of *conditions* (models.finding.matches)."""
        if type(self).search_condition is Searching.search_condition:
            keyring = keyring_of(context.session())
            return matches(self.model, text, keyring, *conditions, place=place, most=most, newest=newest)
        condition = self.search_condition(text)
        query = select(self.model.id.label("id"), place.label("place"))
        return None if condition is None else query.where(*conditions, condition).limit(most)

    def search_shape(self, text: str) -> tuple[Any, dict[str, Any]]:
        """The kinds and values of *text* (models.finding.Question); None where the register finds by itself."""
        if type(self).search_condition is not Searching.search_condition:
            return None, {}
        question = question_of(text, keyring_of(context.session()))
        return question.kinds, question.values

    def search_one_by_one(self, text: str) -> ColumnElement[bool]:
        """What a search finds, in a form to be asked of one row after another."""
        desk = context.session()
        if type(self).search_condition is Searching.search_condition and not can_gather_newest(desk):
            return found_one_by_one(self.model, text, keyring_of(desk))
        condition = self.search_condition(text)
        return false() if condition is None else condition
