"""Steps: what may be done to one record next, why not where it may not, and the page that asks for what it needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from werkzeug.exceptions import BadRequest, NotFound

from models.base import Base, LabelledEnum
from models.errors import OperationRefused, Outcome, StaleRecord, gettext_noop
from models.policy import may
from models.verbs import moves_of, verb_label
from views.forms.base import DeskForm, NothingForm
from views.forms.lookups import learn_for
from views.register.part import Row
from views.register.scope import INVALID, needs_role
from views.request import context
from views.request.queries import LARGEST_ID, asked_id
from views.request.sent_once import once
from views.words.language import joined, label, say, sentence

if TYPE_CHECKING:
    from views.register.scope import Scope as Part
else:
    from views.register.part import Part

LONGEST_VERSION = len(str(LARGEST_ID))
DESK = "desk"
"""What an address says (``then=``) of a step after which one goes back to the desk."""


@dataclass(frozen=True)
class Step:
    """One verb as the panel offers it."""

    verb: str
    form: type[DeskForm] = NothingForm
    style: str = ""
    """``primary`` for the usual next step, ``danger`` for what ends something."""
    prefill: tuple[str, ...] = ()
    """Fields that begin with the record's own value; ``team`` begins with ``team_id``."""
    when: Callable[[Any], bool] = lambda _record: True
    """Whether the step has any sense for this record; senseless ones are not shown."""
    text: Any = ""
    """A sentence on the step's page: what it does."""
    link: Callable[[Any], str] | None = None
    """The address of another register's page that does it, given the record."""
    form_of: Callable[[Any], type[DeskForm]] | None = None
    """Where what is asked depends on the record: the form, given the record."""
    aside: bool = False
    """Whether it changes nothing of the record, and so stands beside its title and not among what is next."""
    only_in_bulk: bool = False
    """Whether it is done to chosen rows of the list only, and not on a record's own page."""
    bulk_form: type[DeskForm] | None = None
    """What is asked for many records at once, where that is less."""

    @property
    def label(self) -> str:
        """The verb as the button says it."""
        return say(verb_label(self.verb))

    def asks(self, record: Base) -> type[DeskForm]:
        """The form for *record*."""
        return self.form if self.form_of is None else self.form_of(record)


def next_step(steps: Sequence[Step], record: Base) -> Step | None:
    """The first usual step that makes sense for *record*, is legal in its state and may be done by the person."""
    for step in steps:
        moves = moves_of(record.__tablename__, step.verb)
        usual = step.style == "primary" and step.when(record) and moves is not None and status_of(record) in moves
        if usual and may(context.actor(), step.verb, record):
            return step
    return None


def status_of(record: Base) -> LabelledEnum:
    """In which state *record* is; only of registers whose verbs move records from one to another."""
    status = getattr(record, "status")  # noqa: B009  # not every table has one
    assert isinstance(status, LabelledEnum)
    return status


def version_of(record: Base) -> int:
    """Which version of *record* this is; only of registers, which are versioned."""
    version = getattr(record, "version")  # noqa: B009  # likewise
    assert isinstance(version, int)
    return version


@dataclass(frozen=True)
class WayOn:
    """A step that takes away what a refusal is about."""

    label: str
    who: str
    """The roles that may take it."""
    url: str
    """Where; empty for whoever may not."""


@dataclass(frozen=True)
class Offer:
    """A step on a record's page: open, or closed with the reason."""

    step: Step
    url: str
    refusal: str | None = None
    near: bool = False
    """Closed, but only for want of something: shown beside the open ones."""
    ways: Sequence[WayOn] = ()
    """What opens it."""

    at_once: bool = False
    """Whether the button itself does it, because nothing has to be asked."""


class StepPages(Part[Row]):
    """``/admin/<register>/step/<verb>/?id=``."""

    steps: Sequence[Step] = ()
    unblocked_by: Mapping[str, tuple[str, ...]] = {}
    """Rule -> the verbs that do what it asks for; of another register as ``follow_ups.record_attempt``."""
    step_template = "admin/step.html"

    def step(self, verb: str) -> Step:
        """The step named *verb*; 404 for one that the register does not have."""
        for step in self.steps:
            if step.verb == verb and step.link is None:
                return step
        raise NotFound

    def offers(self, record: Row) -> list[Offer]:
        """All steps that make sense for *record*: the open ones first, in the declared order."""
        found = []
        for step in self.steps:
            if not step.when(record) or step.only_in_bulk:
                continue
            refusal = self._refusal(step, record)
            near = refusal is not None and self._legal(step.verb, record) and self.allowed(step.verb, record)
            url = step.link(record) if step.link else self.get_url(".step_view", verb=step.verb, id=record.id)
            ways = self.ways_on(record, refusal, step.verb) if near else ()
            at_once = step.asks(record) is NothingForm and step.link is None
            found.append(Offer(step, url, None if refusal is None else sentence(refusal), near, ways, at_once))
        return sorted(found, key=lambda offer: offer.refusal is not None)

    def ways_on(self, record: Row, refusal: OperationRefused | None, verb: str = "") -> list[WayOn]:
        """What can be done about *refusal* of *verb*: what its rule asks for, and what leads to the state it needs."""
        if refusal is None:
            return []
        wanted = refusal.values.get("allowed", ())
        names = list(self.unblocked_by.get(refusal.rule, ()))
        for step in self.steps:
            moves = moves_of(self.register, step.verb) or {}
            names += [step.verb] if moves and moves.get(status_of(record)) in wanted else []
        return [way for name in dict.fromkeys(names) if name != verb and (way := self._way(record, name))]

    def _way(self, record: Row, name: str) -> WayOn | None:
        register, _dot, verb = name.rpartition(".")
        who = joined(label(role) for role in needs_role(register or self.register, verb).values["roles"])
        text = say(verb_label(verb))
        if register:
            url = self.get_url(f"{register}.index_view") if may(context.actor(), verb, register) else ""
        elif verb == "amend":
            url = self.get_url(".edit_view", id=record.id) if self.allowed(verb, record) else ""
        else:
            step = next((step for step in self.steps if step.verb == verb), None)
            if step is None or not step.when(record) or not self._legal(verb, record):
                return None
            text = step.label
            url = self.get_url(".step_view", verb=verb, id=record.id) if self.allowed(verb, record) else ""
        return WayOn(text, who, url)

    def _legal(self, verb: str, record: Row) -> bool:
        moves = moves_of(self.register, verb)
        return moves is None or status_of(record) in moves

    def _refusal(self, step: Step, record: Row) -> OperationRefused | None:
        if not self.allowed(step.verb, record):
            return needs_role(self.register, step.verb)
        if not self._legal(step.verb, record):
            return OperationRefused(
                self.model.status_rule,
                gettext_noop("%(record)s is “%(status)s”; “%(verb)s” needs: %(allowed)s."),
                record=self.name_of(record),
                status=status_of(record),
                verb=verb_label(step.verb),
                allowed=list(moves_of(self.register, step.verb) or ()),
            )
        if step.asks(record) is NothingForm and step.link is None:
            outcome = self.preview(step.verb, [record])
            return outcome.refused[0][1] if outcome.refused else None
        return None

    def preview(self, verb: str, rows: Sequence[Any], **arguments: object) -> Outcome:
        """What *verb* would do; nothing is written."""
        act: Callable[..., Outcome] = self.verb(verb)
        return act(context.call(preview=True, locked=rows), rows, **arguments)

    @expose("/step/<verb>/", methods=("GET", "POST"))
    @once
    def step_view(self, verb: str) -> ResponseReturnValue:
        """Ask for what the step needs, then do it."""
        step = self.step(verb)
        if step.only_in_bulk:
            raise NotFound
        record = self.get_one(asked_id(), self.read_around())
        self.require(verb, record)
        if request.method == "GET":
            form = step.asks(record)(data=self.prefill(step, record))
            return self.step_page(step, record, form, version=version_of(record))
        form = step.asks(record)(request.form)
        version = self.asked_version()
        if not form.validate():
            return self.step_page(step, record, form, version=version), INVALID
        try:
            outcome = self.apply(verb, [record], version, **form.arguments())
        except OperationRefused as refusal:
            record = self.get_one(record.id)
            seen = version_of(record) if isinstance(refusal, StaleRecord) else version
            at_field = form.refuse(refusal)
            problem = None if at_field else sentence(refusal)
            page = self.step_page(step, record, form, version=seen, problem=problem, refusal=refusal)
            return page, refusal.http_status
        flash(self.done_text(step, outcome.done[0] if outcome.done else record), "success")
        return redirect(self.after_step(step, record))

    def step_page(
        self,
        step: Step,
        record: Row,
        form: DeskForm,
        *,
        version: int | None,
        problem: str | None = None,
        refusal: OperationRefused | None = None,
    ) -> str:
        """The page that asks."""
        learn_for(form)
        return self.render(
            self.step_template,
            step=step,
            record=record,
            form=form,
            version=version,
            problem=problem,
            ways=self.ways_on(record, refusal, step.verb),
            beside=self.beside_step(step, record),
            phrases=self.ready_phrases(step),
            back=self.after_step(step, record, f"step-{step.verb}"),
            **self.around(record),
        )

    def around(self, record: Row) -> dict[str, Any]:
        """What the page shows of *record* around the form (:mod:`views.register.record`)."""
        return {"name": self.name_of(record)}

    def read_around(self) -> list[str]:
        """What has to be read for that."""
        return []

    def beside_step(self, step: Step, record: Row) -> Sequence[Any]:
        """Tables that the step's page shows above its form: what the decision is about."""
        return ()

    def ready_phrases(self, step: Step) -> Sequence[Any]:
        """What is often written in the step's first field."""
        return ()

    def prefill(self, step: Step, record: Row) -> dict[str, Any]:
        """What the step's form begins with."""
        columns = self.model.__mapper__.columns
        return {name: getattr(record, name if name in columns else f"{name}_id") for name in step.prefill}

    def asked_version(self) -> int | None:
        """The version that the form was made of; None when a program sent none; 400 for nonsense."""
        text = request.form.get("version", "")
        if not text:
            return None
        if len(text) > LONGEST_VERSION or not text.isascii() or not text.isdigit() or int(text) > LARGEST_ID:
            raise BadRequest(gettext("The form names no version of the record."))
        return int(text)

    def done_text(self, step: Step, record: Row) -> str:
        """What the page says afterwards."""
        return str(gettext("%(record)s: %(verb)s – done.", record=self.message_name(record), verb=step.label))

    def after_step(self, step: Step, record: Row, place: str | None = None) -> str:
        """Where to go afterwards: back to the record, or to the desk it was taken from."""
        if request.args.get("then") == DESK:
            return self.get_url("admin.index")
        return self.get_url(".details_view", id=record.id, _anchor=place)
