"""The loan register of keys (钥匙借用记录表), and approvals to lend them."""

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext, lazy_gettext as _
from sqlalchemy import select

from models.base import is_open
from models.keys import ApprovalStatus, BringerKind, KeyApproval, KeyLoan
from models.operations import keys as verbs
from views.forms.clock_filter import MissedFilter
from views.forms.filters import ChoiceFilter, DateFilter, KeyFilter, StateFilter, overdue
from views.register.base import RegisterView
from views.register.beside import overdue_on_desk
from views.register.page import shown_here
from views.register.record import Related
from views.register.steps import Step
from views.registers.key_borrowers import also_approved, also_out
from views.registers.key_forms import (
    ApprovalForm,
    ApproveForm,
    BunchReturnForm,
    ExtendForm,
    LoanForm,
    LostForm,
    ManyReturnsForm,
    return_form,
)
from views.registers.matter_forms import ReasonForm
from views.request import context
from views.request.queries import parse_id
from views.words.cells import coloured, deadline
from views.words.language import NOTHING, label, local_midnight, local_time, titled

OUT = is_open(KeyLoan)


def is_out(loan: KeyLoan) -> bool:
    """Whether the key is still out."""
    return loan.returned_at is None and loan.lost_at is None


def part_back(loan: KeyLoan) -> str:
    """How much of a bunch has come back before the rest of it, where anything has."""
    if not loan.pieces_back:
        return ""
    return str(gettext("%(back)s of %(pieces)s back", back=loan.pieces_back, pieces=loan.pieces))


def with_part(text: str, loan: KeyLoan) -> str:
    """*text* of a loan, and how much of it is back."""
    return " · ".join(filter(None, (text, part_back(loan))))


def bringer(loan: KeyLoan) -> str:
    """Who brought the key back (KEY-4); a dash where nobody noted it."""
    if loan.brought_by_kind is None:
        return NOTHING
    name = str(loan.borrower_name)
    if loan.brought_by_kind is not BringerKind.BORROWER:
        name = str(gettext("%(name)s (%(kind)s)", name=loan.brought_by_name, kind=label(loan.brought_by_kind)))
    if not loan.pieces_back:
        return name
    said = {"name": name, "last": loan.pieces - loan.pieces_back, "pieces": loan.pieces}
    return str(
        gettext(
            "%(name)s, the last %(last)s of %(pieces)s pieces; who brought the others stands in the loan's history",
            **said,
        )
    )


def lending_of(approval: KeyApproval) -> str:
    """Where the key is lent to whom a supervisor consented."""
    return url_for("key_board.index_view", key=approval.key_id, approval=approval.id)


LOAN_STATES = {
    "out": (_("on loan"), lambda now: OUT),
    "overdue": overdue(KeyLoan),
    "returned": (_("returned"), lambda now: KeyLoan.returned_at.is_not(None)),
    "lost": (_("lost"), lambda now: KeyLoan.lost_at.is_not(None)),
}


class KeyLoanView(RegisterView[KeyLoan]):
    """``/admin/key-loans/``."""

    model = KeyLoan
    name_text = _("Key loan %(number)s")
    named_by = ("key_id",)
    group = _("Keys and passes")
    can_delete = False
    on_desk = overdue_on_desk(
        KeyLoan,
        _("Keys overdue"),
        _("Every key that is due is back."),
        KeyLoan.borrower_name,
        KeyLoan.pieces,
        KeyLoan.pieces_back,
        note=lambda loan: with_part(loan.borrower_name, loan),
    )
    create_verb = "lend"
    unblocked_by = {
        "KEY-2": ("return", "report_lost", "keys.report_lost"),
        "KEY-3": ("key_approvals.request", "key_approvals.approve"),
        "KEY-4": ("extend", "return"),
    }
    steps = (
        Step("return", BunchReturnForm, "primary", when=is_out, form_of=return_form, bulk_form=ManyReturnsForm),
        Step("extend", ExtendForm, when=is_out),
        Step(
            "report_lost",
            LostForm,
            "danger",
            when=is_out,
            text=_("Of a bunch all that is still out is lost. What has come back is registered as a key of its own."),
        ),
        Step("correct", ReasonForm, "danger", when=is_out),
    )
    presets = ("out", "overdue", "returned", "lost")
    begins = "out"
    empty_text = _("No loan fits. Choose “Lend” when a key leaves the house.")
    default_sort = "lent_at"
    column_list = (
        "id",
        "key",
        "state",
        "borrower_name",
        "borrower_kind",
        "lent_at",
        "due_at",
        "returned_at",
        "brought_by",
    )
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
        "brought_by",
        "pieces",
        "pieces_back",
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
    reads = {
        "state": ("lost_at", "returned_at", "due_at", "pieces", "pieces_back"),
        "brought_by": ("brought_by_kind", "brought_by_name", "borrower_name", "pieces", "pieces_back"),
        "pieces_back": ("pieces_back", "pieces", "returned_at"),
    }
    form_columns = ("borrower_phone", "purpose", "note")
    create_form_class = LoanForm
    sections = (
        (
            _("Loan"),
            (
                "key",
                "state",
                "pieces",
                "lent_at",
                "lent_by",
                "due_at",
                "returned_at",
                "returned_to_id",
                "brought_by",
                "brought_by_phone",
                "lost_at",
                "purpose",
            ),
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

    def related(self, record: KeyLoan) -> list[Related]:
        """What else the borrower has, to be taken back together (KEY-4)."""
        if not is_out(record):
            return []
        links = [(_("Take them back together"), url_for("several_keys.index_view", borrower_of=record.id))]
        also = Related(
            gettext("%(name)s also has:", name=record.borrower_name),
            (_("Key"), _("Lent"), _("Due")),
            query=also_out(lambda loan: loan.id == record.id),
            show=lambda loan: (
                url_for("key_loans.details_view", id=loan.id),
                (loan.number, local_time(loan.lent_at), deadline(loan.due_at)),
            ),
            links_of_rows=links if self.allowed("return", record) else [],
        )
        return [also]

    @expose("/new/")
    def create_view(self) -> ResponseReturnValue:
        """Keys are lent on the key board: there, with the key or the consent that the address names."""
        self.require("lend")
        if "approval_id" not in request.args:
            key_id = parse_id(request.args["key_id"]) if "key_id" in request.args else None
            return redirect(url_for("key_board.index_view", key=key_id))
        wanted = KeyApproval.id == parse_id(request.args["approval_id"])
        approval = context.session().scalars(select(KeyApproval).where(wanted, shown_here(KeyApproval))).one_or_none()
        return redirect(lending_of(approval)) if approval is not None else abort(404)

    def done_text(self, step: Step, record: KeyLoan) -> str:
        """Of a bunch that came back in part, how much of it: the rest is still out (KEY-2)."""
        if step.verb == "return" and is_out(record):
            return str(titled(self.message_name(record), part_back(record)))
        return super().done_text(step, record)

    def show_state(self, record: KeyLoan) -> str:
        """Derived: on loan, overdue, returned, lost."""
        if record.returned_at is not None:
            return coloured("green", gettext("returned"))
        late = record.due_at < context.now()
        colour, text = ("red", gettext("overdue")) if late else ("orange", gettext("on loan"))
        if record.lost_at is not None:
            colour, text = "red", gettext("lost")
        return coloured(colour, with_part(text, record))

    def show_pieces_back(self, record: KeyLoan) -> int:
        """All of them once the loan has ended in the house."""
        return record.pieces if record.returned_at is not None else record.pieces_back

    def value_pieces_back(self, record: KeyLoan) -> int:
        """What an export says of it: a number."""
        return self.show_pieces_back(record)

    def show_brought_by(self, record: KeyLoan) -> str:
        """The borrower, or who is named."""
        return bringer(record)


class KeyApprovalView(RegisterView[KeyApproval]):
    """``/admin/key-approvals/``."""

    model = KeyApproval
    name_text = _("Key approval %(number)s")
    named_by = ("key_id",)
    group = _("Keys and passes")
    create_verb = "request"
    unblocked_by = {
        "KEY-3": ("key_approvals.request", "withdraw"),
        "KEY-4": ("withdraw",),
        "KEY-5": ("withdraw",),
    }
    steps = (
        Step("approve", ApproveForm, "primary", when=lambda row: row.status is ApprovalStatus.REQUESTED),
        Step("refuse", ReasonForm, "danger", when=lambda row: row.status is ApprovalStatus.REQUESTED),
        Step("withdraw", ReasonForm, "danger", when=lambda row: row.status in KeyApproval.open_statuses),
        Step(
            "lend",
            style="primary",
            when=lambda row: row.is_usable(local_midnight()),
            link=lending_of,
        ),
    )
    empty_text = _("No request fits. Everyone but owners and the developer's sales staff needs one (KEY-3).")
    on_desk = overdue_on_desk(
        KeyApproval,
        _("Approvals not decided or not used"),
        _("Every approval of before today was used or withdrawn."),
        KeyApproval.borrower_name,
    )
    column_list = (
        "id",
        "key",
        "status",
        "next_at",
        "borrower_name",
        "borrower_kind",
        "purpose",
        "requested_at",
        "decided_at",
    )
    column_filters = (
        StateFilter(KeyApproval.id, {"overdue": overdue(KeyApproval)}),
        MissedFilter(KeyApproval),
        ChoiceFilter(KeyApproval.status),
        ChoiceFilter(KeyApproval.borrower_kind),
        KeyFilter(KeyApproval.key_id, "key"),
    )
    create_form_class = ApprovalForm
    draft_class = verbs.ApprovalDraft
    sections = (
        (
            _("Request"),
            (
                "key",
                "status",
                "next_at",
                "answerable_id",
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
        return str(
            gettext("%(record)s: requested; a supervisor decides on it (KEY-3).", record=self.message_name(record))
        )

    def related(self, record: KeyApproval) -> list[Related]:
        """What else the same borrower may have, to be lent together."""
        if not record.is_usable(local_midnight()):
            return []
        links = [(_("Lend them together"), url_for("several_keys.index_view", approved=record.id))]
        also = Related(
            gettext("Also approved for %(name)s", name=record.borrower_name),
            (_("Key"), _("Due")),
            query=also_approved(record.id),
            show=lambda row: (
                url_for("key_approvals.details_view", id=row.id),
                (row.number, local_time(row.due_at)),
            ),
            links_of_rows=links if self.allowed("lend", record) else [],
        )
        return [also]
