"""Staff (员工): accounts, and in which role each works in the estate shown."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from flask import request
from flask_babel import gettext, lazy_gettext as _
from sqlalchemy import ColumnElement, or_, select
from wtforms import Field, PasswordField
from wtforms.validators import Length, Optional, ValidationError

from models import passwords
from models.call import Call
from models.errors import Outcome
from models.keys import Key, KeyLoan
from models.operations import staff as verbs
from models.operations.staff import Leaving
from models.password_requests import PasswordRequest, waits
from models.personal import keyring_of
from models.phones import sought
from models.policy import may
from models.roles import Role
from models.staff import Staff, StaffAssignment, StaffContact
from views.forms.base import DeskForm
from views.forms.fields import ChoiceField, EnumField, LongTextField, Required, TextField
from views.forms.filters import DeskFilter, StateFilter
from views.forms.references import LookupField, StaticChoiceField
from views.register.base import RegisterView
from views.register.page import may_here
from views.register.record import Related
from views.register.steps import Step
from views.registers.contacts import phones_of
from views.request import context
from views.words.cells import coloured, deadline
from views.words.labels import label_for
from views.words.language import LANGUAGES, joined, label, listed, local_time, remarked, say, sentence
from views.words.references import record_url

REQUESTS_SHOWN = 20


class RoleField(ChoiceField):
    """A role, by its word."""

    def word(self, value: object) -> str:
        """The stored word."""
        return str(value.value) if isinstance(value, Role) else super().word(value)


def roles_to_give() -> list[tuple[Role, str]]:
    """As what who asks lets a new colleague work in the estate shown."""
    own = may_here("grant_role", "staff")
    return [
        (role, label(role)) for role in Role if role in verbs.GIVEN_BY_MANAGERS or (own and role is not Role.SYSTEM)
    ]


class StaffForm(DeskForm):
    """A new colleague: account, role and team in one step."""

    sections = (
        (_("Person"), ("name", "username", "language", "password")),
        (_("Works here as"), ("role", "team")),
    )
    records = ("team",)

    username = TextField(label_for(Staff.username), [Required()], length=60)
    name = TextField(label_for(Staff.name), [Required()], length=60)
    language = ChoiceField(label_for(Staff.language), offered=tuple(LANGUAGES.items()), blank=_("as the browser asks"))
    password = PasswordField(
        _("First password"),
        [Optional(), Length(max=passwords.MAXIMUM_LENGTH)],
        description=_("Must be changed at the first sign-in. Empty: nobody can sign in yet."),
    )

    role = RoleField(label_for(StaffAssignment.role), offered=roles_to_give, blank=_("nothing yet"))
    team = StaticChoiceField(
        label_for(StaffAssignment.team_id),
        lookup="team",
        blank=_("none"),
        description=_("For team leads and technicians."),
    )

    def validate_password(self, field: Field) -> None:
        """As strong as any other."""
        if field.data and (weak := passwords.weakness(field.data, self.username.data or "")):
            raise ValidationError(sentence(weak))


class AccountForm(DeskForm):
    """What of an account may be amended."""

    name = TextField(label_for(Staff.name), [Required()], length=60)
    language = ChoiceField(label_for(Staff.language), offered=tuple(LANGUAGES.items()), blank=_("as the browser asks"))


class RequestField(ChoiceField):
    """One of the requests for a new password that wait for the person of the page."""

    def values(self) -> Sequence[tuple[object, str]]:
        """Ids; each with the code that the person reads out, when it was asked, and from where."""
        query = select(PasswordRequest).where(
            PasswordRequest.staff_id == request.args.get("id", type=int), waits(context.now())
        )
        return [
            (row.id, f"{row.code} · {local_time(row.created_at)} · {row.address}")
            for row in context.session().scalars(query.order_by(PasswordRequest.id.desc()).limit(REQUESTS_SHOWN))
        ]


class ApproveResetForm(DeskForm):
    """Which request; nobody chooses a password for somebody else."""

    request = RequestField(
        _("Code that the person reads out"),
        [Required()],
        blank=_("choose"),
        description=_(
            "The person asks with “Forgotten your password?” at sign-in and reads the code to you. Approve that request"
            " alone: whoever made it sets the password in their own browser, and you never learn it."
        ),
    )


class GrantForm(DeskForm):
    """A role in the estate shown."""

    records = ("team",)
    role = EnumField(
        label_for(StaffAssignment.role), enum=Role, only=[role for role in Role if role is not Role.SYSTEM]
    )
    team = StaticChoiceField(
        label_for(StaffAssignment.team_id),
        lookup="team",
        blank=_("none"),
        description=_("For team leads and technicians."),
    )

    def arguments(self) -> dict[str, Any]:
        """With the estate shown."""
        return {**super().arguments(), "estate": context.current_estate()}


class AssignmentField(ChoiceField):
    """One of the roles that the person of the page has now."""

    def values(self) -> Sequence[tuple[object, str]]:
        """Ids and names, of the estate shown."""

        person = request.args.get("id", type=int)
        query = select(StaffAssignment).where(
            StaffAssignment.staff_id == person, StaffAssignment.ended_at.is_(None), _here()
        )
        return [(row.id, label(row.role)) for row in context.session().scalars(query.order_by(StaffAssignment.id))]


class HandOverForm(DeskForm):
    """Who takes over what the person answers for (INT-1, FUP-4)."""

    hand_over_to = LookupField(
        _("Hands over to"),
        [Optional()],
        lookup="colleague",
        description=_("Takes over what is listed above: desk owner, handler, follower, follow-ups, units, team."),
    )
    or_else_to = LookupField(
        _("What that colleague may not have, to"),
        [Optional()],
        lookup="colleague",
        description=_("For instance the team's lead for jobs of a team, or somebody of the other estate."),
    )
    else_to = LookupField(_("What neither may have, to"), [Optional()], lookup="colleague")

    def arguments(self) -> dict[str, Any]:
        """With those who take over, in this order."""
        given = super().arguments()
        names = (self.hand_over_to, self.or_else_to, self.else_to)
        takers = [given.pop(field.short_name) for field in names]
        found = [field.lookup.one(number) for field, number in zip(names, takers, strict=True) if number is not None]
        return {**given, "hand_over_to": [person for person in found if person is not None]}


class DisableForm(HandOverForm):
    """Why, and who takes over."""

    sections = (("", ("reason", "hand_over_to", "or_else_to", "else_to")),)
    reason = LongTextField(_("Reason"), [Required()])


class EndRoleForm(HandOverForm):
    """A role that ends, and who takes over what hangs on it."""

    sections = (("", ("assignment", "hand_over_to", "or_else_to", "else_to")),)
    assignment = AssignmentField(label_for(StaffAssignment.role))


def _here() -> ColumnElement[bool]:
    estate = context.current_estate()
    return StaffAssignment.estate_id == (estate.id if estate is not None else 0)


def working(role: Role | None = None) -> ColumnElement[bool]:
    """People who work in the estate shown now, as *role* where one is named."""
    here = select(StaffAssignment.staff_id).where(StaffAssignment.ended_at.is_(None), _here())
    return Staff.id.in_(here.where(StaffAssignment.role == role) if role is not None else here)


class RoleFilter(DeskFilter[Role]):
    """By role in the estate shown."""

    def choices(self) -> Sequence[tuple[str, str]]:
        """All roles."""
        return [(role.value, label(role)) for role in Role if role is not Role.SYSTEM]

    def clean(self, value: str) -> Role:
        """The role; ValueError for another word."""
        return Role(value)

    def condition(self, value: Role) -> ColumnElement[bool]:
        """Who works as that."""
        return working(value)


STATES: dict[str, tuple[Any, Callable[[Any], ColumnElement[bool]]]] = {
    "active": (_("may sign in"), lambda now: Staff.disabled_at.is_(None)),
    "disabled": (_("disabled"), lambda now: Staff.disabled_at.is_not(None)),
    "here": (_("working in this estate"), lambda now: working()),
    "asking": (
        _("asks for a new password"),
        lambda now: Staff.id.in_(select(PasswordRequest.staff_id).where(waits(now), PasswordRequest.staff_id > 0)),
    ),
}


class StaffView(RegisterView[Staff]):
    """``/admin/staff/``."""

    model = Staff
    group = _("People and units")
    steps = (
        Step("grant_role", GrantForm, "primary", when=lambda person: person.disabled_at is None),
        Step("end_role", EndRoleForm),
        Step("approve_reset", ApproveResetForm, when=lambda person: person.disabled_at is None),
        Step("disable", DisableForm, "danger", when=lambda person: person.disabled_at is None),
        Step("enable", style="primary", when=lambda person: person.disabled_at is not None),
    )
    empty_text = _("Nobody fits.")
    default_descending = False
    column_list = ("name", "username", "roles", "state", "language")
    column_filters = (
        StateFilter(Staff.id, STATES),
        RoleFilter(Staff.id, "role", label_for(StaffAssignment.role)),
    )
    reads = {"roles": ("assignments.team",), "state": ("disabled_at",)}
    form_columns = ("name", "language")
    create_form_class = StaffForm
    sections = (
        (_("Account"), ("name", "username", "roles", "state", "language", "must_change_password", "disabled_at")),
    )

    def get_edit_form(self) -> type[DeskForm]:
        """Languages are a closed list that the column does not know."""
        return AccountForm

    def verb(self, name: str) -> Callable[..., Outcome]:
        """Roles are ended by their own rows."""
        function = super().verb(name)
        return partial(_end_role, function) if name == "end_role" else function

    def beside_step(self, step: Step, record: Staff) -> list[Related]:
        """What the person answers for, by estate and register: it is handed over in the same step."""
        if step.verb not in ("disable", "end_role"):
            return []
        leaving = Leaving(context.session(), [record])
        held = leaving.held(record.id)
        table = Related(
            gettext("What %(person)s answers for", person=record.name),
            (_("Estate"), _("Answers for"), _("How many"), _("Records")),
            rows=[
                (
                    "",
                    (
                        each.estate,
                        say(each.duty.words),
                        each.count,
                        joined([*each.numbers, *["…"][: each.count - len(each.numbers)]]),
                    ),
                )
                for each in held
            ],
        )
        return [*_keys_out(record, leaving.keys_out(record.id)), *[table][: len(held)]]

    def draft(self, form: DeskForm) -> object:
        """The account, with its password hashed."""
        given = form.arguments()
        password = given.pop("password") or ""
        estate = context.current_estate()
        return verbs.StaffDraft(
            **given,
            password_hash=passwords.hashed(password) if password else None,
            estate_id=estate.id if estate is not None else None,
        )

    def search_condition(self, text: str) -> ColumnElement[bool] | None:
        """By name, user name, or phone (whole or its last four)."""
        keyring = keyring_of(context.session())
        digits = sought(text)
        found = [Staff.name.icontains(text, autoescape=True), Staff.username.icontains(text, autoescape=True)]
        for column, asked in (
            (StaffContact.value_digest, digits[0] if digits else None),
            (StaffContact.tail_digest, text if re.fullmatch(r"\d{4}", text, re.ASCII) else None),
        ):
            if asked is not None:
                found.append(Staff.id.in_(select(StaffContact.staff_id).where(column == keyring.digest(asked))))
        return or_(*found)

    def listed(self) -> ColumnElement[bool]:
        """Everybody whom the person may see; the account of the system is nobody."""
        return self.visible() & (Staff.username != verbs.SYSTEM)

    def related(self, record: Staff) -> list[Related]:
        """Phones, for who may call."""
        actor = context.actor()
        in_full = may(actor, "read_phone", StaffContact)
        may_add = may(actor, "register", StaffContact) and self.allowed("amend", record)
        return [phones_of(StaffContact, record, in_full=in_full, may_add=may_add)]

    def show_roles(self, record: Staff) -> str:
        """The roles of today in the estate shown."""
        estate = context.current_estate()
        found = [
            remarked(label(item.role), item.team) if item.team is not None else label(item.role)
            for item in record.assignments
            if item.ended_at is None and estate is not None and item.estate_id == estate.id
        ]
        return listed(sorted(found)) or "—"

    def show_state(self, record: Staff) -> str:
        """Active or disabled."""
        return coloured("grey", gettext("disabled")) if record.disabled_at else coloured("green", gettext("active"))

    def show_language(self, record: Staff) -> str:
        """Its name."""
        return LANGUAGES.get(record.language or "", "—")


def _keys_out(person: Staff, loans: list[KeyLoan]) -> list[Related]:
    """The keys that the person has, which bar the step until they are back (KEY-4)."""
    ids = [loan.key_id for loan in loans]
    keys = {key.id: key for key in context.session().scalars(select(Key).where(Key.id.in_(ids)))} if ids else {}
    table = Related(
        gettext("%(person)s still has keys: first they are returned or reported lost (KEY-4)", person=person.name),
        (_("Key"), _("Pieces"), _("Lent"), _("Due")),
        rows=[
            (
                record_url("key_loans", loan.id) if may(context.actor(), "read", loan) else "",
                (keys[loan.key_id].number, loan.pieces_out, local_time(loan.lent_at), deadline(loan.due_at)),
            )
            for loan in loans
        ],
    )
    return [table] if loans else []


def _end_role(
    function: Callable[..., Outcome], call: Call, people: Sequence[Staff], *, assignment: int, **arguments: object
) -> Outcome:
    """End the chosen role of the one person of the page."""
    query = select(StaffAssignment).where(
        StaffAssignment.id == assignment, StaffAssignment.staff_id.in_([person.id for person in people])
    )
    return function(call, list(call.session.scalars(query)), **arguments)
