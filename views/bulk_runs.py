"""The page of one bulk run: its preview, the button that does it, and what became of each row."""

import time
from collections.abc import Iterator
from typing import Any

from flask import abort, redirect, request
from flask_admin import BaseView, expose
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import BadRequest, NotFound

from models.bulk import BulkItem, BulkOutcome, BulkRun, BulkState
from models.operations import bulk_runs
from models.policy import may, visible
from models.sentences import refusal_from
from models.verbs import verb_label
from views import context
from views.export import csv_answer
from views.labels import register_label
from views.language import label, say, sentence
from views.queries import PAGE_SIZE, asked_id, parse_id
from views.references import ENDPOINTS

SECONDS_IN_ONE_REQUEST = 10


class BulkRunView(BaseView):
    """``/admin/bulk-runs/``: only one's own."""

    def __init__(self) -> None:
        super().__init__(name=lazy_gettext("Bulk actions"), endpoint="bulk_runs", url="bulk-runs")

    def is_accessible(self) -> bool:
        """Whether the person may act on many rows at all."""
        return may(context.actor(), "read", "bulk_runs")

    def is_visible(self) -> bool:
        """Not in the menu: a run is reached from its list."""
        return False

    def _run_view(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        return fn(self, *args, **kwargs)

    @expose("/")
    def index_view(self) -> Any:
        """The person's last runs."""
        query = select(BulkRun).where(visible(context.actor(), BulkRun)).order_by(BulkRun.id.desc()).limit(PAGE_SIZE)
        runs = list(context.session().scalars(query))
        return self.render("admin/bulk_runs.html", runs=runs, title_of=title_of, label=label)

    @expose("/details/")
    def details_view(self) -> Any:
        """Preview or result, with every row accounted for."""
        run = self._run(asked_id())
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
        return self.render(
            "admin/bulk_run.html",
            run=run,
            title=title_of(run),
            verb=say(verb_label(run.verb)),
            counts=bulk_runs.counts(desk, run),
            items=items[:PAGE_SIZE],
            more=more,
            wanted=wanted,
            outcomes=list(BulkOutcome),
            reason_of=reason_of,
            label=label,
            endpoint=ENDPOINTS.get(run.register),
            previewed=run.state is BulkState.PREVIEWED,
            finished=run.state is BulkState.FINISHED,
        )

    def _wanted_outcome(self) -> BulkOutcome | None:
        word = request.args.get("outcome", "")
        try:
            return BulkOutcome(word) if word else None
        except ValueError:
            raise BadRequest(gettext("The address has an unknown value for “%(name)s”.", name="outcome")) from None

    @expose("/run/", methods=("POST",))
    def run_view(self) -> Any:
        """Do it, or go on with it; sent twice it acts once. Long runs go on from the page's button."""
        run_id = parse_id(request.form.get("id"))
        run = self._run(run_id)
        desk, actor = context.session(), context.actor()
        if not may(actor, "run", "bulk_runs"):
            abort(403)
        assert actor is not None
        stop = time.monotonic() + SECONDS_IN_ONE_REQUEST
        try:
            while run.state is not BulkState.FINISHED:
                left = bulk_runs.run_chunk(desk, run, actor=actor, now=context.now())
                desk.commit()
                if not left or time.monotonic() > stop:
                    break
        except IntegrityError as error:
            desk.rollback()
            raise refusal_from(error) from error
        return redirect(self.get_url(".details_view", id=run_id))

    @expose("/download/")
    def download(self) -> Any:
        """Every row with its outcome, as CSV."""
        run = self._run(asked_id())
        return csv_answer(lines_of(run.id), f"bulk-{run.register.replace('_', '-')}-{run.id}.csv")

    def _run(self, run_id: int) -> BulkRun:
        query = select(BulkRun).where(BulkRun.id == run_id, visible(context.actor(), BulkRun))
        run = context.session().scalars(query).one_or_none()
        if run is None:
            raise NotFound
        return run


def title_of(run: BulkRun) -> str:
    """What a run is called: register and verb."""
    return f"{register_label(run.register)}: {say(verb_label(run.verb))}"


def reason_of(item: BulkItem) -> str:
    """Why a row was left alone, with its rule."""
    if item.outcome is BulkOutcome.CHANGED:
        return str(gettext("Somebody changed it after the preview; look at it again."))
    refusal = bulk_runs.refusal_kept_in(item)
    return sentence(refusal) if refusal is not None else ""


def lines_of(run_id: int) -> Iterator[list[str]]:
    """The rows of the download."""
    yield [gettext("Number"), gettext("Outcome"), gettext("Rule"), gettext("Reason")]
    query = select(BulkItem).where(BulkItem.run_id == run_id).order_by(BulkItem.id).execution_options(yield_per=500)
    for item in context.session().scalars(query):
        yield [item.number, label(item.outcome), item.rule or "", reason_of(item)]
