"""A new password without anybody else knowing it: asked for at sign-in, approved by an administrator, set there.

The browser that asked holds a secret, the database its digest; the administrator sees the code that the person reads
out, and approves that request alone.
"""

import datetime
import hashlib
import secrets

from sqlalchemy import delete, select

from models.call import Call
from models.errors import OperationRefused, gettext_noop
from models.operations import staff as accounts
from models.operations.core import Move, verb
from models.operations.staff import estates_of, is_in_charge, refuse_beyond
from models.password_requests import PasswordRequest, is_open, waits
from models.roles import ADMINS
from models.session import DeskSession
from models.staff import Staff, actor_for

LIFETIME = datetime.timedelta(hours=12)
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without those that sound or look alike on the telephone or on paper."""
HALF = 3


def ask(session: DeskSession, username: str, *, address: str, now: datetime.datetime) -> tuple[str, str]:
    """Note that somebody asks for a new password of *username*, whether there is such an account or not.

    Returns the secret for the browser that asks, and the code to tell the administrator. Leaves no event: anybody
    may ask, without an account. The caller commits.
    """
    now = now.astimezone(datetime.UTC)
    session.execute(delete(PasswordRequest).where(PasswordRequest.expires_at <= now))
    person = session.scalar(
        select(Staff).where(
            Staff.username == accounts.normal_username(username),
            Staff.disabled_at.is_(None),
            Staff.username != accounts.SYSTEM,
        )
    )
    secret = secrets.token_urlsafe(32)
    code = "-".join("".join(secrets.choice(LETTERS) for _ in range(HALF)) for _ in range(2))
    row = PasswordRequest(
        staff_id=person.id if person is not None else None,
        secret_digest=_digest(secret),
        code=code,
        address=address,
        expires_at=now + LIFETIME,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    return secret, code


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def of_browser(session: DeskSession, secret: str, now: datetime.datetime) -> PasswordRequest | None:
    """The request whose *secret* a browser holds; None when it has ended or expired."""
    return session.scalar(select(PasswordRequest).where(PasswordRequest.secret_digest == _digest(secret), is_open(now)))


@verb(Staff, name="approve_reset", roles=ADMINS, label=gettext_noop("Approve new password"))
def approve(move: Move[Staff], *, request: int) -> None:
    """Let the browser that made the request with the id *request* set a new password for its person.

    Refused: a request of somebody else, an ended or approved one, one's own; a disabled account; (ROLE) a person who
    also works where *actor* is not administrator.
    """
    refuse_beyond(move)
    for row in list(move.rows):
        query = select(PasswordRequest).where(PasswordRequest.id == request, waits(move.now))
        found = move.session.scalar(query if move.preview else query.with_for_update())
        if row.disabled_at is not None:
            move.refuse(row, "STAFF", gettext_noop("The account “%(username)s” is disabled."), username=row.username)
        elif row.id == move.actor.staff_id:
            move.refuse(row, "ROLE", gettext_noop("Nobody approves the own request for a new password."))
        elif found is None or found.staff_id != row.id:
            message = gettext_noop("This request has ended: %(name)s asks once more at sign-in.")
            move.refuse(row, "STAFF", message, field="request", name=row.name)
        elif not move.preview:
            found.approved_at, found.approved_by_id = move.now, move.actor.staff_id
            found.updated_at = move.now
            move.also = {"password_request": found.id}


def complete(
    session: DeskSession, secret: str, *, password_hash: str, now: datetime.datetime, **request: str | None
) -> Staff:
    """Set the password that the browser with *secret* was allowed to; all sessions of the person end.

    *request* is as in ``actor_for``. Raises OperationRefused where nothing is approved, or where the person has since
    been disabled or got work in an estate in which whoever approved is not administrator.
    """
    mine = select(PasswordRequest).where(PasswordRequest.secret_digest == _digest(secret), is_open(now))
    found = session.scalar(mine.with_for_update())
    person = None
    if found is not None and found.approved_by_id is not None and found.staff_id is not None:
        person = session.get(Staff, found.staff_id, with_for_update={"key_share": True}, populate_existing=True)
        approver = actor_for(session, session.get_one(Staff, found.approved_by_id))
        if person is not None and not is_in_charge(approver, "approve_reset", estates_of(session, [person])[person.id]):
            person = None
    if person is None or person.disabled_at is not None:
        raise OperationRefused("PASSWORD", gettext_noop("No new password is approved for this browser: ask once more."))
    actor = actor_for(session, person, **request)
    return accounts.change_own_password(Call(session, actor, now), person, password_hash=password_hash)
