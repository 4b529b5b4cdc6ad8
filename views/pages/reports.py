"""Reports for managers (``/admin/reports/``, AUD-5): every figure opens its list, every chart has its table."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext, lazy_gettext as _
from werkzeug.exceptions import BadRequest

from models import reports
from models.base import LabelledEnum
from models.complaints import Complaint
from models.estates import Estate
from models.follow_ups import FollowUpStatus
from models.policy import may
from models.staff import Actor
from views.register.page import DeskPage, may_here
from views.request import context
from views.request.gathering import gathered
from views.request.queries import parse_choice, parse_day
from views.words.codes import code_name
from views.words.language import label, local_today, zone

PERIODS = (4, 8, 13, 26, 52)
"""Weeks that the page offers; the first unless another is asked for."""
MOST_DAYS = 366
TREND_WEEKS = 8
DAY = datetime.timedelta(days=1)
ANSWERED = (FollowUpStatus.SATISFIED, FollowUpStatus.NOT_SATISFIED)
MARKS = ("quality", "timeliness", "attitude")


@dataclass(frozen=True)
class Days:
    """Local dates from the first to the last, both included."""

    first: datetime.date
    last: datetime.date

    @property
    def instants(self) -> reports.Period:
        """When the first begins and the last ends (UTC)."""
        return _midnight(self.first), _midnight(self.last + DAY)

    def filters(self, column: str) -> dict[str, str]:
        """These days as filters of a list."""
        return {f"flt_{column}_from": self.first.isoformat(), f"flt_{column}_until": self.last.isoformat()}


@dataclass
class Cell:
    """A figure and the list that it opens; no address where there is none."""

    text: str
    url: str = ""
    number: float | None = None


@dataclass
class Table:
    """A table, and the chart that shows the same."""

    key: str
    title: Any
    columns: Sequence[Any]
    rows: list[list[Cell]] = field(default_factory=list)
    kind: str = ""
    """Of the chart: ``bars``, ``stacked``; none where empty."""
    series: Sequence[int] = ()
    """The columns that the chart draws."""
    note: Any = ""

    @property
    def chart(self) -> dict[str, Any]:
        """What the script draws: names along the axis, and a series of values with addresses for each column."""
        return {
            "kind": self.kind,
            "names": [row[0].text for row in self.rows],
            "series": [
                {
                    "name": str(self.columns[place]),
                    "values": [row[place].number for row in self.rows],
                    "urls": [row[place].url for row in self.rows],
                }
                for place in self.series
            ],
        }


class ReportView(DeskPage):
    """One estate, or all in which the person may read reports."""

    register = "reports"
    title = _("Reports")
    group = _("Control")
    endpoint_name = "reports"
    url_name = "reports"

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The figures of the period that the address asks for."""
        if not may_here("read", "reports"):
            abort(403)
        scope = parse_choice("scope", ("all",), "")
        days = asked_days()
        estates = self.estates() if scope else [here for here in (context.current_estate(),) if here is not None]
        made = Report(days, [estate.id for estate in estates], linked=not scope)
        return self.render(
            "admin/reports.html",
            days=days,
            scope=scope,
            estates=estates,
            several=len(self.estates()) > 1,
            periods=[(weeks, self.address(scope, _last_weeks(weeks)), days == _last_weeks(weeks)) for weeks in PERIODS],
            scopes=[(word, self.address(word, days)) for word in ("", "all")],
            figures=made.figures,
            tables=made.tables,
        )

    @staticmethod
    def address(scope: str, days: Days) -> str:
        """This page with another scope or period."""
        given: dict[str, Any] = {
            "since": days.first.isoformat(),
            "until": days.last.isoformat(),
            "scope": scope or None,
        }
        return url_for(".index_view", **given)

    @staticmethod
    def estates() -> list[Estate]:
        """The estates in which the person may read reports."""
        actor = context.actor()
        assert actor is not None

        def roles_of(estate: Estate) -> Actor:
            return replace(actor, roles=frozenset(role for role in actor.roles if role[0] == estate.id))

        return [estate for estate in context.estates() if may(roles_of(estate), "read", "reports")]


class Report:
    """All figures of one period, read with one statement."""

    def __init__(self, days: Days, estates: list[int], *, linked: bool) -> None:
        """*linked*: whether the figures are those of the lists, which show one estate."""
        self.days, self.linked = days, linked
        period, now = days.instants, context.now()
        self.weeks = [
            Days(days.last - (7 * (TREND_WEEKS - place) - 1) * DAY, days.last - 7 * (TREND_WEEKS - 1 - place) * DAY)
            for place in range(TREND_WEEKS)
        ]
        weeks = [week.instants for week in self.weeks]
        self.answers = gathered(
            {
                "clocks": reports.clock_shares(estates, period, now),
                "calls": reports.satisfaction(estates, period),
                "tickets": reports.ticket_trend(estates, weeks),
                "complaints": reports.complaint_trend(estates, weeks),
                "load": reports.load(estates, now),
                "reopened": reports.reopen_share(estates, period),
                "repeats": reports.repeat_repairs(estates, period),
            }
        )
        self.figures = [self.on_time(), self.satisfied(), self.reopened(), self.repeated()]
        self.tables = [
            self.clocks(),
            self.trend("tickets", _("Tickets by category, eight weeks")),
            self.trend("complaints", _("Complaints by category, eight weeks")),
            self.load(),
            self.calls(),
            self.repeats(),
        ]

    def cell(self, number: float | None, endpoint: str = "", text: str | None = None, **filters: Any) -> Cell:
        """A figure with the list that it opens."""
        url = url_for(f"{endpoint}.index_view", **filters) if endpoint and self.linked and number else ""
        return Cell(f"{number or 0:,}" if text is None else text, url, number or 0)

    def registered(self, **filters: Any) -> dict[str, Any]:
        """Filters for what was registered in the period."""
        return {**self.days.filters("registered_at"), **filters}

    # ------------------------------------------------------------- single figures

    def on_time(self) -> tuple[Any, str, str, str]:
        """All clocks together: label, share, what it is made of, and its list."""
        met, late = (sum(getattr(row, name) for row in self.answers["clocks"]) for name in ("on_time", "late"))
        made_of = gettext("%(part)s of %(whole)s time limits kept", part=met, whole=met + late)
        return _("On time"), percent(met, met + late), made_of, "#report-clocks"

    def satisfied(self) -> tuple[Any, str, str, str]:
        """Of those asked who answered."""
        numbers = {row.status: row.number for row in self.answers["calls"]}
        yes, all_of_them = numbers.get(ANSWERED[0], 0), sum(numbers.get(status, 0) for status in ANSWERED)
        made_of = gettext("of %(count)s who answered", count=all_of_them)
        return _("Satisfied"), percent(yes, all_of_them), made_of, "#report-calls"

    def reopened(self) -> tuple[Any, str, str, str]:
        """Tickets that went back to work."""
        (row,) = self.answers["reopened"]
        made_of = gettext("%(part)s of %(whole)s finished tickets", part=row.reopened, whole=row.finished)
        url = self.cell(row.reopened, "tickets", **self.registered(flt_state="reopened")).url
        return _("Reopened"), percent(row.reopened, row.finished), made_of, url

    def repeated(self) -> tuple[Any, str, str, str]:
        """Rooms with the same kind of repair more than once."""
        count = next((row.places for row in self.answers["repeats"]), 0)
        made_of = gettext("the same kind in the same place, twice or more")
        return _("Repeat repairs"), f"{count:,}", made_of, "#report-repeats"

    # ------------------------------------------------------------- tables

    def clocks(self) -> Table:
        """On-time share per clock."""
        columns = (_("Clock"), _("Rule"), _("On time"), _("Late"), _("Share on time"), _("Moved before"))
        table = Table("clocks", _("Kept time limits"), columns, kind="percent", series=(4,))
        endpoints = {limit.code: ("complaints", "registered_at") for limit in Complaint.time_limits}
        endpoints["follow-up"] = follow_ups = ("follow_ups", "due_at")
        for row in self.answers["clocks"]:
            endpoint, column = endpoints.get(row.code, ("tickets", "registered_at"))
            if row.register is not None:  # one that a manager has added says itself of whose records it is
                endpoint, column = follow_ups if row.register == follow_ups[0] else (row.register, "registered_at")
            late = self.cell(row.late, endpoint, flt_missed=row.code, **self.days.filters(column))
            met, whole = row.on_time, row.on_time + row.late
            share = Cell(percent(met, whole), "", round(100 * met / whole, 1) if whole else None)
            moved = self.cell(row.moved)
            table.rows.append([Cell(code_name(row.code)), Cell(row.rule), self.cell(met), late, share, moved])
        table.note = _("Of what was registered in the period; of follow-ups, what was due in it.")
        return table

    def trend(self, register: str, title: str) -> Table:
        """Eight weeks by category."""
        rows = self.answers[register]
        names: dict[Any, str] = {}
        numbers: dict[tuple[Any, int], int] = {}
        for row in rows:
            named = row.category or gettext("none")
            # Two estates have each its own category of the same name.
            key = row.category_id if register == "tickets" and self.linked else row.category
            names[key] = label(named) if isinstance(named, LabelledEnum) else named
            numbers[key, row.week] = numbers.get((key, row.week), 0) + row.number
        keys = sorted(names, key=lambda key: -sum(numbers.get((key, week), 0) for week in range(TREND_WEEKS)))
        columns = (_("Week from"), _("In all"), *(names[key] for key in keys))
        table = Table(register, title, columns, kind="stacked", series=range(2, len(columns)))
        for place, week in enumerate(self.weeks):
            days = week.filters("registered_at")
            cells = [
                self.cell(numbers.get((key, place)), register, flt_category=getattr(key, "value", key) or 0, **days)
                for key in keys
            ]
            whole = self.cell(sum(numbers.get((key, place), 0) for key in keys), register, **days)
            table.rows.append([Cell(week.first.isoformat()), whole, *cells])
        return table

    def load(self) -> Table:
        """What each person has open now."""
        columns = (_("Handler"), _("Open tickets"), _("Overdue tickets"), _("Open complaints"))
        table = Table("load", _("Open now, by handler"), columns, kind="bars", series=(1, 2, 3))
        for row in self.answers["load"]:
            who = row.staff_id or 0
            table.rows.append(
                [
                    Cell(row.name or gettext("without handler")),
                    self.cell(row.tickets, "tickets", flt_state="open", flt_assignee=who),
                    self.cell(row.late, "tickets", flt_state="overdue", flt_assignee=who),
                    self.cell(row.complaints, "complaints", flt_state="open", flt_assignee=who),
                ]
            )
        return table

    def calls(self) -> Table:
        """What the follow-ups brought, with the mean of each mark and how many gave it."""
        columns = (_("Outcome"), _("Follow-ups"), _("Quality"), _("Timeliness"), _("Attitude"))
        table = Table("calls", _("Follow-ups and satisfaction"), columns, kind="bars", series=(1,))
        for row in self.answers["calls"]:
            number = self.cell(row.number, "follow_ups", flt_status=row.status.value, **self.days.filters("due_at"))
            marks = [_mean(getattr(row, mark), getattr(row, f"{mark}_given")) for mark in MARKS]
            table.rows.append([Cell(label(row.status)), number, *marks])
        table.note = _(
            "Marks from 1 to 5: their mean, and in brackets how many were given. Follow-ups due in the period."
        )
        return table

    def repeats(self) -> Table:
        """Rooms where the same thing breaks again."""
        table = Table("repeats", _("Repeat repairs"), (_("Unit"), _("Category"), _("Repairs"), _("Last")))
        for row in self.answers["repeats"]:
            filters = self.registered(flt_kind="repair", flt_unit=row.unit, flt_category=row.category_id or 0)
            last = row.last_at.astimezone(zone()).date().isoformat()
            number = self.cell(row.number, "tickets", **filters)
            table.rows.append([Cell(row.unit), Cell(row.category or gettext("none")), number, Cell(last)])
        if any(row.places > len(table.rows) for row in self.answers["repeats"]):
            table.note = _("The %(count)s most frequent.", count=reports.MOST_REPEATS)
        return table


def percent(part: float, whole: float) -> str:
    """A share as people read it; a dash where there is nothing to share."""
    return f"{100 * part / whole:.1f} %" if whole else "—"


def asked_days() -> Days:
    """The period that the address asks for, the last weeks otherwise; 400 for one that cannot be."""
    since, until = request.args.get("since"), request.args.get("until")
    days = _last_weeks(PERIODS[0])
    days = Days(parse_day(since) if since else days.first, parse_day(until) if until else days.last)
    if days.first > days.last:
        raise BadRequest(gettext("The first day must not be after the last."))
    if (days.last - days.first).days >= MOST_DAYS:
        raise BadRequest(gettext("A report covers %(count)s days at most.", count=MOST_DAYS))
    return days


def _last_weeks(weeks: int) -> Days:
    today = local_today()
    return Days(today - (7 * weeks - 1) * DAY, today)


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), zone()).astimezone(datetime.UTC)


def _mean(total: int | None, given: int) -> Cell:
    return Cell(f"{total / given:.1f} ({given})" if total and given else "—")
