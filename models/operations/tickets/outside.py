"""What others owe a job: the heads a decision, an authority its answer (DSP-9), an outside party its work (JOB-9)."""

import datetime
from typing import Any

from models.errors import gettext_noop
from models.matters import CommentKind
from models.operations.core import Move, check_phone, phone_columns, verb
from models.operations.matters import comment_on
from models.roles import CLERKS, LEADS, SUPERVISORS
from models.tickets import AUTHORITY, CANCELS, ESCALATION, OPEN_STATUSES, OUTSIDE, Ticket, TicketStatus

UNDER_WAY = tuple(status for status in CANCELS if status is not TicketStatus.RECEIVED)
_THEN = gettext_noop("Say until when: a time that is still to come.")


def awaits_decision(move: Move[Ticket], ticket: Ticket) -> bool:
    """Whether what was reported as lacking on *ticket* is not decided yet."""
    return move.clocks.runs(ticket, ESCALATION)


def awaits_answer(ticket: Ticket) -> bool:
    """Whether an authority has not answered the last submission yet."""
    return ticket.submission is not None and ticket.authority_answered_at is None and ticket.status in OPEN_STATUSES


def is_outside(ticket: Ticket) -> bool:
    """Whether an outside party has the job and has not said that it is done."""
    return ticket.outside_party is not None and ticket.outside_done_at is None and ticket.status in UNDER_WAY


@verb(Ticket, roles=SUPERVISORS | LEADS, label=gettext_noop("Decide on what is lacking"), rule="DSP-9", compares=False)
def decide(move: Move[Ticket], *, decision: str) -> None:
    """Answer what was reported upwards (DSP-9): whom and what the job gets, or how it goes on without."""
    move.refuse_unless(decision.strip(), "DSP-9", gettext_noop("Write down what was decided."), field="decision")
    message = gettext_noop("Nothing that %(record)s lacks waits for a decision: report it first (“Escalate”).")
    move.refuse_where(lambda ticket: not awaits_decision(move, ticket), "DSP-9", message)
    for ticket in move.rows:
        move.add(comment_on(ticket, CommentKind.ESCALATION, decision, actor=move.actor, now=move.now))


@verb(Ticket, roles=CLERKS | LEADS, label=gettext_noop("Submit to an authority"), rule="DSP-9")
def submit(move: Move[Ticket], *, submitted_to: str, submission: str, until: datetime.datetime) -> None:
    """Write to an authority without which the job cannot go on (DSP-9), and say when its answer is asked for again.

    A further submission takes the place of the one before, which stays on record with its answer.
    """
    move.refuse_unless(submitted_to.strip(), "DSP-9", gettext_noop("Name the authority."), field="submitted_to")
    message = gettext_noop("Write down what is submitted.")
    move.refuse_unless(submission.strip(), "DSP-9", message, field="submission")
    move.refuse_unless(until > move.now, "INT-14", _THEN, field="until")
    _only_in(move, OPEN_STATUSES, "DSP-9")
    for ticket in move.rows:
        text = {"submitted_to": submitted_to.strip(), "submission": submission.strip()}
        by = {"submitted_at": move.now, "submitted_by_id": move.actor.staff_id}
        move.set(ticket, **text, **by, authority_answer=None, authority_answered_at=None)
        move.clocks.put_off(ticket, move.now, AUTHORITY, until)


@verb(Ticket, roles=CLERKS | LEADS, label=gettext_noop("Note the answer"), rule="DSP-9")
def note_answer(move: Move[Ticket], *, authority_answer: str) -> None:
    """Write down what the authority answered (DSP-9)."""
    message = gettext_noop("Write down what was answered.")
    move.refuse_unless(authority_answer.strip(), "DSP-9", message, field="authority_answer")
    message = gettext_noop("No submission of %(record)s waits for an answer.")
    move.refuse_where(lambda ticket: not awaits_answer(ticket), "DSP-9", message)
    for ticket in move.rows:
        move.set(ticket, authority_answer=authority_answer.strip(), authority_answered_at=move.now)


@verb(Ticket, roles=CLERKS | LEADS, label=gettext_noop("Give to an outside party"), rule="JOB-9")
def give_outside(
    move: Move[Ticket],
    *,
    outside_party: str,
    until: datetime.datetime,
    outside_contact: str | None = None,
    outside_phone: str | None = None,
) -> None:
    """Let a contractor, the builder or the developer do a job *until* then (JOB-9).

    The desk stays the follower, and all clocks run on. Refused: what is not dispatched, and what another has already.
    """
    move.refuse_unless(outside_party.strip(), "JOB-9", gettext_noop("Name the outside party."), field="outside_party")
    move.refuse_unless(until > move.now, "INT-14", _THEN, field="until")
    check_phone(outside_phone, "JOB-9", "outside_phone")
    _only_in(move, UNDER_WAY, "JOB-9")
    message = gettext_noop("%(record)s is with %(party)s: take it back first.")
    move.refuse_where(is_outside, "JOB-9", message, party=lambda ticket: ticket.outside_party)
    phone = phone_columns(move.session, outside_phone, "outside_phone")["outside_phone"]
    there = {"outside_party": outside_party.strip(), "outside_contact": (outside_contact or "").strip() or None}
    for ticket in move.rows:
        move.set(ticket, **there, outside_phone=phone, outside_at=move.now, outside_done_at=None)
        move.clocks.put_off(ticket, move.now, OUTSIDE, until)


@verb(Ticket, roles=CLERKS | LEADS, label=gettext_noop("Outside party is done"), rule="JOB-9", compares=False)
def outside_done(move: Move[Ticket], *, said: str) -> None:
    """Write down what the outside party did (JOB-9); the job itself is finished by who answers for it."""
    move.refuse_unless(said.strip(), "JOB-9", gettext_noop("Write down what was done."), field="said")
    _only_outside(move)
    for ticket in move.rows:
        move.set(ticket, outside_done_at=move.now)
        move.add(comment_on(ticket, CommentKind.NOTE, said, actor=move.actor, now=move.now))


@verb(
    Ticket,
    roles=CLERKS | LEADS,
    label=gettext_noop("Take back from the outside party"),
    rule="JOB-9",
    why=gettext_noop("Say why."),
)
def take_back_outside(move: Move[Ticket]) -> None:
    """The outside party does not do it: the job is ours again (JOB-9)."""
    _only_outside(move)
    nobody: dict[str, Any] = dict.fromkeys(("outside_party", "outside_contact", "outside_phone", "outside_at"))
    for ticket in move.rows:
        move.set(ticket, **nobody)
        move.clocks.cancel(ticket, move.now, OUTSIDE)


def _only_outside(move: Move[Ticket]) -> None:
    message = gettext_noop("No outside party has %(record)s.")
    move.refuse_where(lambda ticket: not is_outside(ticket), "JOB-9", message)


def _only_in(move: Move[Ticket], statuses: tuple[TicketStatus, ...], rule: str) -> None:
    message = gettext_noop("%(record)s is “%(status)s”; this needs: %(allowed)s.")
    wrong = {"status": lambda row: row.status, "allowed": lambda _row: list(statuses)}
    move.refuse_where(lambda row: row.status not in statuses, rule, message, **wrong)
