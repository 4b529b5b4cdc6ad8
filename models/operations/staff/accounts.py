"""Accounts and roles: who may sign in, and as what they work where. Passwords come hashed; see models.passwords."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.call import Call
from models.errors import OperationRefused, Outcome, gettext_noop
from models.events import record_events
from models.operations.core import Move, create, event_row, facts, operation, refuse_role, verb
from models.operations.staff.leaving import Leaving
from models.operations.staff.roles import give_first_roles, refuse_first_role
from models.operations.staff.whole_accounts import end_requests, refuse_beyond
from models.personal import keyring_of
from models.policy import role_for
from models.roles import ADMINS, MANAGERS, Role
from models.staff import SYSTEM, Staff, Team

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
LANGUAGES = frozenset({"en", "zh_Hans_CN"})


@dataclass(frozen=True)
class StaffDraft:
    """A new account. Without ``password_hash`` nobody can sign in with it."""

    username: str
    name: str
    password_hash: str | None = None
    must_change_password: bool = True
    language: str | None = None
    estate_id: int | None = None
    role: Role | None = None
    """As what the person works in that estate from the beginning; then nothing is left to be granted."""
    team: Team | None = None


def normal_username(text: str) -> str:
    """A user name as it is stored and compared: without surrounding space, in lower case."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def active_person(session: Session, username: str) -> Staff:
    """The account of *username*. Raises OperationRefused when there is none, or it is disabled."""
    person = session.scalar(select(Staff).where(Staff.username == normal_username(username)))
    if person is None:
        raise OperationRefused("STAFF", gettext_noop("There is no account “%(username)s”."), username=username)
    if person.disabled_at is not None:
        raise OperationRefused("STAFF", gettext_noop("The account “%(username)s” is disabled."), username=username)
    return person


@operation(Staff, roles=ADMINS | MANAGERS)
def register(call: Call, drafts: Sequence[StaffDraft]) -> Outcome:
    """Make accounts, with the role that the draft names, or none yet.

    Refuses malformed and taken user names, empty names, and a role that the actor does not give, or in no fitting team.
    """
    outcome = Outcome()
    names = [normal_username(draft.username) for draft in drafts]
    taken = set(call.session.scalars(select(Staff.username).where(Staff.username.in_(names))))
    rows, working = [], []
    for draft, username in zip(drafts, names, strict=True):
        row = Staff(
            username=username,
            name=draft.name.strip(),
            password_hash=draft.password_hash,
            must_change_password=draft.must_change_password,
            language=draft.language,
            estate_id=draft.estate_id,
        )
        refusal = refuse_role(call.actor, "register", row) or _unfit(row, taken)
        if refusal is None and draft.role is not None:
            refusal = refuse_first_role(call, row, draft.role, draft.team)
        if refusal is None:
            taken.add(username)
            rows.append(row)
            working += [(row, draft.role, draft.team)] if draft.role is not None else []
        else:
            outcome.refused.append((draft, refusal))
    if call.preview:
        outcome.done = rows
        return outcome
    outcome.done = create(call.following(), rows, verb="register")
    give_first_roles(call, working)
    return outcome


def _unfit(row: Staff, taken: set[str]) -> OperationRefused | None:
    if not USERNAME.fullmatch(row.username):
        message = gettext_noop(
            "A user name has 2 to 60 of these: letters a to z, digits, dot, hyphen, underscore; not “%(username)s”."
        )
        return OperationRefused("STAFF", message, field="username", username=row.username)
    if row.username in taken:
        message = gettext_noop("There is already an account with the user name “%(username)s”.")
        return OperationRefused("STAFF", message, field="username", username=row.username)
    if not row.name or row.language not in {None, *LANGUAGES}:
        return OperationRefused("STAFF", gettext_noop("An account needs the person's name and a known language."))
    return None


@verb(Staff, roles=ADMINS | MANAGERS)
def amend(move: Move[Staff], /, **values: Any) -> None:
    """Change name, language or home estate; nothing else of an account is amended.

    Refused (ROLE), as for every verb on an account as a whole, for who also works where *actor* may not do this.
    """
    refuse_beyond(move)
    others = sorted(set(values) - {"name", "language", "estate_id"})
    message = gettext_noop("These cannot be edited: %(columns)s.")
    move.refuse_unless(not others, "STAFF", message, columns=others)
    name = values.get("name", "-")
    move.refuse_unless(
        bool(str(name).strip()) and values.get("language") in {None, *LANGUAGES},
        "STAFF",
        gettext_noop("An account needs the person's name and a known language."),
    )
    for row in move.rows:
        move.set(row, **values)


@verb(Staff, roles=ADMINS | MANAGERS, label=gettext_noop("Disable"))
def disable(move: Move[Staff], *, hand_over_to: Sequence[Staff] = ()) -> None:
    """End an account's sessions and let nobody sign in with it; what the person did stays.

    What the person answers for goes to the first of *hand_over_to* who may have it. Refused where something would be
    left with nobody (INT-1, DSP-11, FUP-4), or a key is still out with the person (KEY-4).
    """
    refuse_beyond(move)
    for row in list(move.rows):
        if row.username == SYSTEM or row.id == move.actor.staff_id:
            move.refuse(row, "STAFF", gettext_noop("Neither the system's account nor the own one can be disabled."))
        elif row.disabled_at is not None:
            move.refuse(row, "STAFF", gettext_noop("%(name)s is disabled already."), name=row.name)
        else:
            move.set(row, disabled_at=move.now, session_generation=row.session_generation + 1)
    leaving = Leaving(move.session, move.rows, hand_over_to)
    for row in list(move.rows):
        if refusal := leaving.refusal(row.id):
            move.reject(row, refusal)
    if not move.preview:
        leaving.hand_over({row.id for row in move.rows}, verb="disable", actor=move.actor, now=move.now)
        end_requests(move.session, move.rows, move.now)


@verb(Staff, roles=ADMINS | MANAGERS, label=gettext_noop("Enable"))
def enable(move: Move[Staff]) -> None:
    """Let a disabled account sign in again, with its old password and roles."""
    refuse_beyond(move)
    for row in list(move.rows):
        if row.disabled_at is None:
            move.refuse(row, "STAFF", gettext_noop("%(name)s is not disabled."), name=row.name)
        else:
            move.set(row, disabled_at=None)


@verb(Staff, roles=ADMINS, label=gettext_noop("Reset password"))
def reset_password(move: Move[Staff], *, password_hash: str) -> None:
    """Give an account a password that its owner must change at the next sign-in; its sessions end.

    For the command line, where nobody can sign in any more; the panel has ``password_requests``. Refused (ROLE) for
    who also works where *actor* is not administrator: whoever knows a password can act as that person. Who works
    nowhere opens nothing with it, and needs it before being given a role again.
    """
    refuse_beyond(move)
    for row in list(move.rows):
        if row.username == SYSTEM:
            move.refuse(row, "STAFF", gettext_noop("Nobody signs in with the system's account."))
        else:
            move.set(
                row,
                password_hash=password_hash,
                must_change_password=True,
                session_generation=row.session_generation + 1,
            )
    if not move.preview:
        end_requests(move.session, move.rows, move.now)


def change_own_password(call: Call, person: Staff, *, password_hash: str) -> Staff:
    """Replace the own password; all sessions of the person end. Raises OperationRefused for anyone else's."""
    end_requests(call.session, [person], call.now)
    return _change_own(
        call,
        person,
        verb="change_password",
        changes={
            "password_hash": password_hash,
            "must_change_password": False,
            "session_generation": person.session_generation + 1,
        },
    )


def choose_language(call: Call, person: Staff, *, language: str) -> Staff:
    """Remember the language the person reads. Raises OperationRefused for a language there is not."""
    if language not in LANGUAGES:
        raise OperationRefused("STAFF", gettext_noop("There is no such language here."))
    return _change_own(call, person, verb="choose_language", changes={"language": language})


def _change_own(call: Call, person: Staff, *, verb: str, changes: dict[str, Any]) -> Staff:
    permission = "change_password" if verb == "change_password" else "read"
    role = role_for(call.actor, permission, "account")
    if person.id != call.actor.staff_id or person.disabled_at is not None or (role is None and call.actor.roles):
        raise OperationRefused("ROLE", gettext_noop("This can be changed by the person alone."))
    changed = {name: value for name, value in changes.items() if getattr(person, name) != value}
    if not changed:
        return person
    keyring = keyring_of(call.session)
    before = facts(person, {name: getattr(person, name) for name in changed}, keyring)
    for name, value in changed.items():
        setattr(person, name, value)
    person.updated_at = call.now
    call.session.flush()
    row = event_row(
        person,
        call,
        role=role.value if role is not None else "",
        verb=verb,
        version=person.version,
        before=before,
        after=facts(person, changed, keyring),
    )
    record_events(call.session, [row])
    return person
