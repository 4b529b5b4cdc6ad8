"""What a page says before a clock or the calendar is changed, and how far what is open has followed (SET-1)."""

import hashlib
import time
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext, ngettext

from models.base import tables
from models.errors import OperationRefused
from models.operations import settings as verbs
from models.operations.settings import Foretold
from models.policy import may
from models.settings import CalendarDay, Clock, ClockCalendar, EstateSettings, WorkingHours
from views.register.base import RegisterView
from views.request import context
from views.request.committing import committing
from views.words.language import NOTHING, clauses, local_time
from views.words.references import learn_names, record_url

Timed = TypeVar("Timed", bound=Clock | WorkingHours | CalendarDay)
SECONDS_AT_ONCE = 1
_NO_VALUES = ("csrf_token", "form_key", "foretold", "shown_estate")


@dataclass(frozen=True)
class ForetoldPage:
    """What is said beforehand, in the reader's words."""

    key: str
    """By which the next press is known to confirm just this."""
    moving: str
    lately: str
    late: list[tuple[str, str]]
    """Number and address of the records that would have been late."""
    more: str
    confirm: str
    begun_now: str = ""
    """When it would run out if it began now, and when as it is."""


def runs_out(record: Clock, **changes: Any) -> str:
    """When the clock *record*, with these *changes*, would run out if it began now; a dash where it cannot run."""
    wanted = {"minutes": record.minutes, "calendar": record.calendar}
    wanted |= {name: value for name, value in changes.items() if name in wanted}
    clock = Clock(estate_id=record.estate_id, code=record.code, **wanted)
    try:
        return local_time(EstateSettings(context.session(), [record.estate_id]).due(clock, context.now()))
    except OperationRefused:
        return NOTHING


def hour_of_work(estate_id: int) -> str:
    """When an hour of working time that begins now is over."""
    return runs_out(Clock(estate_id=estate_id, code="", minutes=60, calendar=ClockCalendar.WORKING))


class ChangesClocks(RegisterView[Timed]):
    """Registers of what clocks count by: what a change will do is said first, and confirmed."""

    def foretold(self, verb: str, record: Any, **changes: object) -> ForetoldPage | None:
        """What will come of it, unless that is nothing or was read already. Raises what the verb refuses."""
        self.verb(verb)(context.call(preview=True), [record], **changes).one()
        key = _key(self.register, verb)
        if request.form.get("foretold") == key:
            return None
        said = verbs.foretell(context.session(), record, None if verb == "delete" else changes, context.now())
        return None if said.changes_nothing else _written(said, key)

    def after_create(self, record: Timed) -> str:
        """To how far what is open has followed, where that takes a while."""
        return self._while_counting() or super().after_create(record)

    def after_edit(self, record: Timed) -> str:
        """The same."""
        return self._while_counting() or super().after_edit(record)

    def after_delete(self) -> str:
        """The same."""
        return self._while_counting() or super().after_delete()

    def _while_counting(self) -> str:
        left = sum(_behind().values())
        return url_for("clocks.recount_view", total=left) if left else ""


class CountsAnew(ChangesClocks[Clock]):
    """How far what is open has followed the clocks, and a button that goes on with it."""

    @expose("/recount/", methods=("GET", "POST"))
    def recount_view(self) -> ResponseReturnValue:
        """Say how much is left; go on for a second at a time, each part with what is committed."""
        self.require("recount" if request.method == "POST" else "read")
        if request.method == "POST":
            stop = time.monotonic() + SECONDS_AT_ONCE
            while (left := _behind()) and time.monotonic() < stop:
                with committing():
                    verbs.recount_clocks(context.call(), [next(iter(left))])
            return redirect(self.get_url(".recount_view", total=request.form.get("total", 0, int)))
        left_over = sum(_behind().values())
        total = max(left_over, request.args.get("total", 0, int))
        may_go_on = may(context.actor(), "recount", self.model)
        back = self.list_address()
        return self.render("admin/recount.html", left=left_over, total=total, may_go_on=may_go_on, back=back)


def _behind() -> dict[int, int]:
    return verbs.behind(context.session(), [estate.id for estate in context.estates()], context.now())


def _key(register: str, verb: str) -> str:
    typed = sorted((name, text) for name, text in request.form.items(multi=True) if name not in _NO_VALUES)
    return hashlib.sha256(repr((register, verb, request.args.get("id"), typed)).encode()).hexdigest()[:32]


def _written(said: Foretold, key: str) -> ForetoldPage:
    ids: dict[type[Any], list[int]] = {}
    for register, record_id in said.late:
        ids.setdefault(tables()[register], []).append(record_id)
    names = learn_names(ids)
    late = []
    for register, record_id in said.late:
        name = names.get((tables()[register], record_id), f"#{record_id}")
        late.append((name, record_url(register, record_id)))
    moving = said.earlier + said.later + said.ending + said.beginning
    more = said.would_be_late - len(late)
    return ForetoldPage(
        key=key,
        moving=gettext("No open time limit moves.")
        if not moving
        else clauses(
            ngettext("%(num)s open time limit moves", "%(num)s open time limits move", moving),
            gettext("%(number)s to an earlier time", number=said.earlier),
            *([gettext("%(number)s begin, since their records fit now", number=said.beginning)] * said.refits),
            gettext("of these %(number)s would be late at once", number=said.late_at_once),
            gettext("%(number)s to a later time", number=said.later),
            *([gettext("%(number)s end, since their records fit no more", number=said.ending)] * said.refits),
        ),
        lately=clauses(
            gettext(
                "Of %(number)s records of the last 90 days %(late)s were late", number=said.records, late=said.were_late
            ),
            gettext("%(late)s would have been late by this", late=said.would_be_late),
        ),
        late=late,
        more=ngettext("%(num)s older one is not named.", "%(num)s older ones are not named.", more) if more else "",
        confirm=ngettext("Save and move %(num)s", "Save and move %(num)s", moving) if moving else gettext("Save"),
    )
