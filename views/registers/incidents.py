"""Reports that may be one incident (INT-6): offered where they are seen, attached with one press."""

import datetime
from collections.abc import Mapping
from typing import Any

from flask import abort, flash, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import ColumnElement, select

from models.errors import OperationRefused
from models.matters import ClockRun
from models.policy import may, visible
from models.same_matter import UNFINISHED, Burst, bursts, reports_since
from models.settings import DEFAULT_SETTINGS, Clock, Setting, whole_number
from models.tickets import ESCALATION, OPEN_STATUSES, Ticket
from views.forms.base import DeskForm
from views.register.scope import actor_here
from views.register.steps import Offer
from views.registers.intake import IntakePages
from views.request.gathering import Question
from views.request.queries import parse_id
from views.words.cells import coloured
from views.words.language import listed, sentence, titled

NUMBER, MINUTES = "incident-reports", "incident-minutes"
A_DAY = datetime.timedelta(days=1)
"""So far back a report is compared with others, unless these are an incident already."""
MOST = 100


def burst_questions(since: Any, *conditions: ColumnElement[bool]) -> dict[str, Question]:
    """What is asked for the reports *since* then that may be one incident; nothing of who may not attach them."""
    if not may(actor_here(), "attach", Ticket):
        return {}
    figures = select(Setting.estate_id, Setting.code, whole_number().label("figure"))
    reports = reports_since(since, visible(actor_here(), Ticket), *conditions)
    return {"reports": reports, "figures": figures.where(Setting.code.in_((NUMBER, MINUTES)))}


def bursts_of(answers: Mapping[str, list[Any]]) -> list[Burst]:
    """What of the answers may be one incident."""
    figures = {(row.estate_id, row.code): row.figure for row in answers.get("figures", ()) if row.figure is not None}

    def of_estate(estate_id: int) -> tuple[int, int]:
        number, minutes = (figures.get((estate_id, code), DEFAULT_SETTINGS[code][1]) for code in (NUMBER, MINUTES))
        return number, minutes

    return bursts(answers.get("reports", ()), of_estate)


class IncidentPages(IntakePages):
    """What of an incident stands on a ticket's page, and the press that attaches all of its reports."""

    def offers(self, record: Ticket) -> list[Offer]:
        """A decision only where one is due (DSP-9), a word to all only on what leads an incident (INT-6)."""
        fits: dict[str, bool] = g.get("fitting_steps", {})
        return [offer for offer in super().offers(record) if fits.get(offer.step.verb, True)]

    def questions_of_steps(self, record: Ticket) -> dict[str, Question]:
        """Whether a decision on what it lacks is due, and whether it leads an incident that is not over."""
        running = ClockRun.met_at.is_(None), ClockRun.cancelled_at.is_(None), Clock.code == ESCALATION
        due = select(ClockRun.id).join(Clock, Clock.id == ClockRun.clock_id)
        led = select(Ticket.id).where(Ticket.incident_id == record.id, Ticket.status.in_(OPEN_STATUSES))
        return {"decide": due.where(ClockRun.of(Ticket, record.id), *running).limit(1), "tell_all": led.limit(1)}

    def learn_of_steps(self, record: Ticket, answers: Mapping[str, list[Any]]) -> None:
        """The step of each question makes sense where there is an answer."""
        g.fitting_steps = {name: bool(answers.get(name)) for name in ("decide", "tell_all")}

    def questions_beside(self, record: Ticket) -> dict[str, Question]:
        """The reports of the same day, where the ticket may be one of several."""
        if record.status not in UNFINISHED[Ticket] or record.incident_id is not None:
            return {}
        day = record.registered_at - A_DAY, record.registered_at + A_DAY
        return burst_questions(day[0], Ticket.estate_id == record.estate_id, Ticket.registered_at < day[1])

    def shown_beside(self, record: Ticket, answers: Mapping[str, list[Any]]) -> dict[str, Any]:
        """The incident of which the ticket may be a report."""
        own = [each for each in bursts_of(answers) if record.id in {each.leading.id, *(o.id for o in each.others)}]
        return {"bursts": own, "chosen": record.id}

    def show_summary(self, record: Ticket) -> str | Markup:
        """With the number of the ticket that leads its incident, where it is part of one."""
        if record.incident is None:
            return record.summary
        leading = coloured("grey", titled(gettext("incident"), str(record.incident)))
        return Markup("{} {}").format(record.summary, leading)

    def value_summary(self, record: Ticket) -> str:
        """The words alone, for exports."""
        return record.summary

    def draft(self, form: DeskForm) -> object:
        """Of which incident it is a report, where that was pressed."""
        draft: Any = super().draft(form)
        if "incident_id" in request.form:
            draft.incident_id = parse_id(request.form["incident_id"])
        return draft

    @expose("/incident/", methods=("POST",))
    def incident_view(self) -> ResponseReturnValue:
        """Attach all reports to the ticket that was chosen to lead them."""
        ids = {parse_id(number) for number in request.form.getlist("id")[:MOST]}
        if "leading" not in request.form or not ids:
            abort(400, gettext("Choose the ticket that leads the incident."))
        leading = self.get_one(parse_id(request.form["leading"]))
        rows = [self.get_one(number) for number in sorted(ids - {leading.id})]
        self.require("attach", leading)
        try:
            outcome = self.apply("attach", rows, leading=leading)
        except OperationRefused as refusal:
            flash(sentence(refusal), "error")
        else:
            numbers = listed(row.number for row in outcome.done)
            if numbers:
                flash(
                    gettext("%(records)s: attached to %(leading)s.", records=numbers, leading=leading.number), "success"
                )
            for _row, why in outcome.refused[:1]:
                flash(sentence(why), "error")
        return redirect(self.get_url(".details_view", id=leading.id))
