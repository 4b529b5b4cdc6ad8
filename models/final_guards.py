"""What is final is final for every program (CMP-8, JOB-6, AUD-3): what the database refuses whoever writes it."""

from collections.abc import Mapping, Sequence

from models.errors import Msgid, gettext_noop

_TAKEN = (
    "number, severity, channel, summary, detail, wish, place, read_back, team_id, heard_at, registered_at, promised_at,"
    " cancelled_at, cancel_reason, desk_owner_id, assignee_id, follower_id, previous_id, result, imported_closed,"
    " beyond_limit_by"
)
_ARCHIVED = (
    f"{_TAKEN}, status, category, nature, nature_reason, identity_checked, anonymous, head_told_id, assigned_at,"
    " proposal, agreed_at, carried_out_at, slip_complete, slip_signed_by_id, slip_returned_at, formal_record_at, cause,"
    " measures, measures_due_at, measures_by_id, agreed_answer, agreed_answer_by_id, agreed_answer_at, ground,"
    " ground_text, ground_told_at, compensation_fen, compensation_borne_by, compensation_reason, compensation_by_id,"
    " review_on, review_people, review_measures, review_in_charge_id, archived_at, archived_by_id"
)
_CLOSED = (
    f"{_TAKEN}, kind, category_id, complaint_id, visit_from, visit_until, dispatched_at, accepted_at, arrived_at,"
    " finished_at, closed_at, closed_by_id, slip_taken_by_id, waiting_reason, waiting_from, waiting_note, cancel_kind,"
    " acceptance, acceptance_reason, charge_fen, charge_agreed_at, settled_at, invoice_number, waived_at, waive_reason,"
    " slip_returned_at, slip_returned_to_id, must_complete, incident_id, outside_party, outside_contact,"
    " outside_phone, outside_at,"
    " outside_done_at, submitted_to, submission, submitted_at, submitted_by_id, authority_answer, authority_answered_at"
)
"""Not the people and rooms that a merge moves, and not the counts of what hangs on it."""
_UNFINISHED = (
    "NEW.status = 'closed' AND NOT NEW.imported_closed AND ((NEW.charge_fen > 0 AND NEW.settled_at IS NULL"
    " AND NEW.waived_at IS NULL) OR (NEW.dispatched_at IS NOT NULL AND NEW.slip_returned_at IS NULL)"
    " OR NEW.acceptance IS NULL)"
)
_CLOSES = "NEW.status = 'closed' AND OLD.status <> 'closed' AND NOT NEW.imported_closed"
_UNASKED = (
    "NEW.kind IN ('repair', 'household_service', 'emergency') AND coalesce(NEW.reporter_department, '') = ''"
    " AND (NEW.resident_id IS NOT NULL OR coalesce(NEW.reporter_name, '') <> ''"
    " OR coalesce(NEW.reporter_phone, '') <> '')"
    " AND NOT EXISTS (SELECT 1 FROM follow_ups WHERE register = 'tickets' AND record_id = NEW.id"
    " AND status IN ('satisfied', 'not_reached'))"
)
"""What ``models.operations.matters.owes_follow_up`` says, in SQL: a test holds the two against each other."""
_UNTOLD = (
    "NEW.version <= OLD.version OR NOT EXISTS (SELECT 1 FROM events WHERE register = '{register}'"
    " AND record_id = NEW.id AND record_version = NEW.version)"
)
"""Nobody tells of the change: a verb has written its event before its rows, and what has no seal ``verify`` names."""
_SIGNED = "EXISTS (SELECT 1 FROM audit_runs WHERE id = {row}.run_id AND signed_off_at IS NOT NULL)"

Guards = Mapping[str, Sequence[str]]


def guard(table: str, name: str, event: str, when: str, where: str = "", *, back: str = "NEW") -> Guards:
    """A trigger for each kind of database that refuses *event* with *name* where *when*, and *where* asks other tables.

    PostgreSQL gives the row *back*, and wants a function for what asks other tables.
    """
    sqlite = (
        f"CREATE TRIGGER guard_{name} BEFORE {event} ON {table} WHEN {when} BEGIN\n"
        f"  SELECT RAISE(ABORT, '{name}'){f' WHERE {where}' if where else ''};\nEND"
    )
    given = f"CREATE TRIGGER guard_{name} BEFORE {event} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION "
    refuse = f"guard_refuse('{name}')"
    # TRUNCATE deletes rows too, and asks no trigger of theirs.
    whole = f"CREATE TRIGGER guard_{name}s BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {refuse}"
    all_rows = (whole,) if event == "DELETE" else ()
    if not where:
        return {"sqlite": (sqlite,), "postgresql": (f"{given}{refuse}", *all_rows)}
    function = (
        f"CREATE OR REPLACE FUNCTION guard_{name}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  IF {where} THEN\n"
        f"    RAISE EXCEPTION USING MESSAGE = '{name}', ERRCODE = 'integrity_constraint_violation',"
        f" CONSTRAINT = '{name}';\n  END IF;\n  RETURN {back};\nEND $$"
    )
    return {"sqlite": (sqlite,), "postgresql": (function, f"{given}guard_{name}()", *all_rows)}


def together(*guards: Guards) -> dict[str, tuple[str, ...]]:
    """All of *guards*, in their order, for each kind of database."""
    return {dialect: tuple(sql for each in guards for sql in each[dialect]) for dialect in ("sqlite", "postgresql")}


_CHANGED = {"complaints": (_ARCHIVED, "archived"), "tickets": (_CLOSED, "closed")}


def _stays(register: str) -> tuple[Guards, ...]:
    columns, status = _CHANGED[register]
    ended = f"OLD.status = '{status}' AND NOT OLD.imported_closed"
    still = f"{ended} AND NEW.status = '{status}'" if register == "tickets" else ended
    return (
        guard(register, f"{register}_final", f"UPDATE OF {columns}", still),
        guard(register, f"{register}_final_row", "DELETE", ended),
        guard(
            register,
            f"{register}_mark",
            "UPDATE OF imported_closed",
            "NEW.imported_closed <> OLD.imported_closed",
            _UNTOLD.format(register=register),
        ),
    )


COMPLAINT_GUARDS = together(*_stays("complaints"))
_CHAINED = (
    "NEW.incident_id = NEW.id OR EXISTS (SELECT 1 FROM tickets AS one"
    " WHERE one.id = NEW.incident_id AND one.incident_id IS NOT NULL)"
    " OR EXISTS (SELECT 1 FROM tickets AS further WHERE further.incident_id = NEW.id)"
)
TICKET_GUARDS = together(
    guard("tickets", "tickets_incident_new", "INSERT", "NEW.incident_id IS NOT NULL", _CHAINED),
    guard("tickets", "tickets_incident", "UPDATE OF incident_id", "NEW.incident_id IS NOT NULL", _CHAINED),
    *_stays("tickets"),
    guard(
        "tickets",
        "tickets_final_status",
        "UPDATE OF status",
        "OLD.status = 'closed' AND NOT OLD.imported_closed AND NEW.status <> 'closed'",
        f"NEW.status <> 'done' OR {_UNTOLD.format(register='tickets')}",
    ),
    guard("tickets", "tickets_unfinished", "INSERT", _UNFINISHED),
    guard("tickets", "tickets_unfinished_change", "UPDATE OF status", f"OLD.status <> 'closed' AND {_UNFINISHED}"),
    guard("tickets", "tickets_unasked", "UPDATE OF status", _CLOSES, _UNASKED),
)
RUN_GUARDS = together(
    guard(
        "audit_runs",
        "audit_runs_final",
        "UPDATE OF day, ran_at, ran_by_id, counts, signed_off_at, signed_off_by_id",
        "OLD.signed_off_at IS NOT NULL",
    ),
    guard("audit_runs", "audit_runs_final_row", "DELETE", "OLD.signed_off_at IS NOT NULL"),
)
LINE_GUARDS = together(
    guard("audit_lines", "audit_lines_final_new", "INSERT", "NEW.id IS NOT NULL", _SIGNED.format(row="NEW")),
    guard("audit_lines", "audit_lines_final", "UPDATE", "OLD.id IS NOT NULL", _SIGNED.format(row="OLD")),
    guard(
        "audit_lines", "audit_lines_final_row", "DELETE", "OLD.id IS NOT NULL", _SIGNED.format(row="OLD"), back="OLD"
    ),
)

KEY_GUARDS = guard("personal_keys", "personal_keys_final", "UPDATE", "OLD.id IS NOT NULL")

_ARCHIVE = gettext_noop("An archived complaint stays as it is; it is reopened as a new one.")
_CLOSED_STAYS = gettext_noop("A closed ticket stays as it is; a supervisor can correct a mistaken closing.")
_UNFINISHED_SAID = gettext_noop("A ticket is closed when its charge is settled, its slip is back and it was accepted.")
_AUDIT = gettext_noop("An audit that is signed off stays as it is.")
_MARK = gettext_noop("Only an import says that a record was closed at its source.")
_KEY = gettext_noop("The key of what was said stays as it is; deleted, it erases what was said.")
_CHAIN = gettext_noop("The ticket that leads an incident is not part of another.")
_Sentences = Mapping[str, tuple[str, Msgid]]
COMPLAINT_SENTENCES: _Sentences = {
    "complaints_final": ("CMP-8", _ARCHIVE),
    "complaints_final_row": ("CMP-8", _ARCHIVE),
    "complaints_mark": ("CMP-8", _MARK),
}
TICKET_SENTENCES: _Sentences = {
    "tickets_final": ("JOB-6", _CLOSED_STAYS),
    "tickets_final_row": ("JOB-6", _CLOSED_STAYS),
    "tickets_final_status": ("JOB-6", _CLOSED_STAYS),
    "tickets_mark": ("JOB-6", _MARK),
    "tickets_incident_new": ("INT-6", _CHAIN),
    "tickets_incident": ("INT-6", _CHAIN),
    "tickets_unfinished": ("JOB-6", _UNFINISHED_SAID),
    "tickets_unfinished_change": ("JOB-6", _UNFINISHED_SAID),
    "tickets_unasked": ("FUP-1", gettext_noop("A resident's job is closed when its follow-up is settled.")),
}
RUN_SENTENCES: _Sentences = {"audit_runs_final": ("AUD-3", _AUDIT), "audit_runs_final_row": ("AUD-3", _AUDIT)}
LINE_SENTENCES: _Sentences = {
    "audit_lines_final_new": ("AUD-3", _AUDIT),
    "audit_lines_final": ("AUD-3", _AUDIT),
    "audit_lines_final_row": ("AUD-3", _AUDIT),
}
KEY_SENTENCES: _Sentences = {"personal_keys_final": ("DATABASE", _KEY)}
