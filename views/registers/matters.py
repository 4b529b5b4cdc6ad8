"""What the record pages of tickets and complaints share."""

import datetime
import functools
from typing import Any

from flask import url_for
from flask_babel import gettext, lazy_gettext as _
from markupsafe import Markup
from sqlalchemy import ColumnElement, String, cast, func, literal, select

from models.base import Base
from models.complaints import Complaint
from models.estates import Unit
from models.follow_ups import FollowUp
from models.matters import MERGED, RETAKEN, ClockRun, RepeatReport, merged_key
from models.personal import masked_phone
from models.policy import may, visible
from models.residents import Resident
from models.settings import Clock
from models.staff import Staff
from models.tickets import PROMISE, WAITING, Ticket
from models.told import Watcher
from views.forms.filters import State
from views.register.record import Related
from views.register.steps import Step
from views.request import context
from views.request.gathering import GatheredRow, Question
from views.words.cells import badge, callable_phone, deadline, exactly, personal_of
from views.words.codes import code_name
from views.words.labels import Caption
from views.words.language import NOTHING, joined, label, local_time, titled

WATCHING = (Step("watch", aside=True), Step("stop_watching", aside=True))


def watched(model: type[Any]) -> State:
    """The state of a list that shows what the person watches."""
    own = select(Watcher.record_id).where(Watcher.register == model.__tablename__)
    return _("what I watch"), lambda _now: model.id.in_(
        own.where(Watcher.staff_id == getattr(context.actor(), "staff_id", 0))
    )


def clock_table(register: str, record_id: int) -> Related:
    """The clocks that run or ran for a record, with the rule each stands for."""
    run = ClockRun
    query = select(
        *(run.id, Clock.code, Clock.rule, run.started_at, run.due_at, run.met_at, run.cancelled_at, run.paused_at),
        *(run.clock_version, run.moved_because, run.paused_minutes),
    )
    query = query.join(Clock, Clock.id == run.clock_id).order_by(run.id)
    query = query.where(run.register == register, run.record_id == record_id)
    titles = (_("Clock"), _("Rule"), _("Started"), _("Due"), _("Met"), _("Stood still"))
    return Related(_("Clocks"), titles, query=query, show=lambda row: ("", _clock_cells(row)))


def _clock_cells(run: GatheredRow) -> tuple[Any, ...]:
    if run.met_at is not None:
        met: Any = local_time(run.met_at)
        if run.code == PROMISE and run.clock_version is None:
            met = joined((gettext("kept") if run.met_at <= run.due_at else gettext("broken"), met))
    elif run.cancelled_at is not None:
        met = titled(gettext("moved"), run.moved_because) if run.moved_because else gettext("cancelled")
    else:
        met = gettext("paused") if run.paused_at is not None else "—"
    running = run.met_at is None and run.cancelled_at is None and run.paused_at is None
    still = run.paused_minutes
    if run.paused_at is not None and run.met_at is None and run.cancelled_at is None:
        still += _minutes(run.paused_at, context.now())
    due = deadline(run.due_at, ended=not running)
    return code_name(run.code), run.rule, local_time(run.started_at), due, met, exactly(still) if still else NOTHING


def hold_table(register: str, record_id: int) -> Related:
    """When a matter waited, how long each time and in all; its clocks stood still then, unless others had the job."""
    query = select(
        ClockRun.id, ClockRun.started_at, func.coalesce(ClockRun.met_at, ClockRun.cancelled_at).label("ended")
    )
    query = query.join(Clock, Clock.id == ClockRun.clock_id).order_by(ClockRun.id)
    query = query.where(ClockRun.register == register, ClockRun.record_id == record_id, Clock.code == WAITING)
    return Related(
        _("On hold"),
        (_("Started"), _("Ended"), _("How long")),
        query=query,
        show=lambda row: ("", (local_time(row.started_at), local_time(row.ended), exactly(_waited(row)))),
        total=lambda rows: (_("In all"), "", exactly(sum(map(_waited, rows)))),
    )


def _waited(row: GatheredRow) -> int:
    return _minutes(row.started_at, row.ended or context.now())


def _minutes(begin: datetime.datetime, end: datetime.datetime) -> int:
    return max(int((end - begin).total_seconds() // 60), 0)


def follow_up_table(register: str, record_id: int) -> Related:
    """The follow-ups of a matter."""
    query = select(FollowUp.id, FollowUp.status, FollowUp.due_at, FollowUp.finished_at, FollowUp.attempts)
    query = query.where(FollowUp.register == register, FollowUp.record_id == record_id).order_by(FollowUp.id)
    may_open = may(context.actor(), "read", FollowUp)
    return Related(
        _("Follow-ups"),
        (_("Status"), _("Due"), _("Attempts")),
        query=query,
        show=lambda row: (
            url_for("follow_ups.details_view", id=row.id) if may_open else "",
            (badge(row.status), deadline(row.due_at, ended=row.finished_at is not None), row.attempts),
        ),
    )


def other_callers(*conditions: ColumnElement[bool]) -> Question:
    """Who else called about matters (INT-6), where they live or called from, and what they said."""
    told = RepeatReport
    place = func.coalesce(select(Unit.code).where(Unit.id == told.unit_id).scalar_subquery(), told.place)
    names = "id heard_at channel resident_id reporter_name reporter_department reporter_phone promised_at words"
    columns = [getattr(told, name) for name in names.split()]
    taker = select(Staff.name).where(Staff.id == told.taken_by_id).scalar_subquery()
    return select(*columns, place.label("place"), taker.label("taker")).where(*conditions).order_by(told.id)


def who_called(row: GatheredRow) -> str:
    """Name or department of one of :func:`other_callers`."""
    return " · ".join(filter(None, (row.reporter_name, row.reporter_department))) or NOTHING


def phone_of_caller(row: GatheredRow, *, in_full: bool) -> str:
    """The phone of one of :func:`other_callers`, in full for those who must call (RES-4)."""
    if not row.reporter_phone:
        return NOTHING
    return callable_phone(row.reporter_phone) if in_full else personal_of(row.reporter_phone, masked_phone)


class CallersBeside:
    """Who else called about any of the matters shown together, asked when the first of them is shown."""

    def __init__(self, model: type[Base], ids: list[int]) -> None:
        self.register, self.ids = model.__tablename__, ids

    @functools.cached_property
    def texts(self) -> dict[int, str]:
        """Matter -> name, place and masked phone of each."""
        found: dict[int, list[str]] = {}
        matter = RepeatReport.record_id
        query = other_callers(RepeatReport.register == self.register, matter.in_(self.ids))
        query = query.add_columns(matter.label("matter"))
        for row in context.session().execute(query):
            words = (who_called(row), row.place, phone_of_caller(row, in_full=False))
            found.setdefault(row.matter, []).append(" ".join(word for word in words if word and word != NOTHING))
        return {matter: joined(filter(None, callers)) for matter, callers in found.items()}


def repeat_table(register: str, record_id: int, *, in_full: bool) -> Related:
    """Who called each time the matter was reported again, and what was said (INT-6)."""
    may_open = may(context.actor(), "read", Resident)

    def shown(row: GatheredRow) -> tuple[str, tuple[Any, ...]]:
        name: Any = who_called(row)
        if may_open and row.resident_id is not None:
            name = Markup('<a href="{}">{}</a>').format(url_for("residents.details_view", id=row.resident_id), name)
        phone = phone_of_caller(row, in_full=in_full)
        at, promised = local_time(row.heard_at), local_time(row.promised_at) if row.promised_at else NOTHING
        return "", (name, row.place or NOTHING, phone, row.words, promised, at, label(row.channel), row.taker or "")

    titles = (_("Reporter"), _("Unit"), _("Phone"), _("What was said"), _("Answer promised until"))
    return Related(
        _("Also called"),
        (*titles, _("Heard"), _("Channel"), _("Taken by")),
        query=other_callers(RepeatReport.register == register, RepeatReport.record_id == record_id),
        show=shown,
    )


def merged_tables(model: type[Base], record_id: int) -> list[Related]:
    """The original that a duplicate went into, and the duplicates that went into an original (INT-6)."""
    register = model.__tablename__
    own, of_merge = RepeatReport.record_id, (RepeatReport.source == MERGED, RepeatReport.register == register)
    original = select(own).where(*of_merge, RepeatReport.source_key == merged_key(register, record_id))
    taken_in = select(RepeatReport.id).where(
        *of_merge, own == record_id, RepeatReport.source_key == literal(f"{register}:") + cast(model.id, String)
    )
    return [
        matter_table(_("Merged into"), model, register, model.id.in_(original)),
        matter_table(_("Merged into this"), model, register, taken_in.exists()),
    ]


def taken_tables(record: Ticket | Complaint) -> list[Related]:
    """As what the matter was taken before, or goes on, where it was taken as the wrong kind first (INT-8)."""
    other: Any = Complaint if isinstance(record, Ticket) else Ticket
    register, _colon, number = (record.source_key or "").partition(":")
    was_other = record.source == RETAKEN and register == other.__tablename__
    before = other.id == (int(number) if was_other else 0)
    here = other.source == RETAKEN, other.source_key == merged_key(record.__tablename__, record.id)
    return [
        matter_table(gettext("Taken before as"), other, other.__tablename__, before),
        matter_table(gettext("Taken anew as"), other, other.__tablename__, other.estate_id == record.estate_id, *here),
    ]


def matter_table(title: Caption, model: type[Any], endpoint: str, *conditions: ColumnElement[bool]) -> Related:
    """Other tickets or complaints that the person may see, linked."""
    query = select(model.id, model.number, model.status, model.summary)
    return Related(
        title,
        (_("Number"), _("Status"), _("Summary")),
        query=query.where(*conditions, visible(context.actor(), model)).order_by(model.id),
        show=lambda row: (
            url_for(f"{endpoint}.details_view", id=row.id),
            (row.number, badge(row.status), row.summary),
        ),
    )
