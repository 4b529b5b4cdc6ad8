"""The call intake: one page for all that is heard (INT-2), from the first digits of a number to the dispatched job."""

from typing import Any

from flask import abort, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext
from sqlalchemy import ColumnElement, null, select
from werkzeug.exceptions import NotFound

from models.base import is_open
from models.callers import LIMIT, Caller, called_about, called_before, callers
from models.complaints import IS_OPEN as OPEN_COMPLAINTS, Complaint
from models.errors import OperationRefused
from models.estates import Unit
from models.keys import Key, KeyLoan
from models.operations.keys import lock_change_draft
from models.personal import keyring_of, masked_phone
from models.phones import sought
from models.policy import visible
from models.residents import Occupancy, Resident
from models.settings import Category, EstateSettings
from models.staff import Staff
from models.tickets import IS_OPEN, Ticket, TicketKind
from views.forms.base import DeskForm
from views.forms.lookups import learn_for
from views.registers.call_form import CallForm
from views.registers.same_matter import MatterPages, MatterRow
from views.request import context
from views.request.gathering import GatheredRow, Question, gathered
from views.request.queries import parse_id, parse_search
from views.words.cells import badge, deadline, personal_of, phone_of
from views.words.language import label, local_time, say

LAST = 5


class CallPages(MatterPages[MatterRow]):
    """The page that takes a call of any kind, with what is known of the caller beside it."""

    def create_page(
        self, form: DeskForm, problem: str | None = None, refusal: OperationRefused | None = None, **beside: object
    ) -> str:
        """The page; with the open matters that it was refused for."""
        assert isinstance(form, CallForm)
        learn_for(form)
        text = parse_search(request.args.get("q", ""))
        beside["teams"] = {
            row.id: row.team_id for row in context.session().execute(_teams_of_categories(self.estate().id))
        }
        beside["same"] = self.same_as(form) if refusal is not None and refusal.rule == "INT-6" else []
        beside["offered"] = self.offered(text) if text else None
        if beside["offered"] == [] and sought(text) is not None and not form.reporter_phone.data:
            form.reporter_phone.data = text  # without scripts: the number on the display is the reporter's
        beside["about"] = self.about(form.resident_id.data, form.unit_id.data)
        return super().create_page(form, problem, refusal, asked=text, **beside)

    def offered(self, text: str) -> list[dict[str, Any]]:
        """What is shown of each caller that *text* finds."""
        actor = context.actor()
        if actor is None:
            abort(401)
        rows = callers(context.session(), text, actor=actor, estate_id=self.estate().id, limit=LIMIT) if text else ()
        in_full = self.allowed("read_phone", Ticket(estate_id=self.estate().id))
        return [{**_shown(row), **(_said_before(row) if in_full else {})} for row in rows or ()]

    def about(self, resident_id: int | None, unit_id: int | None, before: str = "") -> dict[str, Any] | None:
        """What the side of the page shows, None before anybody is chosen; 404 for people and rooms not to be seen.

        *before* names who is no resident and called before (:attr:`models.callers.Caller.before`).
        """
        if resident_id is None and unit_id is None and not before:
            return None
        actor = context.actor()
        if actor is None:
            abort(401)
        earlier = called_before(context.session(), before, actor=actor, estate_id=self.estate().id) if before else None
        if before and earlier is None:
            abort(404)
        found = gathered(self._questions(resident_id, unit_id, earlier[1] if earlier else ""))
        if not found.get("person", [True]) or not found.get("unit", [True]):
            abort(404)
        matters = [*found["tickets"], *found["complaints"]]
        settings = EstateSettings(context.session(), [self.estate().id])
        clock = settings.clock(self.estate().id, "same-day")
        return {
            "person": next(iter(found.get("person", ())), None),
            "earlier": earlier[0] if earlier else "",
            "phone": self._phone(found),
            "unit": next(iter(found.get("unit", ())), None),
            "homes": found.get("homes", ()),
            "keys": found.get("keys", ()),
            "open": [_matter(row) for row in matters if row.is_open],
            "last": [_matter(row) for row in sorted(matters, key=lambda row: row.registered_at, reverse=True)][:LAST],
            "due": deadline(settings.due(clock, context.now())) if clock is not None else None,
        }

    def _phone(self, found: dict[str, list[Any]]) -> str:
        person = next(iter(found.get("person", ())), None)
        if person is None or not person.phone:
            return ""
        in_full = self.allowed("read_phone", Resident(estate_id=self.estate().id))
        return phone_of(person.phone, in_full=in_full)

    def _questions(self, resident_id: int | None, unit_id: int | None, digest: str) -> dict[str, Question]:
        actor, estate = context.actor(), self.estate()
        questions: dict[str, Question] = {}
        if resident_id is not None:
            person = select(Resident.id, Resident.name, Resident.phone, Resident.note)
            questions["person"] = person.where(
                Resident.id == resident_id, Resident.estate_id == estate.id, visible(actor, Resident)
            )
            homes = select(Unit.id, Unit.code, Occupancy.kind).join(Unit, Unit.id == Occupancy.unit_id)
            homes = homes.where(Occupancy.resident_id == resident_id, Occupancy.until_on.is_(None))
            questions["homes"] = homes.where(visible(actor, Unit)).order_by(Unit.sort_key)
        if unit_id is not None:
            unit = select(Unit.id, Unit.code, Unit.fee_status, Staff.name.label("butler"))
            unit = unit.outerjoin(Staff, Staff.id == Unit.butler_id)
            questions["unit"] = unit.where(Unit.id == unit_id, Unit.estate_id == estate.id, visible(actor, Unit))
            questions["keys"] = _keys_of(unit_id).where(Key.estate_id == estate.id, visible(actor, Key))
        for name, model, unclosed in (("tickets", Ticket, IS_OPEN), ("complaints", Complaint, OPEN_COMPLAINTS)):
            about = called_about(model, resident_id, unit_id, digest)
            asked = _matters(model, unclosed, about)
            questions[name] = asked.where(model.estate_id == estate.id, visible(actor, model))
        return questions


class IntakePages(CallPages[Ticket]):
    """``intake/``, which the whole panel leads to, with its look-ups."""

    @expose("/intake/", methods=("GET", "POST"))
    def intake_view(self) -> ResponseReturnValue:
        """Take a call: who, what, where, then save, or save and dispatch in one step (INT-3, DSP-11)."""
        page: ResponseReturnValue = self.create_view()
        return page

    def begin_with(self) -> dict[str, Any]:
        """References; or the job that is offered when a key is lost (``lock_of``, KEY-4)."""
        found = super().begin_with()
        if found.get("resident_id") is not None and "unit_id" not in found:
            found |= self._home_of(found["resident_id"])
        if "lock_of" not in request.args:
            return found
        query = select(Key).where(Key.id == parse_id(request.args["lock_of"]), visible(context.actor(), Key))
        key = context.session().scalars(query).one_or_none()
        if key is None:
            raise NotFound
        offered = lock_change_draft(key)
        names = ("kind", "channel", "detail", "unit_id", "place")
        words = {name: say(getattr(offered, name)) for name in ("summary", "reporter_department")}
        return {**found, **{name: getattr(offered, name) for name in names}, **words}

    def _home_of(self, resident_id: int) -> dict[str, Any]:
        """The room of somebody who has one alone; of several the caller's card lets choose."""
        query = select(Occupancy.unit_id).where(Occupancy.resident_id == resident_id, Occupancy.until_on.is_(None))
        homes = list(context.session().scalars(query.where(visible(context.actor(), Occupancy)).limit(2)))
        return {"unit_id": homes[0]} if len(homes) == 1 else {}

    @expose("/intake/callers/")
    def callers_view(self) -> ResponseReturnValue:
        """The likeliest callers for what was typed, as JSON."""
        self.require("register")
        return jsonify(self.offered(parse_search(request.args.get("q", ""))))

    @expose("/intake/caller/")
    def caller_view(self) -> ResponseReturnValue:
        """What is known of a caller: rooms, what is open there, the last five matters, and the deadline of a job."""
        self.require("register")
        numbers = {name: parse_id(request.args[name]) for name in ("resident", "unit") if request.args.get(name)}
        about = self.about(numbers.get("resident"), numbers.get("unit"), request.args.get("before", ""))
        return self.render("admin/intake_caller.html", about=about)


def _teams_of_categories(estate_id: int) -> Question:
    return select(Category.id, Category.team_id).where(Category.estate_id == estate_id, Category.team_id.is_not(None))


def _keys_of(unit_id: int) -> Question:
    """The keys of a room that the desk has in custody, and who has each that is out."""
    query: Question = select(Key.id, Key.number, Key.hook, KeyLoan.borrower_name.label("borrower"), KeyLoan.due_at)
    query = query.outerjoin(KeyLoan, (KeyLoan.key_id == Key.id) & is_open(KeyLoan))
    in_custody = (Key.unit_id == unit_id, Key.handed_back_at.is_(None), Key.lost_at.is_(None))
    return query.where(*in_custody).order_by(Key.id).limit(LIMIT)


def _matters(model: type[Any], is_open: ColumnElement[bool], about: ColumnElement[bool]) -> Question:
    """The open matters of the person or the room, and the last ones."""
    kind = model.kind if model is Ticket else model.category.label("kind")
    query = select(
        model.id,
        model.number,
        kind,
        model.status,
        model.summary,
        model.due_at,
        model.registered_at,
        model.promised_at,
        model.unit_id,
        is_open.label("is_open"),
        (null() if model is Ticket else model.agreed_answer).label("agreed_answer"),
    )
    return query.where(about).order_by(is_open.desc(), model.id.desc()).limit(LIMIT + LAST)


def _matter(row: GatheredRow) -> dict[str, Any]:
    endpoint = "tickets" if isinstance(row.kind, TicketKind) else "complaints"
    return {
        "id": row.id,
        "url": url_for(f"{endpoint}.details_view", id=row.id),
        "add": url_for(f"{endpoint}.create_view"),
        "number": row.number,
        "kind": label(row.kind),
        "status": badge(row.status),
        "summary": row.summary,
        "due": deadline(row.due_at) if row.is_open else "",
        "promised": deadline(row.promised_at) if row.is_open and row.promised_at is not None else "",
        "at": local_time(row.registered_at),
        "word": row.kind.value,
        "unit_id": row.unit_id,
        "answer": row.agreed_answer,
    }


def _shown(caller: Caller) -> dict[str, Any]:
    return {
        "resident": caller.resident_id,
        "unit": caller.unit_id,
        "name": caller.name or gettext("nobody registered"),
        "room": caller.room,
        "kind": label(caller.kind) if caller.kind is not None else gettext("called before") * bool(caller.before),
        "phone": personal_of(caller.phone, masked_phone) if caller.phone else "",
        "before": caller.before,
    }


def _said_before(caller: Caller) -> dict[str, Any]:
    """What the form of who called before, without being a resident, begins with."""
    if not caller.before:
        return {}
    phone = keyring_of(context.session()).readable(caller.phone)
    return {"reporter_name": caller.name, "reporter_phone": phone or ""}
