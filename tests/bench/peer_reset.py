"""How the peer benchmark puts back what a bulk action did: a table of its own with a trigger."""

from collections.abc import Iterator

LATER = (
    *("team_id", "assignee_id", "dispatched_at", "accepted_at", "arrived_at", "finished_at", "closed_at"),
    *("closed_by_id", "slip_taken_by_id", "slip_returned_at", "slip_returned_to_id", "result", "acceptance"),
)

PAST = (
    ("clock_runs", "goes_delete", "delete"),
    ("bulk_items", "goes_delete", "delete"),
    ("bulk_runs", "stays_update", "update"),
)
"""The guards that refuse what is put back here, on a server and in a file."""


def reset_statements(clock_id: int, *, is_sqlite: bool) -> Iterator[str]:
    """The table ``bench_reset`` and its trigger: a ticket becomes received again, its row of the preview pending."""
    empty = ", ".join(f"{name} = NULL" for name in LATER)
    body = f"""
  DELETE FROM clock_runs WHERE ticket_id = NEW.ticket_id;
  UPDATE tickets SET status = 'received', due_at = registered_at, version = version + 1, {empty}
    WHERE id = NEW.ticket_id;
  INSERT INTO clock_runs (estate_id, register, record_id, clock_id, started_at, due_at)
    SELECT estate_id, 'tickets', id, {clock_id}, registered_at, registered_at FROM tickets WHERE id = NEW.ticket_id;
  DELETE FROM bulk_items WHERE run_id = NEW.run_id AND record_id = NEW.ticket_id;
  INSERT INTO bulk_items (estate_id, run_id, record_id, number, version_seen)
    SELECT estate_id, NEW.run_id, id, number, version FROM tickets WHERE id = NEW.ticket_id;
  UPDATE bulk_runs SET state = 'previewed' WHERE id = NEW.run_id AND state <> 'previewed';
  UPDATE bulk_runs SET idempotency_key = 'used-' || id WHERE id > 2 AND substr(idempotency_key, 1, 5) <> 'used-';
"""
    when = "CREATE TRIGGER bench_reset AFTER INSERT ON bench_reset"
    for table, rule, action in PAST:
        yield f"DROP TRIGGER guard_{table}_{action}" if is_sqlite else f"DROP TRIGGER guard_{table}_{rule} ON {table}"
    yield "CREATE TABLE bench_reset (ticket_id BIGINT, run_id BIGINT)"
    if is_sqlite:
        yield f"{when} BEGIN{body}END"
        return
    yield f"CREATE FUNCTION bench_reset() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN{body}  RETURN NULL; END $$"
    yield f"{when} FOR EACH ROW EXECUTE FUNCTION bench_reset()"
