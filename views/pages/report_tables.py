"""The tables of a report, each with the chart that shows the same (AUD-5): every figure opens its list."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext, lazy_gettext as _

from models import reports
from models.base import LabelledEnum
from models.complaints import Complaint
from views.pages.report_days import Days
from views.register.sheets import Share, Value
from views.request import context
from views.request.gathering import GatheredRow, gathered
from views.words.codes import code_name
from views.words.language import label, zone

ANSWERED = reports.SAID
MARKS = ("quality", "timeliness", "attitude")
SECONDS_AN_HOUR = 3600


@dataclass
class Cell:
    """A figure and the list that it opens; no address where there is none."""

    text: str
    url: str = ""
    number: float | None = None
    value: Value = None
    """What stands in a workbook; the text where there is nothing else."""


@dataclass
class Figure:
    """One of the few figures on top: what it is made of, and what it was in the period before."""

    heading: Any
    text: str
    made_of: str
    before: str
    url: str = ""
    value: Value = None
    value_before: Value = None


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
    wide: bool = False

    @property
    def sheet(self) -> Iterator[list[Value]]:
        """The headings and the rows of a workbook: figures as numbers, days as days."""
        yield [str(column) for column in self.columns]
        for row in self.rows:
            yield [str(cell.text) if cell.value is None and cell.text != NOTHING else cell.value for cell in row]

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


class Report:
    """All figures of one period, read with one statement."""

    def __init__(self, days: Days, estates: list[int], *, linked: bool) -> None:
        """*linked*: whether the figures are those of the lists, which show one estate."""
        self.days, self.linked = days, linked
        period, before, now = days.instants, days.before.instants, context.now()
        self.parts = days.parts
        parts = [part.instants for part in self.parts]
        self.answers = gathered(
            {
                "clocks": reports.clock_shares(estates, period, now),
                "clocks before": reports.clock_shares(estates, before, now),
                "calls": reports.satisfaction(estates, period),
                "calls before": reports.satisfaction(estates, before),
                "tickets": reports.ticket_trend(estates, parts),
                "complaints": reports.complaint_trend(estates, parts),
                "load": reports.load(estates, now),
                "reopened": reports.reopen_share(estates, period),
                "reopened before": reports.reopen_share(estates, before),
                "repeats": reports.repeat_repairs(estates, period),
                "repeats before": reports.repeat_repairs(estates, before),
                "places": reports.by_place(estates, period, before, now),
                "homes": reports.households(estates),
            }
        )
        self.homes = sum(row.number for row in self.answers["homes"])
        self.figures = [
            self.registered_in_all("tickets", _("Tickets")),
            self.registered_in_all("complaints", _("Complaints")),
            self.on_time(),
            self.satisfied(),
            self.reopened(),
            self.repeated(),
        ]
        self.tables = [
            self.trend("tickets", _("Tickets by category")),
            self.trend("complaints", _("Complaints by category")),
            self.places("teams", _("By team"), _("Team"), self._team_of),
            self.places("buildings", _("By building"), _("Building"), lambda row: (row.building, row.building)),
            self.places("butlers", _("By butler"), _("Butler"), lambda row: (row.butler_id, row.butler)),
            self.clocks(),
            self.load(),
            self.calls(),
            self.repeats(),
        ]

    def cell(self, number: float | None, endpoint: str = "", text: str | None = None, **filters: Any) -> Cell:
        """A figure with the list that it opens."""
        url = url_for(f"{endpoint}.index_view", **filters) if endpoint and self.linked and number else ""
        return Cell(f"{number or 0:,}" if text is None else text, url, number or 0, int(number or 0))

    def registered(self, **filters: Any) -> dict[str, Any]:
        """Filters for what was registered in the period."""
        return {**self.days.filters("registered_at"), **filters}

    # ------------------------------------------------------------- single figures

    def registered_in_all(self, register: str, name: Any) -> Figure:
        """How many were registered, of all and of a hundred households."""
        rows = self.answers["places"]
        number = sum(getattr(row, register) for row in rows)
        before = sum(getattr(row, f"{register}_before") for row in rows)
        made_of = gettext("%(share)s per 100 households", share=per_hundred(number, self.homes).text)
        url = self.cell(number, register, **self.registered()).url
        return Figure(name, f"{number:,}", made_of, f"{before:,}", url, number, before)

    def on_time(self) -> Figure:
        """All clocks together: label, share, what it is made of, and its list."""

        def kept(key: str) -> tuple[int, int]:
            met, late = (sum(getattr(row, name) for row in self.answers[key]) for name in ("on_time", "late"))
            return met, met + late

        met, whole = kept("clocks")
        made_of = gettext("%(part)s of %(whole)s time limits kept", part=met, whole=whole)
        return share_figure(_("On time"), (met, whole), kept("clocks before"), made_of, "#report-clocks")

    def satisfied(self) -> Figure:
        """Of those asked who answered."""

        def said(key: str) -> tuple[int, int]:
            numbers = {row.status: row.number for row in self.answers[key]}
            return numbers.get(ANSWERED[0], 0), sum(numbers.get(status, 0) for status in ANSWERED)

        made_of = gettext("of %(count)s who answered", count=said("calls")[1])
        return share_figure(_("Satisfied"), said("calls"), said("calls before"), made_of, "#report-calls")

    def reopened(self) -> Figure:
        """Tickets that went back to work."""
        (row,), (before,) = self.answers["reopened"], self.answers["reopened before"]
        made_of = gettext("%(part)s of %(whole)s finished tickets", part=row.reopened, whole=row.finished)
        url = self.cell(row.reopened, "tickets", **self.registered(flt_state="reopened")).url
        both = (row.reopened, row.finished), (before.reopened, before.finished)
        return share_figure(_("Reopened"), *both, made_of, url)

    def repeated(self) -> Figure:
        """Rooms with the same kind of repair more than once."""
        count, before = (next((row.places for row in self.answers[key]), 0) for key in ("repeats", "repeats before"))
        made_of = gettext("the same kind in the same place, twice or more")
        return Figure(_("Repeat repairs"), f"{count:,}", made_of, f"{before:,}", "#report-repeats", count, before)

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
            share = share_cell(row.on_time, row.on_time + row.late)
            moved = self.cell(row.moved)
            table.rows.append([Cell(code_name(row.code)), Cell(row.rule), self.cell(row.on_time), late, share, moved])
        table.note = _("Of what was registered in the period; of follow-ups, what was due in it.")
        return table

    def trend(self, register: str, title: str) -> Table:
        """The parts of the period by category."""
        rows = self.answers[register]
        names: dict[Any, str] = {}
        numbers: dict[tuple[Any, int], int] = {}
        for row in rows:
            named = row.category or gettext("none")
            # Two estates have each its own category of the same name.
            key = row.category_id if register == "tickets" and self.linked else row.category
            names[key] = label(named) if isinstance(named, LabelledEnum) else named
            numbers[key, row.part] = numbers.get((key, row.part), 0) + row.number
        keys = sorted(names, key=lambda key: -sum(numbers.get((key, part), 0) for part in range(len(self.parts))))
        columns = (self.days.part_heading, _("In all"), *(names[key] for key in keys))
        table = Table(register, title, columns, kind="stacked", series=range(2, len(columns)), wide=True)
        for place, part in enumerate(self.parts):
            days = part.filters("registered_at")
            cells = [
                self.cell(numbers.get((key, place)), register, flt_category=getattr(key, "value", key) or 0, **days)
                for key in keys
            ]
            whole = self.cell(sum(numbers.get((key, place), 0) for key in keys), register, **days)
            table.rows.append([Cell(part.first.isoformat(), value=part.first), whole, *cells])
        if not rows:
            table.rows = []
        return table

    def _team_of(self, row: GatheredRow) -> tuple[Any, str | None]:
        # Two estates have each its own team of the same name.
        return row.team_id if self.linked else row.team, row.team

    def places(self, key: str, title: Any, heading: Any, of: Callable[[GatheredRow], tuple[Any, str | None]]) -> Table:
        """What was registered and how it went, for each team, building or butler, as *of* reads it from a row."""
        names: dict[Any, str | None] = {}
        homes: dict[Any, int] = {}
        sums: dict[Any, dict[str, float]] = {}
        if key != "teams":
            for row in self.answers["homes"]:
                group, name = of(row)
                names[group], homes[group] = name, homes.get(group, 0) + row.number
        for row in self.answers["places"]:
            group, name = of(row)
            names.setdefault(group, name)
            counted = sums.setdefault(group, dict.fromkeys(reports.PLACE_FIGURES, 0))
            for figure in reports.PLACE_FIGURES:
                counted[figure] += getattr(row, figure) or 0
        columns = [heading, _("Tickets"), _("Last period"), _("Tickets per 100 households")]
        columns += [_("Complaints"), _("Last period"), _("Hours to finish")]
        columns += [_("Share on time"), _("Satisfied")]
        if key != "teams":
            columns.insert(1, _("Households"))
        table = Table(key, title, columns, kind="bars", wide=True)
        table.series = (len(columns) - 8, len(columns) - 7)
        if key == "teams":
            names = dict(sorted(names.items(), key=lambda named: (-sums[named[0]]["tickets"], str(named[1]))))
        order = sorted(names, key=lambda group: group is None)
        for group in order:
            counted = sums.get(group) or dict.fromkeys(reports.PLACE_FIGURES, 0)
            if not homes.get(group) and not any(counted.values()):
                continue
            table.rows.append(self._place(key, group, names[group], homes.get(group, 0), counted))
        table.note = _(
            "Registered in the period, and in the one before. Hours run from registering to finishing, on average."
        )
        return table

    def _place(self, key: str, group: Any, name: str | None, homes: int, counted: dict[str, float]) -> list[Cell]:
        registered = ("tickets", "tickets_before", "complaints", "complaints_before")
        figures = {figure: self.cell(counted[figure]) for figure in registered}
        if key == "teams" and group is not None:
            for register in ("tickets", "complaints"):
                figures[register] = self.cell(counted[register], register, **self.registered(flt_team=group))
        hours = counted["seconds"] / SECONDS_AN_HOUR / counted["finished"] if counted["finished"] else None
        row = [Cell(name or str(WITHOUT[key]))]
        if key != "teams":
            row.append(self.cell(homes))
        row += [figures["tickets"], figures["tickets_before"]]
        # What was in no room is of no household.
        of = self.homes if key == "teams" else homes if group is not None else 0
        row.append(per_hundred(counted["tickets"], of))
        row += [figures["complaints"], figures["complaints_before"], decimal_cell(hours)]
        row.append(share_cell(counted["on_time"], counted["on_time"] + counted["late"]))
        said = [counted[status.value] for status in ANSWERED]
        return [*row, share_cell(said[0], sum(said))]

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
            last = row.last_at.astimezone(zone()).date()
            number = self.cell(row.number, "tickets", **filters)
            last_cell = Cell(last.isoformat(), value=last)
            table.rows.append([Cell(row.unit), Cell(row.category or gettext("none")), number, last_cell])
        if any(row.places > len(table.rows) for row in self.answers["repeats"]):
            table.note = _("The %(count)s most frequent.", count=reports.MOST_REPEATS)
        return table


NOTHING = "—"
WITHOUT = {"teams": _("without team"), "buildings": _("without building"), "butlers": _("without butler")}
"""What stands in the place of a name."""


def percent(part: float, whole: float) -> str:
    """A share as people read it; a dash where there is nothing to share."""
    return f"{100 * part / whole:.1f} %" if whole else NOTHING


def share_cell(part: float, whole: float) -> Cell:
    """A share of a hundred, in a workbook as that number."""
    share = round(100 * part / whole, 1) if whole else None
    return Cell(percent(part, whole), "", share, Share(f"{part / whole:.4f}") if whole else None)


def share_figure(name: Any, now: tuple[float, float], before: tuple[float, float], made_of: str, url: str) -> Figure:
    """A share of now and of the period before, each as part and whole."""
    cell, earlier = share_cell(*now), share_cell(*before)
    return Figure(name, cell.text, made_of, earlier.text, url, cell.value, earlier.value)


def per_hundred(number: float, homes: int) -> Cell:
    """*number* for a hundred households; a dash where there are none."""
    return decimal_cell(100 * number / homes if homes else None)


def decimal_cell(number: float | None) -> Cell:
    """A figure with one decimal place; a dash where there is none."""
    return Cell(NOTHING if number is None else f"{number:,.1f}", "", number, _decimal(number))


def _decimal(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(f"{number:.2f}")


def _mean(total: int | None, given: int) -> Cell:
    if not total or not given:
        return Cell(NOTHING)
    return Cell(f"{total / given:.1f} ({given})", value=_decimal(total / given))
