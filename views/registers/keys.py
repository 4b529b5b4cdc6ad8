"""Keys (钥匙): where each of them is."""

from typing import Any

from flask import url_for
from flask_babel import gettext, lazy_gettext as _
from sqlalchemy import ColumnElement, func, select

from models.base import is_open
from models.estates import Unit
from models.keys import Key, KeyLoan
from models.operations import keys as verbs
from models.policy import visible
from models.verbs import verb_label
from views.forms.filters import ChoiceFilter, KeyFilter, StateFilter
from views.register.base import RegisterView
from views.register.beside import overdue_on_desk
from views.register.page import may_here
from views.register.record import Related
from views.register.steps import Step
from views.registers.key_forms import HandBackForm, KeyForm, LostForm
from views.registers.key_loans import OUT, bringer, is_out, part_back, with_part
from views.request import context
from views.words.cells import coloured, deadline
from views.words.language import NOTHING, local_time, say

HERE = Key.lost_at.is_(None) & Key.handed_back_at.is_(None)


def on_loan() -> ColumnElement[bool]:
    """Keys with an unended loan."""
    return Key.id.in_(select(KeyLoan.key_id).where(OUT))


def is_here(key: Key) -> bool:
    """Whether the desk still answers for the key."""
    return key.lost_at is None and key.handed_back_at is None


KEY_STATES = {
    "hook": (_("on its hook"), lambda now: HERE & ~on_loan()),
    "out": (_("on loan"), lambda now: HERE & on_loan()),
    "lost": (_("lost"), lambda now: Key.lost_at.is_not(None)),
    "untold": (_("lost, owner not told"), lambda now: is_open(Key)),
    "back": (_("handed back for good"), lambda now: Key.handed_back_at.is_not(None)),
}


class KeyView(RegisterView[Key]):
    """``/admin/keys/``."""

    model = Key
    group = _("Keys and passes")
    unblocked_by = {
        "KEY-2": ("key_loans.return",),
        "KEY-3": ("key_approvals.request",),
        "KEY-4": ("tell_owner",),
    }
    steps = (
        Step(
            "lend",
            style="primary",
            when=lambda key: is_here(key) and key.loan is None,
            link=lambda key: url_for("key_board.index_view", key=key.id),
        ),
        Step("tell_owner", style="primary", when=lambda key: key.lost_at is not None and key.owner_told_at is None),
        Step("report_lost", LostForm, "danger", when=is_here),
        Step("hand_back", HandBackForm, "danger", when=lambda key: is_here(key) and key.loan is None),
    )
    presets = ("hook", "out", "lost", "untold", "back")
    waits = "untold"
    empty_text = _("No key fits. Register each key with number, hook and seal when it comes in.")

    column_list = ("number", "whereabouts", "unit", "hook", "seal", "origin", "received_at")
    column_export_list = [
        "number",
        "pieces",
        "whereabouts",
        "unit",
        "place",
        "hook",
        "seal",
        "origin",
        "received_at",
        "lost_at",
        "handed_back_at",
        "note",
    ]
    column_sortable_list = ("number",)
    column_filters = (
        StateFilter(Key.id, KEY_STATES),
        ChoiceFilter(Key.origin),
        KeyFilter(Key.unit_id, "unit"),
    )
    reads = {"whereabouts": ("loan",), "unit": ("unit", "place")}
    reads_columns = False  # where a key is, its open loan says
    form_columns = ("pieces", "unit_id", "place", "hook", "seal", "origin", "note")
    create_form_class = KeyForm
    sections = (
        (
            _("Key"),
            ("number", "pieces", "whereabouts", "unit", "place", "hook", "seal", "origin", "received_at", "note"),
        ),
        (
            _("End of custody"),
            (
                "lost_at",
                "owner_told_at",
                "due_at",
                "answerable_id",
                "handed_back_at",
                "handed_back_to",
                "receipt_number",
            ),
        ),
    )

    draft_class = verbs.KeyDraft
    on_desk = overdue_on_desk(
        Key,
        _("Lost keys whose owner was not told"),
        _("Every owner of a lost key was told."),
        func.coalesce(select(Unit.code).where(Unit.id == Key.unit_id).scalar_subquery(), Key.place).label("beside"),
        state="untold",
    )

    def show_unit(self, record: Key) -> str:
        """The room, or the place where there is none."""
        return str(record.unit) if record.unit is not None else record.place or "—"

    def show_whereabouts(self, record: Key) -> str:
        """In one place only (KEY-2)."""
        if record.lost_at is not None:
            return coloured("red", gettext("lost"))
        if record.handed_back_at is not None:
            return coloured("grey", gettext("handed back for good"))
        loan = record.loan
        if loan is None:
            return coloured("green", gettext("on its hook"))
        late = loan.due_at < context.now()
        text = gettext("on loan to %(name)s", name=loan.borrower_name)
        return coloured("red" if late else "orange", with_part(text, loan))

    def links(self, record: Key) -> list[tuple[Any, str]]:
        """Ask for an approval; take back what is out; of a lost key the change of its lock is a job (KEY-4)."""
        if record.lost_at is not None and may_here("register", "tickets"):
            return [(_("Register the change of the lock"), url_for("tickets.intake_view", lock_of=record.id))]
        if record.loan is not None and may_here("return", "key_loans"):
            return [(say(verb_label("return")), url_for("key_loans.step_view", verb="return", id=record.loan.id))]
        if is_here(record) and self.allowed("lend", record):
            return [(_("Request approval"), url_for("key_approvals.create_view", key_id=record.id))]
        return []

    def related(self, record: Key) -> list[Related]:
        """All loans of the key."""
        query = select(
            KeyLoan.id,
            KeyLoan.borrower_name,
            KeyLoan.lent_at,
            KeyLoan.due_at,
            KeyLoan.returned_at,
            KeyLoan.lost_at,
            KeyLoan.pieces,
            KeyLoan.pieces_back,
            KeyLoan.brought_by_kind,
            KeyLoan.brought_by_name,
        )
        query = query.where(KeyLoan.key_id == record.id, visible(context.actor(), KeyLoan))
        loans = Related(
            _("Key loans"),
            (_("Number"), _("Borrower"), _("Lent"), _("Due"), _("Returned"), _("Brought back by")),
            query=query.order_by(KeyLoan.id.desc()).limit(20),
            show=lambda loan: (
                url_for("key_loans.details_view", id=loan.id),
                (
                    f"#{loan.id}",
                    loan.borrower_name,
                    local_time(loan.lent_at),
                    deadline(loan.due_at, ended=not is_out(loan)),
                    local_time(loan.returned_at) if loan.returned_at is not None else part_back(loan) or NOTHING,
                    bringer(loan),
                ),
            ),
        )
        return [loans]
