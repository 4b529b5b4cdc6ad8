"""What has a next date and a person while it is open (INT-14): what the database fills in, and then refuses."""

import re
from collections.abc import Mapping, Sequence

from models.errors import Msgid, gettext_noop


def open_of(open_statuses: Sequence[str]) -> str:
    """The condition, for :func:`dated`, that the row that is written is in one of these statuses."""
    return f"NEW.status IN ({', '.join(repr(str(getattr(status, 'value', status))) for status in open_statuses)})"


def dated(
    register: str, is_open: str, *, due: str = "due_at", person: str = "desk_owner_id", since: str = "registered_at"
) -> dict[str, tuple[str, ...]]:
    """The triggers of a register, for each kind of database; *is_open*: where something is owed (SQL, of ``NEW``).

    An open row that another program inserts without a date, the column *due*, has that of *since*, one without a
    *person* is the complaint post's of its estate. Afterwards neither is taken away while the row is open; only columns
    of the row are compared, never the server's clock.
    """
    bare = f"{is_open} AND (NEW.{due} IS NULL OR NEW.{person} IS NULL)"
    post = (
        "(SELECT staff.id FROM estates JOIN staff ON staff.id = estates.post_staff_id"
        " WHERE estates.id = NEW.estate_id AND staff.disabled_at IS NULL)"
    )
    filled = (
        f"UPDATE {register} SET {due} = coalesce(NEW.{due}, NEW.{since}),"  # noqa: S608  # names of ours
        f" {person} = coalesce(NEW.{person}, {post}) WHERE id = NEW.id"
    )
    here = "AND NEW.estate_id IS NOT NULL"  # else it is refused for that
    refused = f"{register}_next_date"
    changed = f"UPDATE OF {', '.join(_columns(is_open, due, person))} ON {register}"
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
  NEW.{due} := coalesce(NEW.{due}, NEW.{since});
  NEW.{person} := coalesce(NEW.{person}, {post});
  IF NEW.{person} IS NULL THEN
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


def answered(register: str, is_open: str, person: str) -> dict[str, tuple[str, ...]]:
    """The triggers by which the *person* of an open row can act: neither the system account nor a disabled one.

    Whoever is disabled afterwards, past the verbs, stays in the rows that there are.
    """
    cannot = _gone(person, "(disabled_at IS NOT NULL OR username = 'system')")
    becomes = f"{is_open} AND (OLD.{person} IS NULL OR OLD.{person} <> NEW.{person} OR NOT ({_of_old(is_open)}))"
    changed = f"UPDATE OF {', '.join(_columns(is_open, person))}"
    return _refuse(register, f"{register}_person", {"INSERT": is_open, changed: becomes}, cannot)


def handed(register: str, is_open: str, *people: str) -> dict[str, tuple[str, ...]]:
    """The triggers by which a new open row, and one that is handed over, goes to nobody who is disabled.

    What is opened again stays with whom it was, whom the audit names; imports take over rows for the system account.
    """
    found: list[dict[str, tuple[str, ...]]] = []
    for person in people:
        moved = f"{is_open} AND NEW.{person} <> coalesce(OLD.{person}, 0)"
        whenever = {"INSERT": is_open, f"UPDATE OF {person}": moved}
        name = f"{register}_{person.removesuffix('_id')}"
        found.append(_refuse(register, name, whenever, _gone(person, "disabled_at IS NOT NULL")))
    return {dialect: tuple(one for each in found for one in each[dialect]) for dialect in ("sqlite", "postgresql")}


def _gone(person: str, which: str) -> str:
    return f"EXISTS (SELECT 1 FROM staff WHERE id = NEW.{person} AND {which})"  # noqa: S608  # names of ours


def handed_sentences(register: str, *people: str) -> Mapping[str, tuple[str, Msgid]]:
    """What is said when these refuse."""
    message = gettext_noop("Nothing open is given to an account that is disabled.")
    return {f"{register}_{person.removesuffix('_id')}": ("INT-14", message) for person in people}


LONGEST_DAYS = 92
"""So many days after the last step of a row, to the end of that day, is its next date at most (INT-14)."""


def within_limit(
    register: str, is_open: str, *, due: str = "due_at", since: str = "registered_at", beyond: bool = False
) -> dict[str, tuple[str, ...]]:
    """The triggers by which the date *due* of an open row is no further off than :data:`LONGEST_DAYS`.

    Its last step is when it was last changed or, where that is later, *since*; the server's clock is not asked. Where
    *beyond*, the row may name in ``beyond_limit_by`` the event of a supervisor's reason for a later date.
    """
    hours = (LONGEST_DAYS + 1) * 24
    never = f"NEW.{due} > '9000-01-01 00:00:00'"
    allowed = (
        f"EXISTS (SELECT 1 FROM events WHERE id = NEW.beyond_limit_by AND register = '{register}'"  # noqa: S608
        " AND record_id = NEW.id AND verb = 'allow_later')"
    )
    latest = {
        "sqlite": f"strftime('%Y-%m-%d %H:%M:%f', max(NEW.updated_at, NEW.{since}), '+{hours} hours') || '000'",
        "postgresql": f"greatest(NEW.updated_at, NEW.{since}) + interval '{hours} hours'",
    }
    refused = f"NOT {allowed} OR {never}" if beyond else f"NEW.{due} IS NOT NULL"
    found = {}
    for dialect, limit in latest.items():
        late = f"{is_open} AND NEW.{due} > {limit}"
        differs = "IS NOT" if dialect == "sqlite" else "IS DISTINCT FROM"
        changed = f"UPDATE OF {', '.join(_columns(is_open, due))}"
        whenever = {"INSERT": late, changed: f"{late} AND NEW.{due} {differs} OLD.{due}"}
        found[dialect] = _refuse(register, f"{register}_limit", whenever, refused)[dialect]
    return found


def _refuse(register: str, name: str, whenever: Mapping[str, str], refused: str) -> dict[str, tuple[str, ...]]:
    """The triggers that fail with *name*: what is done -> when it is looked at, if what is *refused* holds then."""
    called = {what: f"guard_{name}_{what.partition(' ')[0].lower()}" for what in whenever}
    return {
        "sqlite": tuple(
            f"CREATE TRIGGER {called[what]} BEFORE {what} ON {register} WHEN {condition} BEGIN\n"
            f"  SELECT RAISE(ABORT, '{name}') WHERE {refused};\nEND"
            for what, condition in whenever.items()
        ),
        "postgresql": (
            f"""CREATE OR REPLACE FUNCTION guard_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {refused} THEN
    RAISE EXCEPTION USING MESSAGE = '{name}', ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{name}';
  END IF;
  RETURN NEW;
END $$""",
            *(
                f"CREATE TRIGGER {called[what]} BEFORE {what} ON {register} FOR EACH ROW"
                f" WHEN ({condition}) EXECUTE FUNCTION guard_{name}()"
                for what, condition in whenever.items()
            ),
        ),
    }


def _columns(is_open: str, *more: str) -> list[str]:
    return list(dict.fromkeys([*re.findall(r"NEW\.(\w+)", is_open), *more]))


def _of_old(is_open: str) -> str:
    return is_open.replace("NEW.", "OLD.")


def dated_sentences(register: str) -> Mapping[str, tuple[str, Msgid]]:
    """What is said when these refuse."""
    message = gettext_noop("What is open has a next date and a person who answers for it.")
    return {f"{register}_next_date": ("INT-14", message)}


def answered_sentences(register: str) -> Mapping[str, tuple[str, Msgid]]:
    """What is said when :func:`answered` refuses."""
    message = gettext_noop("Who answers for what is open can act: not the system account, and no disabled one.")
    return {f"{register}_person": ("INT-14", message)}


def limit_sentences(register: str) -> Mapping[str, tuple[str, Msgid]]:
    """What is said when :func:`within_limit` refuses."""
    message = gettext_noop("A next date is at most 92 days away; a later one needs a supervisor's reason.")
    return {f"{register}_limit": ("INT-14", message)}
