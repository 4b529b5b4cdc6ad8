"""What the pages of keys, approvals and loans ask."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _
from wtforms.validators import Optional

from models.keys import BorrowerKind, BringerKind, Key, KeyLoan, KeyOrigin
from views.forms.base import DeskForm, form_of
from views.forms.fields import (
    ChoiceField,
    EnumField,
    FlagField,
    LocalDateTimeField,
    LongTextField,
    Required,
    TextField,
    WholeNumberField,
)
from views.forms.references import LookupField
from views.words.labels import label_for


class KeyForm(DeskForm):
    """A key taken into custody (KEY-1)."""

    number = TextField(label_for(Key.number), [Optional()], length=40, description=_("Empty: the next number."))
    pieces = WholeNumberField(
        label_for(Key.pieces), [Optional()], default=1, description=_("A bunch has several; it is lent as a whole.")
    )
    unit_id = LookupField(label_for(Key.unit_id), [Optional()], lookup="unit")
    place = TextField(label_for(Key.place), [Optional()], length=100, description=_("Where there is no unit."))
    hook = TextField(label_for(Key.hook), [Required()], length=40)
    seal = TextField(label_for(Key.seal), [Required()], length=40)
    origin = EnumField(label_for(Key.origin), enum=KeyOrigin)
    received_at = LocalDateTimeField(label_for(Key.received_at), [Optional()], description=_("Empty means now."))
    note = LongTextField(label_for(Key.note), [Optional()])

    def arguments(self) -> dict[str, Any]:
        """A key of which nobody says that it is a bunch has one piece."""
        return {**super().arguments(), "pieces": 1 if self.pieces.data is None else self.pieces.data}


class SeveralApprovalsForm(DeskForm):
    """A request to a supervisor (KEY-3), for keys that are chosen beside it."""

    texts = ("borrower_name",)
    borrower_kind = EnumField(
        label_for(KeyLoan.borrower_kind), enum=BorrowerKind, only=[BorrowerKind.STAFF, BorrowerKind.OTHER]
    )
    borrower_name = TextField(
        label_for(KeyLoan.borrower_name), [Optional()], length=60, description=_("Empty when it is a colleague.")
    )
    borrower_staff_id = LookupField(label_for(KeyLoan.borrower_staff_id), [Optional()], lookup="staff")
    purpose = LongTextField(label_for(KeyLoan.purpose), [Required()])


class ApprovalForm(SeveralApprovalsForm):
    """A request to a supervisor (KEY-3)."""

    sections: ClassVar[Any] = (("", ("key_id", "borrower_kind", "borrower_name", "borrower_staff_id", "purpose")),)
    key_id = LookupField(label_for(KeyLoan.key_id), [Required()], lookup="key")


ApproveForm = form_of(
    KeyLoan, "due_at", due_at={"needed": False, "description": _("Empty: back the same day it is lent (KEY-4).")}
)
"""The consent (KEY-3, KEY-4)."""


class LoanForm(DeskForm):
    """A line of the loan register (KEY-2, KEY-3): whom the rules let have the key is listed, little is left to ask."""

    texts = ("borrower_name",)
    borrower = ChoiceField(label_for(KeyLoan.borrower_name))
    borrower_name = TextField(_("Name of the sales person"), [Optional()], length=60)
    identity_checked = FlagField(label_for(KeyLoan.identity_checked))
    signed = FlagField(label_for(KeyLoan.signed))
    due_at = LocalDateTimeField(
        label_for(KeyLoan.due_at),
        [Optional()],
        description=_("Empty: the end of today; a supervisor sets another (KEY-4)."),
    )
    borrower_phone = TextField(label_for(KeyLoan.borrower_phone), [Optional()], length=30)
    purpose = LongTextField(label_for(KeyLoan.purpose), [Optional()])

    def arguments(self) -> dict[str, Any]:
        """Without the choice of the borrower, whose columns the page adds."""
        found = super().arguments()
        del found["borrower"]
        return found


class BringerForm(DeskForm):
    """Who brought a key back (KEY-4): the borrower, unless something else is said."""

    texts = ("brought_by_name", "note")
    brought_by = EnumField(_("Brought back by"), enum=BringerKind, default=BringerKind.BORROWER)
    brought_by_name = TextField(
        _("Full name"), [Optional()], length=60, description=_("Of somebody else than the borrower.")
    )


class ManyReturnsForm(BringerForm):
    """Many keys came back: no phone, because what is asked for a bulk run is kept with it."""

    note = LongTextField(label_for(KeyLoan.note), [Optional()])


class ReturnForm(BringerForm):
    """The key came back (KEY-4)."""

    brought_by_phone = TextField(_("Phone"), [Optional()], length=30)
    note = LongTextField(label_for(KeyLoan.note), [Optional()])


class SeveralReturnsForm(BringerForm):
    """Several keys came back together, brought by one person."""

    note = TextField(label_for(KeyLoan.note), [Optional()], length=200)
    brought_by_phone = TextField(_("Phone"), [Optional()], length=30)


class PiecesField(WholeNumberField):
    """How many pieces of a bunch came back."""

    def __init__(self, **options: Any) -> None:
        super().__init__(_("Pieces that came back"), [Optional()], description=_("Empty: all of them."), **options)


class BunchReturnForm(ReturnForm):
    """A bunch came back, all of it or a part (KEY-2)."""

    sections: ClassVar[Any] = (("", ("pieces", "brought_by", "brought_by_name", "brought_by_phone", "note")),)
    pieces = PiecesField()


def return_form(loan: KeyLoan) -> type[ReturnForm]:
    """What is asked when the key of *loan* comes back."""
    return BunchReturnForm if loan.pieces - loan.pieces_back > 1 else ReturnForm


class ExtendForm(DeskForm):
    """Another time to come back (KEY-4)."""

    texts = ("reason",)
    due_at = LocalDateTimeField(label_for(KeyLoan.due_at), [Required()])
    reason = LongTextField(_("Reason"), [Optional()])


class LostForm(DeskForm):
    """The key is lost (KEY-4)."""

    texts = ("reason",)
    owner_told = FlagField(_("The owner has been told"))
    reason = LongTextField(_("What happened"), [Optional()])


HandBackForm = form_of(
    Key, "handed_back_to", "receipt_number", handed_back_to={"needed": True}, receipt_number={"needed": True}
)
"""The owner takes the key back for good (KEY-5)."""


class BoardReturnForm(SeveralReturnsForm):
    """A key comes back: all fields may stay as they are, so that Enter is enough."""

    pieces = PiecesField()
