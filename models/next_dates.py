"""What has a next date and a person while it is open (INT-14): what the database fills in, and then refuses."""

from collections.abc import Mapping, Sequence

from models.errors import Msgid, gettext_noop


def dated(register: str, open_statuses: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The triggers of a register of matters, for each kind of database.

    An open row that another program writes without a date is due as it was registered, one without a person is the
    complaint post's of its estate. Afterwards neither is taken away while the row is open; only columns of the row are
    compared, never the server's clock.
    """
    words = ", ".join(f"'{status}'" for status in open_statuses)
    bare = f"NEW.status IN ({words}) AND (NEW.due_at IS NULL OR NEW.desk_owner_id IS NULL)"
    post = (
        "(SELECT staff.id FROM estates JOIN staff ON staff.id = estates.post_staff_id"
        " WHERE estates.id = NEW.estate_id AND staff.disabled_at IS NULL)"
    )
    filled = (
        f"UPDATE {register} SET due_at = coalesce(NEW.due_at, NEW.registered_at),"  # noqa: S608  # names of ours
        f" desk_owner_id = coalesce(NEW.desk_owner_id, {post}) WHERE id = NEW.id"
    )
    here = "AND NEW.estate_id IS NOT NULL"  # else it is refused for that
    refused = f"{register}_next_date"
    changed = f"UPDATE OF status, due_at, desk_owner_id ON {register}"
    return {
        "sqlite": (
            f"CREATE TRIGGER guard_{refused}_fill AFTER INSERT ON {register} WHEN {bare} {here} BEGIN\n"
            f"  {filled};\nEND",
            f"CREATE TRIGGER guard_{refused} BEFORE {changed} WHEN {bare} BEGIN\n"
            f"  SELECT RAISE(ABORT, '{refused}');\nEND",
        ),
        "postgresql": (
            f"""CREATE OR REPLACE FUNCTION guard_{refused}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.due_at := coalesce(NEW.due_at, NEW.registered_at);
  NEW.desk_owner_id := coalesce(NEW.desk_owner_id, {post});
  IF NEW.desk_owner_id IS NULL THEN
    RAISE EXCEPTION USING MESSAGE = '{refused}', ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{refused}';
  END IF;
  RETURN NEW;
END $$""",
            f"CREATE TRIGGER guard_{refused}_fill BEFORE INSERT ON {register} FOR EACH ROW"
            f" WHEN ({bare} {here}) EXECUTE FUNCTION guard_{refused}()",
            f"CREATE TRIGGER guard_{refused} BEFORE {changed} FOR EACH ROW"
            f" WHEN ({bare}) EXECUTE FUNCTION guard_refuse('{refused}')",
        ),
    }


def dated_sentences(register: str) -> Mapping[str, tuple[str, Msgid]]:
    """What is said when these refuse."""
    message = gettext_noop("What is open has a next date and a person who answers for it.")
    return {f"{register}_next_date": ("INT-14", message)}
