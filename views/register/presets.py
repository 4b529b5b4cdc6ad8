"""The states that people ask for most, as tabs above a list; how many rows each has is asked for on its own."""

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import jsonify, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import ColumnElement, func, select, true

from views.forms.filters import StateFilter
from views.register.part import Row
from views.request.gathering import gathered
from views.request.queries import Listing
from views.words.language import language

if TYPE_CHECKING:
    from views.register.listing import ListPages as Part
else:
    from views.register.part import Part

USUAL = ("open", "overdue", "mine", "unassigned", "watched")
MOST = 999
"""Counted so far only: all tabs together cost no more than a page."""


@dataclass(frozen=True)
class Preset:
    """One state of the list as a tab."""

    word: str
    name: str
    current: bool


class Presets(Part[Row]):
    """Tabs of states, and ``/admin/<register>/counts/``."""

    presets: tuple[str, ...] = USUAL
    """The states (``flt_state``) that stand above the list; those that the register does not have are left out."""

    begins = "open"
    """The state that the menu shows first, where it is a tab; else everything."""
    waits = "overdue"
    """The state whose records the menu counts, where the register has it."""

    def late(self) -> ColumnElement[bool] | None:
        """Of which records something is late; None where the register has no such state."""
        states = self._states
        return None if states is None or self.waits not in states.states else states.condition(self.waits)

    @functools.cached_property
    def _states(self) -> StateFilter | None:
        return next((flt for flt in self._filters or () if isinstance(flt, StateFilter) and flt.key == "state"), None)

    @functools.cached_property
    def preset_words(self) -> tuple[str, ...]:
        """The states of the tabs."""
        states = self._states
        return () if states is None else tuple(word for word in self.presets if word in states.states)

    def preset_tabs(self, listing: Listing) -> list[Preset]:
        """The tabs, the one shown marked: that whose state is all that the address asks for."""
        states = self._states
        if states is None:
            return []
        alone = len(listing.filters) == 1 and not listing.search
        shown = [raw for flt, raw, _value in listing.filters if flt is states and alone]
        return [Preset(word, name, shown == [word]) for word, name in self._named(language())]

    @functools.lru_cache(8)  # noqa: B019  # views live as long as the program
    def _named(self, _language: str) -> list[tuple[str, str]]:
        """The states of the tabs and how they are called."""
        states = self._states
        return [] if states is None else [(word, states.value_label(word)) for word in self.preset_words]

    def first_address(self) -> str:
        """With what the menu begins."""
        return url_for(
            f"{self.endpoint}.index_view", flt_state=self.begins if self.begins in self.preset_words else None
        )

    @expose("/counts/")
    def counts_view(self) -> ResponseReturnValue:
        """How many rows each tab has, as JSON: ``{"open": "38", "overdue": "999+"}``; with one statement."""
        questions: dict[str, Any] = {}
        for word in self.preset_words:
            fits = self._states.condition(word) if self._states is not None else true()
            ids = select(self.model.id).where(self.listed(), fits).limit(MOST + 1)
            questions[word] = select(func.count().label("number")).select_from(ids.subquery())
        answers = gathered(questions)
        numbers = {word: rows[0].number for word, rows in answers.items()}
        return jsonify({word: f"{MOST}+" if number > MOST else str(number) for word, number in numbers.items()})
