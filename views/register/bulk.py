"""Bulk actions of a list: choose rows, or all that match; answer the form; see a preview; then it is done, once."""

import re
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from sqlalchemy import ColumnElement, func, select
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from models.bulk import LEFT_ALONE, BulkItem, BulkRun, BulkState
from models.errors import OperationRefused
from models.operations import bulk
from models.operations.bulk import bulk_verb, decoded
from models.policy import visible
from views.forms.base import DeskForm
from views.forms.lookups import learn_for
from views.register.part import Row
from views.register.scope import INVALID
from views.register.steps import Step
from views.request import context
from views.request.committing import committing
from views.request.queries import Listing, parse_id
from views.words.language import sentence

if TYPE_CHECKING:
    from views.register.listing import ListPages
    from views.register.steps import StepPages

    class Part(ListPages[Row], StepPages[Row]):
        """What these pages need of other parts."""
else:
    from views.register.part import Part

LARGEST_SELECTION = 20_000
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


class BulkPages(Part[Row]):
    """``/admin/<register>/bulk/<verb>/``."""

    bulk_template = "admin/bulk.html"

    @expose("/bulk/<verb>/", methods=("GET", "POST"))
    def bulk_view(self, verb: str) -> ResponseReturnValue:
        """Ask for what the verb needs for all chosen rows; the preview is the run's own page."""
        if verb not in self.bulk_verbs:
            abort(404)
        self.require(verb)
        if not self.allowed_bulk():
            abort(403)
        if request.method == "GET":
            return redirect(self.get_url(".index_view"))
        step = self.step(verb)
        wanted = step.bulk_form or step.form
        listing = self._asked_all()
        again = self._tried_before(verb)
        ids = None if listing is not None else self._left_alone(again) if again is not None else self._chosen_ids()
        if listing is None and not ids:
            return self.bulk_page(step, wanted(), None, [], problem=gettext("Choose at least one row.")), INVALID
        if request.form.get("stage") != "preview":
            return self.bulk_page(step, wanted(data=self._begin_with(verb, again, listing, ids)), listing, ids)
        form = wanted(request.form)
        key = request.form.get("key", "")
        if not form.validate() or not _KEY.fullmatch(key):
            return self.bulk_page(step, form, listing, ids), INVALID
        try:
            run = self.prepare(
                verb, ids if ids is not None else self._ids_of(listing), form.arguments(), key, by_filter=ids is None
            )
        except OperationRefused as refusal:
            problem = None if form.refuse(refusal) else sentence(refusal)
            return self.bulk_page(step, form, listing, ids, problem), refusal.http_status
        return redirect(url_for("bulk_runs.details_view", id=run))

    def _asked_all(self) -> Listing | None:
        """The list that “all that match” means, None when rows were ticked."""
        if not request.form.get("all"):
            return None
        return self.listing(MultiDict(parse_qsl(request.form.get("query", ""))))

    def _tried_before(self, verb: str) -> BulkRun | None:
        """The person's own finished run whose refused rows are to be tried again; 404 for any other."""
        if not request.form.get("again"):
            return None
        run_id = parse_id(request.form["again"])
        query = select(BulkRun).where(BulkRun.id == run_id, visible(context.actor(), BulkRun))
        run = context.session().scalars(query).one_or_none()
        if run is None or (run.register, run.verb, run.state) != (self.register, verb, BulkState.FINISHED):
            raise NotFound
        return run

    def _left_alone(self, run: BulkRun) -> list[int]:
        """The rows that *run* left alone, as far as the list has them."""
        left = select(BulkItem.record_id).where(BulkItem.run_id == run.id, BulkItem.outcome.in_(LEFT_ALONE))
        query = select(self.model.id).where(self.model.id.in_(left), self.listed()).order_by(self.model.id)
        return list(context.session().scalars(query))

    def _begin_with(
        self, verb: str, again: BulkRun | None, listing: Listing | None, ids: list[int] | None
    ) -> dict[str, Any]:
        """What the form begins with: what was answered the last time, else what suits the chosen rows."""
        if again is not None:
            declared = bulk_verb(again.register, again.verb)
            return {} if declared is None else decoded(again.arguments, declared.kinds)
        return self.bulk_prefill(verb, self.model.id.in_(self.ids_query(listing) if listing is not None else ids or ()))

    def bulk_prefill(self, verb: str, chosen: ColumnElement[bool]) -> dict[str, Any]:
        """What the form of *verb* begins with for the rows that are *chosen*."""
        return {}

    def _chosen_ids(self) -> list[int]:
        ids = [parse_id(text) for text in request.form.getlist("row")]
        if len(ids) > LARGEST_SELECTION:
            abort(413)
        visible = select(self.model.id).where(self.model.id.in_(ids), self.listed())
        return list(context.session().scalars(visible.order_by(self.model.id)))

    def _ids_of(self, listing: Listing | None) -> list[int]:
        assert listing is not None
        query = self.ids_query(listing).order_by(self.model.id).limit(LARGEST_SELECTION + 1)
        ids = list(context.session().scalars(query))
        if len(ids) > LARGEST_SELECTION:
            abort(413, gettext("At most %(count)s rows at once: narrow the filter.", count=LARGEST_SELECTION))
        return ids

    def prepare(self, verb: str, ids: list[int], arguments: dict[str, Any], key: str, *, by_filter: bool) -> int:
        """Freeze the selection and commit; the id of the run."""
        actor = context.actor()
        assert actor is not None
        with committing():
            run = bulk.prepare(
                context.call(),
                estate_id=self.estate().id,
                register=self.register,
                verb=verb,
                ids=ids,
                arguments=arguments,
                key=key,
                by_filter=by_filter,
            )
            return run.id

    def bulk_page(
        self, step: Step, form: DeskForm, listing: Listing | None, ids: list[int] | None, problem: str | None = None
    ) -> str:
        """The page that asks."""
        learn_for(form)
        number = len(ids or ())
        if listing is not None:
            number = context.session().scalar(select(func.count()).select_from(self.ids_query(listing).subquery())) or 0
        return self.render(
            self.bulk_template,
            step=step,
            form=form,
            number=number,
            ids=ids or [],
            everything=listing is not None,
            query=request.form.get("query", ""),
            again=request.form.get("again", ""),
            key=request.form.get("key") or secrets.token_urlsafe(24),
            problem=problem,
            back=self.list_address(),
        )
