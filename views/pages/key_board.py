"""The key board (``/admin/keys/board/``): every hook by building, and the chosen key lent or taken back beside it."""

import datetime
import itertools
import re
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext, lazy_gettext as _
from sqlalchemy import ColumnElement, case, false, func, literal, or_, select
from werkzeug.datastructures import MultiDict

from models.base import is_open
from models.errors import OperationRefused
from models.estates import Unit
from models.finding import units_named
from models.keys import Key, KeyLoan
from models.meanings import tags_said
from models.operations import keys as verbs
from models.personal import keyring_of
from models.tags import tag_key
from views.forms.base import DeskForm
from views.forms.fields import ChoiceField
from views.register.page import DeskPage, may_here, shown_here
from views.register.scope import INVALID, perform
from views.registers.key_borrowers import Borrower, also_out, borrower_questions, borrowers
from views.registers.key_forms import BoardReturnForm, LoanForm
from views.request import context
from views.request.gathering import GatheredRow, Question, gathered
from views.request.queries import parse_choice, parse_id, parse_search
from views.request.sent_once import once
from views.words.labels import Caption, label_for
from views.words.language import sentence

MOST_HOOKS = 1200
"""So many hooks are drawn; an estate with more narrows the board by building or state."""
STATES = {"in": _("on its hook"), "out": _("on loan"), "overdue": _("overdue"), "lost": _("lost")}
COLOURS = {"in": "green", "out": "blue", "overdue": "red", "lost": "grey"}

_PARTS = re.compile(r"(\d+)")


@dataclass
class Hook:
    """One key as the board shows it."""

    id: int
    number: str
    hook: str
    where: str
    building: str
    state: str
    loan_id: int | None = None
    borrower: str = ""
    due: datetime.datetime | None = None
    lent: datetime.datetime | None = None
    pieces: int = 1
    pieces_back: int = 0

    @property
    def word(self) -> Caption:
        """Its state as a word."""
        return STATES[self.state]

    @property
    def words(self) -> str:
        """All that the filter box finds it by."""
        tag, signs = tag_key(self.hook).replace("-", ""), "".join(filter(str.isalnum, self.hook))
        return " ".join((self.number, self.hook, self.where, self.borrower, tag, signs)).lower()


class KeyBoardView(DeskPage):
    """The hooks of the estate shown."""

    register = "keys"
    title = _("Key board")
    group = _("Keys and passes")
    endpoint_name = "key_board"
    url_name = "keys/board"

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The hooks; with ``key=`` that one opened beside them."""
        return self.page(form=None)

    @expose("/lend/", methods=("POST",))
    @once
    def lend_view(self) -> ResponseReturnValue:
        """Lend the chosen key against signature or approval (KEY-3), due back as the rules say (KEY-4)."""
        if not may_here("lend", "keys"):
            abort(403)
        key_id = parse_id(request.args.get("key"))
        people = {one.value: one for one in borrowers(gathered(borrower_questions([key_id])))}
        form = loan_form(list(people.values()), request.form)
        if not form.validate():
            return self.page(form, key_id), INVALID
        chosen = people[form.borrower.data]
        draft = verbs.LoanDraft(key_id, **{**form.arguments(), **chosen.draft_for(key_id)})
        try:
            loan = perform(verbs.lend, [draft]).done[0]
        except OperationRefused as refusal:
            return self.page(form, key_id, None if form.refuse(refusal) else sentence(refusal)), refusal.http_status
        flash(gettext("Lent to %(name)s.", name=loan.borrower_name), "success")
        return self.back(key_id)

    @expose("/return/", methods=("POST",))
    @once
    def return_view(self) -> ResponseReturnValue:
        """Take the chosen key back: its line is cleared (KEY-4)."""
        if not may_here("return", "key_loans"):
            abort(403)
        key_id = parse_id(request.args.get("key"))
        form = BoardReturnForm(request.form)
        if not form.validate():
            return self.page(form, key_id), INVALID
        query = select(KeyLoan).where(KeyLoan.id == parse_id(request.form.get("loan")), shown_here(KeyLoan))
        loan = context.session().scalars(query.where(KeyLoan.key_id == key_id)).one_or_none()
        if loan is None:
            abort(404)
        try:
            ended = perform(verbs.return_keys, [loan], **form.arguments()).done[0]
        except OperationRefused as refusal:
            return self.page(form, key_id, None if form.refuse(refusal) else sentence(refusal)), refusal.http_status
        part = gettext("%(back)s of %(pieces)s back", back=ended.pieces_back, pieces=ended.pieces)
        flash(gettext("The key is back on its hook.") if ended.returned_at else part, "success")
        return self.back(key_id)

    def back(self, key_id: int) -> ResponseReturnValue:
        """To the board as it was narrowed, on the hook that was used."""
        return redirect(address(at=key_id, **self.narrowed()))

    def narrowed(self) -> dict[str, str]:
        """What the address narrows the board to."""
        text = parse_search(request.args.get("q", ""))
        state = parse_choice("state", tuple(STATES), "")
        return {name: value for name, value in (("q", text), ("state", state)) if value}

    # ------------------------------------------------------------- what is shown

    def page(self, form: DeskForm | None, key_id: int | None = None, problem: str | None = None) -> str:
        """The board; the chosen key with *form* as it was sent, or with a fresh one."""
        narrowed = self.narrowed()
        if key_id is None and "key" in request.args:
            key_id = parse_id(request.args["key"])
        at = key_id or (parse_id(request.args["at"]) if "at" in request.args else None)
        questions = {"hooks": self.hooks(narrowed), "counts": self.counts()}
        if key_id is not None:
            questions |= {"chosen": key_question(Key.id == key_id), **borrower_questions([key_id])}
            questions["also"] = also_out(lambda loan: loan.key_id == key_id)
        found = gathered(questions)
        chosen = next((hook_of(row) for row in found.get("chosen", ())), None)
        if key_id is not None and chosen is None:
            abort(404)
        hooks = sorted((hook_of(row) for row in found["hooks"][:MOST_HOOKS]), key=place_of)
        focused = at if any(hook.id == at for hook in hooks) else next((hook.id for hook in hooks), None)
        people = borrowers(found)
        return self.render(
            "admin/key_board.html",
            groups=[(name, list(group)) for name, group in itertools.groupby(hooks, key=lambda hook: hook.building)],
            legend=self.legend(found["counts"][0], narrowed),
            more=MOST_HOOKS if len(found["hooks"]) > MOST_HOOKS else 0,
            narrowed=narrowed,
            chosen=chosen,
            focused=focused,
            form=_fitting(form, chosen) or self.fresh_form(chosen, people),
            people=people,
            also=found.get("also", ()),
            problem=problem,
            colours=COLOURS,
            may_lend=may_here("lend", "keys"),
            may_return=may_here("return", "key_loans"),
            may_tick=may_here("lend", "keys") or may_here("return", "key_loans"),
            may_request=may_here("request", "key_approvals"),
        )

    def fresh_form(self, chosen: Hook | None, people: list[Borrower]) -> DeskForm | None:
        """An empty form for what can be done with the chosen key, the likeliest borrower chosen."""
        if chosen is None:
            return None
        if chosen.state in ("out", "overdue"):
            return BoardReturnForm()
        return loan_form(people)

    def legend(self, counts: GatheredRow, narrowed: dict[str, str]) -> list[tuple[str, Any, int, str, bool]]:
        """State, word, number, the address that narrows to it (or no longer does), and whether it does now."""
        entries = []
        for state, word in STATES.items():
            shown = narrowed.get("state") == state
            url = address(**{**narrowed, "state": None if shown else state})
            entries.append((state, word, getattr(counts, f"count_{state}") or 0, url, shown))
        return entries

    # ------------------------------------------------------------- what is asked

    def hooks(self, narrowed: dict[str, str]) -> Question:
        """The hooks of the board."""
        conditions: list[ColumnElement[bool]] = []
        if text := narrowed.get("q"):
            columns = (Key.number, Key.hook, Key.place, Unit.code, KeyLoan.borrower_name)
            room = units_named(text, keyring_of(context.session()))
            tags = [Key.hook_key.startswith(tag, autoescape=True) for tag in tags_said(text)]
            conditions.append(
                or_(
                    *(column.icontains(text, autoescape=True) for column in columns),
                    *tags,
                    false() if room is None else room,
                )
            )
        if state := narrowed.get("state"):
            conditions.append(_state() == state)
        return key_question(*conditions).order_by(Unit.sort_key, Key.hook, Key.id).limit(MOST_HOOKS + 1)

    def counts(self) -> Question:
        """How many keys are in each state."""
        return _joined(
            select(*(func.sum(case((_state() == state, 1), else_=0)).label(f"count_{state}") for state in STATES))
        )


def key_question(*conditions: ColumnElement[bool]) -> Question:
    """Keys in custody of the estate shown, with their unended loans."""
    query: Question = select(
        Key.id,
        Key.number,
        Key.hook,
        Key.place,
        Key.lost_at,
        Unit.code.label("unit"),
        Unit.building,
        KeyLoan.id.label("loan_id"),
        KeyLoan.borrower_name.label("borrower"),
        KeyLoan.lent_at,
        KeyLoan.due_at,
        func.coalesce(KeyLoan.pieces, Key.pieces).label("pieces"),
        func.coalesce(KeyLoan.pieces_back, 0).label("pieces_back"),
    )
    return _joined(query).where(*conditions)


def _joined(query: Question) -> Question:
    """*query* over the keys in custody of the estate shown."""
    of_key = (KeyLoan.key_id == Key.id) & is_open(KeyLoan)
    query = query.select_from(Key).outerjoin(Unit, Unit.id == Key.unit_id).outerjoin(KeyLoan, of_key)
    return query.where(shown_here(Key), Key.handed_back_at.is_(None))


def address(**arguments: Any) -> str:
    """The board with these arguments."""
    return url_for("key_board.index_view", **arguments)


def loan_form(people: list[Borrower], sent: MultiDict[str, str] | None = None) -> LoanForm:
    """The form as it was *sent*, or with the likeliest of *people* chosen: whom the address names, or its consent."""

    class OneOfThem(LoanForm):
        borrower = ChoiceField(label_for(KeyLoan.borrower_name), offered=[(one.value, one.name) for one in people])

    if sent is not None:
        return OneOfThem(sent)
    asked = parse_id(request.args["approval"]) if "approval" in request.args else None
    owner = f"owner-{parse_id(request.args['resident'])}" if "resident" in request.args else None
    asked_for = (one for one in people if asked in one.approvals.values() or one.value == owner)
    likeliest = next(asked_for, people[0])
    return OneOfThem(data={"borrower": likeliest.value})


def _fitting(form: DeskForm | None, chosen: Hook | None) -> DeskForm | None:
    """*form* while it still asks what the chosen key needs: somebody else may have lent it meanwhile."""
    wanted = BoardReturnForm if chosen is not None and chosen.loan_id is not None else LoanForm
    return form if isinstance(form, wanted) else None


def _state() -> ColumnElement[str]:
    return case(
        (Key.lost_at.is_not(None), "lost"),
        (KeyLoan.id.is_(None), "in"),
        (KeyLoan.due_at < literal(context.now(), KeyLoan.due_at.type), "overdue"),
        else_="out",
    )


def hook_of(row: GatheredRow) -> Hook:
    """A row of :func:`key_question` as the board shows it."""
    state = "lost" if row.lost_at is not None else "in" if row.loan_id is None else "out"
    if state == "out" and row.due_at < context.now():
        state = "overdue"
    return Hook(
        row.id,
        row.number,
        row.hook,
        row.unit or row.place or "",
        row.building or gettext("Common places"),
        state,
        row.loan_id,
        row.borrower or "",
        row.due_at,
        row.lent_at,
        row.pieces,
        row.pieces_back,
    )


def place_of(hook: Hook) -> tuple[Any, ...]:
    """By building, hook and number as a person counts: A-2 before A-10, common places last."""
    return (
        hook.building == gettext("Common places"),
        _counted(hook.building),
        _counted(hook.hook),
        _counted(hook.number),
    )


def _counted(text: str) -> list[tuple[int, int, str]]:
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part.lower()) for part in _PARTS.split(text) if part]
