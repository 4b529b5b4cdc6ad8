"""Keys (钥匙), approvals to lend them, and the loan register (钥匙借用记录表)."""

from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, select

from models.keys import APPROVAL_TRANSITIONS, ApprovalStatus, Key, KeyApproval, KeyLoan
from models.operations import keys as verbs
from models.policy import visible
from views import context
from views.base import RegisterView
from views.cells import coloured, deadline
from views.filters import ChoiceFilter, DateFilter, KeyFilter, StateFilter
from views.key_forms import (
    ApprovalForm,
    ApproveForm,
    ExtendForm,
    HandBackForm,
    KeyForm,
    LoanForm,
    LostForm,
    ReturnForm,
)
from views.language import local_time
from views.matter_forms import ReasonForm
from views.record import Related
from views.steps import Step

OUT = KeyLoan.returned_at.is_(None) & KeyLoan.lost_at.is_(None)
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
    "back": (_("handed back for good"), lambda now: Key.handed_back_at.is_not(None)),
}


class KeyView(RegisterView):
    """``/admin/keys/``."""

    model = Key
    title = _("Keys")
    group = _("Keys and passes")
    verbs = verbs
    steps = (
        Step(
            "lend",
            style="primary",
            when=is_here,
            link=lambda key: url_for("key_loans.create_view", key_id=key.id),
        ),
        Step("tell_owner", style="primary", when=lambda key: key.lost_at is not None and key.owner_told_at is None),
        Step("report_lost", LostForm, "danger", when=is_here),
        Step("hand_back", HandBackForm, "danger", when=is_here),
    )
    empty_text = _("No key fits. Register each key with number, hook and seal when it comes in.")

    number_column = "number"
    column_list = ("number", "whereabouts", "unit", "hook", "seal", "origin", "received_at")
    column_export_list = [
        "number",
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
    plain = False  # where a key is, its open loan says
    form_columns = ("unit_id", "place", "hook", "seal", "origin", "note")
    create_form_class = KeyForm
    sections = (
        (
            _("Key"),
            ("number", "whereabouts", "unit", "place", "hook", "seal", "origin", "received_at", "note"),
        ),
        (
            _("End of custody"),
            ("lost_at", "owner_told_at", "handed_back_at", "handed_back_to", "receipt_number"),
        ),
    )

    def draft(self, form: Any) -> Any:
        """The key."""
        return verbs.KeyDraft(estate_id=self.estate().id, **form.arguments())

    def show_unit(self, record: Key) -> str:
        """The room, or the place where there is none."""
        return str(record.unit) if record.unit is not None else record.place or "—"

    def show_whereabouts(self, record: Key) -> Any:
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
        return coloured("red" if late else "orange", text)

    def links(self, record: Key) -> list[tuple[Any, str]]:
        """Ask for an approval."""
        if is_here(record) and self.allowed("lend", record):
            return [(_("Request approval"), url_for("key_approvals.create_view", key_id=record.id))]
        return []

    def related(self, record: Key) -> list[Related]:
        """All loans of the key."""
        query = select(
            KeyLoan.id, KeyLoan.borrower_name, KeyLoan.lent_at, KeyLoan.due_at, KeyLoan.returned_at, KeyLoan.lost_at
        )
        query = query.where(KeyLoan.key_id == record.id, visible(context.actor(), KeyLoan))
        loans = Related(
            _("Key loans"),
            (_("Number"), _("Borrower"), _("Lent"), _("Due"), _("Returned")),
            query=query.order_by(KeyLoan.id.desc()).limit(20),
            show=lambda loan: (
                url_for("key_loans.details_view", id=loan.id),
                (
                    f"#{loan.id}",
                    loan.borrower_name,
                    local_time(loan.lent_at),
                    deadline(loan.due_at, ended=not is_out(loan)),
                    local_time(loan.returned_at),
                ),
            ),
        )
        return [loans]


LOAN_STATES = {
    "out": (_("on loan"), lambda now: OUT),
    "overdue": (_("overdue"), lambda now: OUT & (KeyLoan.due_at < now)),
    "returned": (_("returned"), lambda now: KeyLoan.returned_at.is_not(None)),
    "lost": (_("lost"), lambda now: KeyLoan.lost_at.is_not(None)),
}


def is_out(loan: Any) -> bool:
    """Whether the key is still out."""
    return loan.returned_at is None and loan.lost_at is None


class KeyLoanView(RegisterView):
    """``/admin/key-loans/``."""

    model = KeyLoan
    title = _("Key loans")
    group = _("Keys and passes")
    verbs = verbs
    functions = {"return": "return_keys", "amend": "amend_loans", "delete": "-"}
    create_verb = "lend"
    steps = (
        Step("return", ReturnForm, "primary", when=is_out),
        Step("extend", ExtendForm, when=is_out),
        Step("report_lost", LostForm, "danger", when=is_out),
        Step("correct", ReasonForm, "danger", when=is_out),
    )
    bulk_verbs = ("return",)
    empty_text = _("No loan fits. Choose “Lend” when a key leaves the house.")
    default_sort = "lent_at"
    column_list = ("id", "key", "state", "borrower_name", "borrower_kind", "lent_at", "due_at", "returned_at")
    column_export_list = [
        "id",
        "key",
        "state",
        "borrower_name",
        "borrower_kind",
        "borrower_phone",
        "lent_by",
        "lent_at",
        "due_at",
        "returned_at",
        "lost_at",
        "purpose",
    ]
    column_sortable_list = ("lent_at", "due_at")
    column_filters = (
        StateFilter(KeyLoan.id, LOAN_STATES),
        ChoiceFilter(KeyLoan.borrower_kind),
        KeyFilter(KeyLoan.key_id, "key"),
        DateFilter(KeyLoan.lent_at),
        DateFilter(KeyLoan.lent_at, until=True),
    )
    reads = {"state": ("lost_at", "returned_at", "due_at")}
    form_columns = ("borrower_phone", "purpose", "note")
    create_form_class = LoanForm
    sections = (
        (
            _("Loan"),
            ("key", "state", "lent_at", "lent_by", "due_at", "returned_at", "returned_to_id", "lost_at", "purpose"),
        ),
        (
            _("Borrower"),
            (
                "borrower_kind",
                "borrower_name",
                "borrower_phone",
                "borrower_resident",
                "borrower_staff_id",
                "identity_checked",
                "signed",
                "approval_id",
                "note",
            ),
        ),
    )

    def draft(self, form: Any) -> Any:
        """The loan."""
        return verbs.LoanDraft(**form.arguments())

    def begin_with(self) -> dict[str, Any]:
        """From an approval: its key and borrower."""
        found = super().begin_with()
        if "approval_id" in found:
            query = select(KeyApproval).where(
                KeyApproval.id == found["approval_id"], visible(context.actor(), KeyApproval)
            )
            approval = context.session().scalars(query).one_or_none()
            if approval is not None:
                found |= {
                    "key_id": approval.key_id,
                    "borrower_kind": approval.borrower_kind,
                    "borrower_name": approval.borrower_name,
                    "borrower_staff_id": approval.borrower_staff_id,
                    "due_at": approval.due_at,
                }
        return found

    def show_state(self, record: KeyLoan) -> Any:
        """Derived: on loan, overdue, returned, lost."""
        if record.lost_at is not None:
            return coloured("red", gettext("lost"))
        if record.returned_at is not None:
            return coloured("green", gettext("returned"))
        late = record.due_at < context.now()
        return coloured("red", gettext("overdue")) if late else coloured("orange", gettext("on loan"))

    def name_of(self, record: Any) -> str:
        """By its number."""
        return str(gettext("Key loan %(number)s", number=record.id))


class KeyApprovalView(RegisterView):
    """``/admin/key-approvals/``."""

    model = KeyApproval
    title = _("Key approvals")
    group = _("Keys and passes")
    verbs = verbs
    functions = {"amend": "-", "delete": "-", "register": "-"}
    create_verb = "request"
    transitions = APPROVAL_TRANSITIONS
    steps = (
        Step("approve", ApproveForm, "primary", when=lambda row: row.status is ApprovalStatus.REQUESTED),
        Step("refuse", ReasonForm, "danger", when=lambda row: row.status is ApprovalStatus.REQUESTED),
        Step(
            "lend",
            style="primary",
            when=lambda row: row.status is ApprovalStatus.APPROVED,
            link=lambda row: url_for("key_loans.create_view", approval_id=row.id),
        ),
    )
    empty_text = _("No request fits. Everyone but owners and the developer's sales staff needs one (KEY-3).")
    column_list = ("id", "key", "status", "borrower_name", "borrower_kind", "purpose", "requested_at", "decided_at")
    column_filters = (
        ChoiceFilter(KeyApproval.status),
        ChoiceFilter(KeyApproval.borrower_kind),
        KeyFilter(KeyApproval.key_id, "key"),
    )
    create_form_class = ApprovalForm
    sections = (
        (
            _("Request"),
            (
                "key",
                "status",
                "borrower_kind",
                "borrower_name",
                "borrower_staff_id",
                "purpose",
                "requested_at",
                "requested_by_id",
            ),
        ),
        (_("Decision"), ("decided_at", "decided_by_id", "due_at", "decision_reason")),
    )

    def made_text(self, record: KeyApproval) -> str:
        """Whom it waits for."""
        return str(gettext("%(record)s: requested; a supervisor decides on it (KEY-3).", record=self.name_of(record)))

    def draft(self, form: Any) -> Any:
        """The request."""
        return verbs.ApprovalDraft(**form.arguments())

    def name_of(self, record: Any) -> str:
        """By its number."""
        return str(gettext("Key approval %(number)s", number=record.id))

    def show_due_at(self, record: KeyApproval) -> Any:
        """When the key is due back once it is lent: not a deadline of the request."""
        return local_time(record.due_at)
