"""Reports for managers (``/admin/reports/``, AUD-5): a period beside the one before, on the page and as a workbook."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext, lazy_gettext as _

from models.estates import Estate
from models.policy import may
from models.staff import Actor
from views.pages.report_days import Days, asked_days, can_be_asked, offered
from views.pages.report_tables import Report
from views.register.page import DeskPage, may_here
from views.register.sheets import Value, book_answer
from views.request import context
from views.request.queries import parse_choice


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
        days, scope, estates = self._asked()
        made = Report(days, [estate.id for estate in estates], linked=not scope)
        return self.render(
            "admin/reports.html",
            days=days,
            scope=scope,
            estates=estates,
            several=len(self.estates()) > 1,
            periods=[(name, self.address(scope, each), days == each) for name, each in offered()],
            earlier=self.address(scope, days.before) if can_be_asked(days.before) else None,
            later=self.address(scope, days.after) if can_be_asked(days.after) else None,
            workbook=self.address(scope, days, "export"),
            scopes=[(word, self.address(word, days)) for word in ("", "all")],
            households=made.homes,
            figures=made.figures,
            tables=made.tables,
        )

    @expose("/export/")
    def export(self) -> ResponseReturnValue:
        """The same as a workbook: a sheet a table, figures as numbers, days as days."""
        if not may_here("export", "reports"):
            abort(403)
        days, scope, estates = self._asked()
        made = Report(days, [estate.id for estate in estates], linked=not scope)
        sheets = [
            (str(self.title), _overview(made, estates)),
            *((str(table.title), table.sheet) for table in made.tables),
        ]
        return book_answer(sheets, f"reports-{days.first}-{days.last}.xlsx")

    def _asked(self) -> tuple[Days, str, list[Estate]]:
        if not may_here("read", "reports"):
            abort(403)
        scope = parse_choice("scope", ("all",), "")
        days = asked_days()
        here = context.current_estate()
        return days, scope, self.estates() if scope else [here] if here is not None else []

    @staticmethod
    def address(scope: str, days: Days, page: str = "index_view") -> str:
        """This page, or its workbook, with another scope or period."""
        given: dict[str, Any] = {
            "since": days.first.isoformat(),
            "until": days.last.isoformat(),
            "scope": scope or None,
        }
        return url_for(f".{page}", **given)

    @staticmethod
    def estates() -> list[Estate]:
        """The estates in which the person may read reports."""
        actor = context.actor()
        assert actor is not None

        def roles_of(estate: Estate) -> Actor:
            return replace(actor, roles=frozenset(role for role in actor.roles if role[0] == estate.id))

        return [estate for estate in context.estates() if may(roles_of(estate), "read", "reports")]


def _overview(made: Report, estates: list[Estate]) -> Iterator[list[Value]]:
    """The few figures on top, and what they are of."""
    yield [gettext("Figure"), gettext("Period"), gettext("Last period")]
    yield [gettext("Estates"), gettext(", ").join(estate.name for estate in estates), None]
    for name, now, before in (
        (_("From"), made.days.first, made.days.before.first),
        (_("Until"), made.days.last, made.days.before.last),
    ):
        yield [str(name), now, before]
    yield [gettext("Households"), made.homes, None]
    for figure in made.figures:
        yield [str(figure.heading), figure.value, figure.value_before]
