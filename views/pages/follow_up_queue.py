"""The follow-up queue (``/admin/follow-ups/queue/``): one call after another, all that it needs beside its form."""

import datetime
import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext, lazy_gettext as _
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from models.call import Call
from models.complaints import Complaint
from models.errors import OperationRefused, Outcome
from models.estates import Unit
from models.follow_ups import IS_SCHEDULED, AttemptOutcome, FollowUp, FollowUpAttempt
from models.hanging import OfRecord
from models.matters import Comment, RepeatReport
from models.operations import follow_ups as verbs
from models.operations.follow_ups import rest_at
from models.personal import masked_phone
from models.residents import Resident
from models.settings import EstateSettings
from models.staff import Staff
from models.tickets import Ticket
from views.forms.base import DeskForm
from views.register.page import DeskPage, may_here, shown_here
from views.register.scope import INVALID, perform
from views.registers.follow_ups import AttemptForm, LaterForm
from views.registers.matters import other_callers, phone_of_caller, who_called
from views.request import context
from views.request.gathering import Question, gathered
from views.request.queries import COUNT_LIMIT, parse_choice, parse_id
from views.request.sent_once import once
from views.words.cells import callable_phone, personal_of
from views.words.language import local_midnight, sentence
from views.words.references import record_url

LAST = 6
"""So many entries, attempts and repeated reports are shown."""


@dataclass
class DueCall:
    """The call to be made now: who, where, what was done, what was said before."""

    follow_up: Any
    matter: Any
    register: str
    url: str
    name: str
    phone: str
    """A link for those who may call."""
    attempts: list[Any] = field(default_factory=list)
    entries: list[Any] = field(default_factory=list)
    repeats: list[Any] = field(default_factory=list)
    """Who else called, and may be asked as well."""
    phone_of: Callable[[Any], Any] = lambda row: ""
    """The phone of one of these."""


class FollowUpQueueView(DeskPage):
    """The calls of the estate shown."""

    register = "follow_ups"
    title = _("Follow-up calls")
    group = _("Matters")
    endpoint_name = "follow_up_queue"
    url_name = "follow-ups/queue"

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The next call; ``skipped`` ones come again at the end."""
        return self.page(AttemptForm(), self.asked_call())

    @expose("/record/", methods=("POST",))
    @once
    def record_view(self) -> ResponseReturnValue:
        """Record what the call brought (FUP-1 … 3), then the next one."""
        form = AttemptForm(request.form)
        return self.doing("record_attempt", verbs.record_attempt, form, _brought(form.outcome.data))

    @expose("/later/", methods=("POST",))
    @once
    def later_view(self) -> ResponseReturnValue:
        """The resident wants another time: the call comes up again then (FUP-5)."""
        form = LaterForm(request.form)
        return self.doing("reassign", _call_later, form, gettext("It comes up again at that time."))

    def doing(self, verb: str, function: Callable[..., Outcome], form: DeskForm, done: str) -> ResponseReturnValue:
        """Do a verb to the call that was shown; nothing typed is lost when it is refused."""
        call_id = self.asked_call()
        if call_id is None or not may_here(verb, "follow_ups"):
            abort(403)
        query = select(FollowUp).where(FollowUp.id == call_id, shown_here(FollowUp))
        follow_up = context.session().scalars(query).one_or_none()
        if follow_up is None:
            abort(404)
        if not form.validate():
            return self.page(form, call_id), INVALID
        try:
            perform(function, [follow_up], self.asked_version(), **form.arguments())
        except OperationRefused as refusal:
            return self.page(form, call_id, None if form.refuse(refusal) else sentence(refusal)), refusal.http_status
        flash(done, "success")
        return redirect(url_for(".index_view", **self.queue_address()))

    def asked_call(self) -> int | None:
        """The follow-up that the address names, None for the next one."""
        return parse_id(request.args["call"]) if "call" in request.args else None

    def asked_version(self) -> int | None:
        """The version that the form was made of."""
        return parse_id(request.form["version"]) if request.form.get("version") else None

    def queue_address(self) -> dict[str, Any]:
        """What the address says of the queue: whose calls, and those put at its end."""
        whose = parse_choice("whose", ("mine", "all"), "")
        skipped = [parse_id(text) for text in request.args.getlist("skipped")][-50:]
        return {name: value for name, value in (("whose", whose), ("skipped", skipped)) if value}

    # ------------------------------------------------------------- what is shown

    def page(self, form: DeskForm, call_id: int | None, problem: str | None = None) -> str:
        """The call with its form; two statements: which it is and how many there are, and all about it."""
        kept = self.queue_address()
        whose = kept.get("whose", "mine")
        found = gathered(self.questions(whose, kept.get("skipped", [])))
        counts = {name: found[name][0].number for name in ("mine", "all", "today", "later")}
        following = [row.id for row in found["next"] if row.id != call_id]
        chosen = call_id or (following.pop(0) if following else None)
        call = self.call(chosen) if chosen is not None else None
        if call_id is not None and call is None:
            abort(404)
        here = context.current_estate()
        settings = EstateSettings(context.session(), {here.id}) if here is not None else None
        return self.render(
            "admin/follow_up_queue.html",
            call=call,
            counts=counts,
            whose=whose,
            kept=kept,
            skip=url_for(".index_view", **{**kept, "skipped": [*kept.get("skipped", []), chosen]}) if call else "",
            following=len(following) > 0,
            form=form if isinstance(form, AttemptForm) else AttemptForm(),
            later=form if isinstance(form, LaterForm) else LaterForm(),
            problem=problem,
            rest=rest_at(settings, here.id, context.now()) if settings is not None and here is not None else None,
            may_record=may_here("record_attempt", "follow_ups"),
            who_called=who_called,
        )

    def questions(self, whose: str, skipped: list[int]) -> dict[str, Question]:
        """The next calls, and how many there are, how many were tried today, how many wait for their time."""
        mine = FollowUp.assignee_id == getattr(context.actor(), "staff_id", 0)
        due_now = [self.is_due(), ~self.tried_today()]
        owner = [mine] if whose == "mine" else []
        order = [FollowUp.id.in_(skipped).asc()] if skipped else []
        return {
            "next": self.calls(FollowUp.id, *owner, *due_now).order_by(*order, FollowUp.due_at, FollowUp.id).limit(3),
            "mine": self.count(mine, *due_now),
            "all": self.count(*due_now),
            "today": self.count(*owner, self.tried_today()),
            "later": self.count(*owner, ~self.is_due()),
        }

    def calls(self, column: InstrumentedAttribute[Any], *conditions: ColumnElement[bool]) -> Question:
        """Calls still to be made."""
        return select(column).where(shown_here(FollowUp), IS_SCHEDULED, *conditions)

    def count(self, *conditions: ColumnElement[bool]) -> Question:
        """How many there are, up to a limit."""
        found = self.calls(FollowUp.id, *conditions).limit(COUNT_LIMIT).subquery()
        return select(func.count().label("number")).select_from(found)

    @staticmethod
    def is_due() -> ColumnElement[bool]:
        """Not put off to a time that the resident prefers."""
        return or_(FollowUp.preferred_time.is_(None), FollowUp.preferred_time <= context.now())

    @staticmethod
    def tried_today() -> ColumnElement[bool]:
        """Tried on this local day already: only another day counts as another attempt (FUP-3)."""
        tries = select(FollowUpAttempt.id).where(FollowUpAttempt.follow_up_id == FollowUp.id)
        return tries.where(FollowUpAttempt.at >= local_midnight()).exists()

    def call(self, call_id: int) -> DueCall | None:
        """All about one call, with one statement; None when it is not to be seen."""
        worker, caller = aliased(Staff), aliased(Staff)
        about = {
            "call": select(*_columns(FollowUp, "id version status due_at preferred_time attempts"), caller.name)
            .outerjoin(caller, caller.id == FollowUp.assignee_id)
            .where(FollowUp.id == call_id, shown_here(FollowUp)),
            "attempts": self.hanging(FollowUpAttempt, "at way outcome words").where(
                FollowUpAttempt.follow_up_id == call_id
            ),
            "comments": self.hanging(Comment, "at kind body").where(*_of_the_same(Comment, call_id)),
            "repeats": other_callers(*_of_the_same(RepeatReport, call_id)).limit(LAST),
        }
        models: tuple[tuple[type[Any], str], ...] = ((Ticket, "finished_at"), (Complaint, "carried_out_at"))
        for model, ended in models:
            names = "id number status summary detail wish place reporter_name reporter_phone result promised_at repeats"
            matter = select(
                *_columns(model, names),
                getattr(model, ended).label("ended_at"),
                Unit.code.label("unit"),
                Resident.name.label("resident"),
                Resident.phone.label("resident_phone"),
                worker.name.label("handler"),
            )
            matter = matter.join(FollowUp, FollowUp.of(model, model.id)).where(FollowUp.id == call_id)
            matter = matter.outerjoin(Unit, Unit.id == model.unit_id).outerjoin(worker, worker.id == model.assignee_id)
            about[model.__tablename__] = matter.outerjoin(Resident, Resident.id == model.resident_id).where(
                shown_here(model)
            )
        found = gathered(about)
        register = "tickets" if found["tickets"] else "complaints"
        if not found["call"] or not found[register]:
            return None
        return _call(found, register)

    @staticmethod
    def hanging(model: type[Any], names: str) -> Question:
        """The latest rows of what hangs on the call or its matter."""
        return select(*_columns(model, names)).order_by(model.id.desc()).limit(LAST)


def _brought(outcome: AttemptOutcome | None) -> str:
    """What the call has led to, said to who made it."""
    if outcome is AttemptOutcome.NOT_SATISFIED:
        return str(gettext("Recorded: not satisfied, so the matter is being worked on again."))
    if outcome is AttemptOutcome.NOT_REACHED:
        return str(gettext("Recorded: not reached, to be tried again on another day."))
    return str(gettext("Recorded: satisfied."))


def _columns(model: type[Any], names: str) -> list[Any]:
    return [getattr(model, name) for name in names.split()]


def _of_the_same(model: type[OfRecord], call_id: int) -> tuple[ColumnElement[bool], ...]:
    """What hangs on the same matter as the call."""
    return FollowUp.id == call_id, model.register == FollowUp.register, model.record_id == FollowUp.record_id


def _call(found: dict[str, list[Any]], register: str) -> DueCall:
    (follow_up,), (matter,) = found["call"], found[register]
    stored = matter.reporter_phone or matter.resident_phone
    in_full = may_here("read_phone", register)
    return DueCall(
        follow_up,
        matter,
        register,
        record_url(register, matter.id),
        matter.reporter_name or matter.resident or "",
        (callable_phone(stored) if in_full else personal_of(stored, masked_phone)) if stored else "",
        found["attempts"],
        found["comments"],
        found["repeats"],
        functools.partial(phone_of_caller, in_full=in_full),
    )


def _call_later(call: Call, rows: list[FollowUp], *, preferred_time: datetime.datetime) -> Outcome:
    """The same person calls again at another time: passing on to oneself is the verb that sets it (FUP-4)."""
    assignee = call.session.get_one(Staff, rows[0].assignee_id)
    return verbs.reassign(call, rows, assignee=assignee, preferred_time=preferred_time)
