"""The page of one bulk run: its preview, the button that does it, and what became of each row."""

import datetime
import time
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext, lazy_gettext
from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from werkzeug.exceptions import BadRequest, NotFound

from models.base import tables
from models.bulk import LEFT_ALONE, BulkItem, BulkOutcome, BulkRun, BulkState
from models.estates import Estate, Unit
from models.keys import KeyApproval, KeyLoan
from models.operations import bulk
from models.passes import VisitorPass
from models.policy import may, visible
from models.tickets import Ticket
from models.verbs import verb_label
from views.register.last_lists import list_address
from views.register.page import DeskPage
from views.register.sheets import csv_answer
from views.request import context
from views.request.committing import committing
from views.request.queries import PAGE_SIZE, asked_id, parse_id
from views.words.labels import register_label
from views.words.language import NOTHING, label, say, sentence, titled
from views.words.references import ENDPOINTS, learn_names
from views.words.rules import rules_said
from views.words.timeline import changes_of, mentioned

SECONDS_IN_ONE_REQUEST = 20
SECONDS_BETWEEN_PROGRESS = 1
"""A page that goes on by itself (*progress*) says so and shows how far it is; others get more done at once."""


class BulkRunView(DeskPage):
    """``/admin/bulk-runs/``: only one's own."""

    register = "bulk_runs"
    title = lazy_gettext("Bulk actions")
    endpoint_name = "bulk_runs"
    url_name = "bulk-runs"
    group = lazy_gettext("Control")

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The person's last runs."""
        query = select(BulkRun).where(visible(context.actor(), BulkRun)).order_by(BulkRun.id.desc()).limit(PAGE_SIZE)
        runs = list(context.session().scalars(query))
        return self.render("admin/bulk_runs.html", runs=runs, title_of=title_of, label=label)

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        """Preview or result, with every row accounted for."""
        run, undone_by = self._run_and_undo(asked_id())
        desk = context.session()
        wanted = self._wanted_outcome()
        after = request.args.get("after")
        query = select(BulkItem).where(BulkItem.run_id == run.id)
        if wanted is not None:
            query = query.where(BulkItem.outcome == wanted)
        if after:
            query = query.where(BulkItem.id > parse_id(after))
        items = list(desk.scalars(query.order_by(BulkItem.id).limit(PAGE_SIZE + 1)))
        more = items[PAGE_SIZE - 1].id if len(items) > PAGE_SIZE else None
        counts = bulk.counts(desk, run)
        return self.render(
            "admin/bulk_run.html",
            run=run,
            title=title_of(run),
            verb=say(verb_label(run.verb)),
            counts=counts,
            total=sum(counts.values()),
            handled=sum(counts.values()) - counts[BulkOutcome.PENDING],
            undone_by=undone_by,
            undo=self._undo(run, counts),
            again=self._again(run, counts),
            items=items[:PAGE_SIZE],
            about=about(run, items[:PAGE_SIZE]),
            changes=changes(run, items[:PAGE_SIZE]),
            more=more,
            wanted=wanted,
            outcomes=list(BulkOutcome),
            reason_of=reason_of,
            rules=rules_said(*map(reason_of, items)),
            label=label,
            endpoint=ENDPOINTS.get(run.register),
            back=list_address(ENDPOINTS[run.register]) if run.register in ENDPOINTS else "",
            previewed=run.state is BulkState.PREVIEWED,
            finished=run.state is BulkState.FINISHED,
            moves_on=run.state is BulkState.RUNNING,
        )

    def _undo(self, run: BulkRun, counts: dict[BulkOutcome, int]) -> tuple[datetime.datetime | None, str]:
        """Until when the run can be undone, None and why not where it cannot; both empty before there is anything."""
        actor = context.actor()
        if actor is None or run.state is not BulkState.FINISHED or not counts[BulkOutcome.DONE]:
            return None, ""
        refusal = bulk.refusal_to_undo(context.call(), run)
        if refusal is not None:
            return None, sentence(refusal)
        assert run.finished_at is not None
        minutes = bulk.undo_minutes(context.session(), run)
        return run.finished_at + datetime.timedelta(minutes=minutes), ""

    def _again(self, run: BulkRun, counts: dict[BulkOutcome, int]) -> str:
        """The address that tries the rows left alone again, empty where there is nothing to try."""
        endpoint = ENDPOINTS.get(run.register)
        if run.state is not BulkState.FINISHED or run.undoes_id is not None or endpoint is None:
            return ""
        return url_for(f"{endpoint}.bulk_view", verb=run.verb) if any(counts[word] for word in LEFT_ALONE) else ""

    def _wanted_outcome(self) -> BulkOutcome | None:
        word = request.args.get("outcome", "")
        try:
            return BulkOutcome(word) if word else None
        except ValueError:
            raise BadRequest(gettext("The address has an unknown value for “%(name)s”.", name="outcome")) from None

    @expose("/run/", methods=("POST",))
    def run_view(self) -> ResponseReturnValue:
        """Do it, or go on with it; sent twice it acts once. Long runs go on from the page's button."""
        run_id = parse_id(request.form.get("id"))
        run = self._run(run_id)
        actor = context.actor()
        if not may(actor, "run", "bulk_runs"):
            abort(403)
        assert actor is not None
        by_itself = request.form.get("progress") == "1"
        stop = time.monotonic() + (SECONDS_BETWEEN_PROGRESS if by_itself else SECONDS_IN_ONE_REQUEST)
        while run.state is not BulkState.FINISHED:
            with committing():
                left = bulk.run_chunk(context.call(), run)
            if not left or time.monotonic() > stop:
                break
        return redirect(self.get_url(".details_view", id=run_id))

    @expose("/undo/", methods=("POST",))
    def undo_view(self) -> ResponseReturnValue:
        """Prepare the run that puts this one back, and show its preview."""
        run = self._run(parse_id(request.form.get("id")))
        actor = context.actor()
        if not may(actor, "run", "bulk_runs"):
            abort(403)
        assert actor is not None
        with committing():
            undoing = bulk.prepare_undo(context.call(), run).id
        return redirect(self.get_url(".details_view", id=undoing))

    @expose("/download/")
    def download(self) -> ResponseReturnValue:
        """Every row with its outcome, as CSV."""
        run = self._run(asked_id())
        return csv_answer(lines_of(run.id), f"bulk-{run.register.replace('_', '-')}-{run.id}.csv")

    def _run(self, run_id: int) -> BulkRun:
        return self._run_and_undo(run_id)[0]

    def _run_and_undo(self, run_id: int) -> tuple[BulkRun, BulkRun | None]:
        """The person's own run, and the one that puts it back; 404 for any other."""
        undoing = aliased(BulkRun)
        query = select(BulkRun, undoing).outerjoin(undoing, undoing.undoes_id == BulkRun.id)
        found = context.session().execute(query.where(BulkRun.id == run_id, visible(context.actor(), BulkRun))).first()
        if found is None:
            raise NotFound
        return found[0], found[1]


def title_of(run: BulkRun) -> str:
    """What a run is called: register and verb."""
    return titled(register_label(run.register), say(verb_label(run.verb)))


def reason_of(item: BulkItem) -> str:
    """Why a row was left alone, with its rule."""
    if item.outcome is BulkOutcome.CHANGED:
        return str(gettext("Somebody changed it after the preview; look at it again."))
    refusal = bulk.refusal_kept_in(item)
    return sentence(refusal) if refusal is not None else ""


ABOUT: dict[str, Any] = {
    "tickets": select(Ticket.id, func.coalesce(Unit.code, Ticket.place, ""), Ticket.summary).outerjoin(
        Unit, Unit.id == Ticket.unit_id
    ),
    "key_loans": select(KeyLoan.id, KeyLoan.borrower_name, func.coalesce(KeyLoan.purpose, "")),
    "key_approvals": select(KeyApproval.id, KeyApproval.borrower_name, KeyApproval.purpose),
    "visitor_passes": select(VisitorPass.id, VisitorPass.holder_name, func.coalesce(VisitorPass.purpose, "")),
    "estates": select(Estate.id, Estate.code, Estate.name),
}
"""Register -> what a row is about, in two words: where or who, and what; of others what stands ``beside`` its name."""


def about(run: BulkRun, items: Sequence[BulkItem]) -> dict[int, str]:
    """Id of a record -> what it is about, as far as the person may read it now."""
    model: Any = tables()[run.register]
    query = ABOUT.get(run.register, select(model.id, getattr(model, model.beside or model.called)))
    query = query.where(model.id.in_([item.record_id for item in items]), visible(context.actor(), model))
    rows = context.session().execute(query)
    return {row_id: " · ".join(part for part in parts if part) for row_id, *parts in rows}


def changes(run: BulkRun, items: Sequence[BulkItem]) -> dict[int, list[str]]:
    """Id of an item -> what the preview said would change, a line a column: its name, old → new."""
    foretold = {
        item.id: SimpleNamespace(
            register=run.register, actor_id=run.actor_id, reason=None, personal=None, **item.changes
        )
        for item in items
        if item.changes
    }
    names = learn_names(mentioned(foretold.values()))
    return {
        item_id: [titled(column, " → ".join(filter(None, (old, new or NOTHING)))) for column, old, new in changed]
        for item_id, changed in ((item_id, changes_of(event, names)) for item_id, event in foretold.items())
    }


def lines_of(run_id: int) -> Iterator[list[str]]:
    """The rows of the download."""
    yield [gettext("Number"), gettext("Outcome"), gettext("Rule"), gettext("Reason")]
    query = select(BulkItem).where(BulkItem.run_id == run_id).order_by(BulkItem.id).execution_options(yield_per=500)
    for item in context.session().scalars(query):
        yield [item.number, label(item.outcome), item.rule or "", reason_of(item)]
