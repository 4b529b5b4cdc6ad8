"""Write SCHEMA.md, the tables for people and for other programs, from the tables themselves.

python -m models.schema_document
"""

import re
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import CheckConstraint, Column, Dialect, ForeignKeyConstraint, Index, Table, UniqueConstraint
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex

from models import (
    Base,
    operations,  # noqa: F401  # it declares the verbs
)
from models.base import Choice, Register, ShortText, tables
from models.guards import APPEND_ONLY, SENTENCES, rules_of_rows, unguarded_names
from models.hanging import hanging_on, hangs, registers_of
from models.policy import permissions
from models.sentences import all_sentences

FILE = Path(__file__).resolve().with_name("SCHEMA.md")

DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.dialect(),  # type: ignore[no-untyped-call]  # this dialect's class is untyped
}

HEADING = """# The shared database

Written by `python -m models.schema_document` from the tables; do not edit.

Other programs may read every table, and write where a table says so. What is promised holds on SQLite and PostgreSQL
alike, whoever writes and however:

- **Checks and references** below are refused by the database. SQLite guards them by triggers as well, because other
  programs have foreign keys off and may `INSERT OR REPLACE`. A guard fails with the name of what it stands for.
- **Upserts are refused** on SQLite (`INSERT OR REPLACE`, `UPDATE OR REPLACE`, `ON CONFLICT`): use none.
- **Append-only tables** take no update, no delete, no `TRUNCATE`. `id` and `estate_id` of a row never change.
- **References stay within their estate**: (`estate_id`, `…_id`) refers to (`estate_id`, `id`).
- **What hangs on a record** (clock runs, entries, repeated reports, follow-ups, findings) is written with `register`,
  the name of the record's table, and `record_id`. `ticket_id`, `complaint_id` … beside these are worked out by the
  database, with references and indexes, for reading; whoever writes one is refused. A record on which something
  hangs is not deleted.
- **Instants** are UTC: `timestamptz`; on SQLite text `YYYY-MM-DD HH:MM:SS.ffffff`. **Dates** are the estate's own.
  **Money** is in fen. **Personal numbers** are encrypted; programs without the data key leave these columns empty
  and add no contacts, which are nothing else.
- **What is open has a next date and a person**: `tickets` and `complaints` (`due_at`, `desk_owner_id`), `key_approvals`
  that are requested or approved (`next_at`, `answerable_id`), `keys` that are lost, are no common area's, and whose
  owner was not told (`due_at`, `answerable_id`). Left empty at `INSERT` they become the instant of registering, asking
  or losing, so that the row is seen at once, and the estate's complaint post (`estates.post_staff_id`); without a post,
  and whenever one is taken away from an open row or a row becomes open without them, that is refused. `answerable_id`
  names neither the system account nor a disabled one when it is written. The next `frontdesk audit` or `db upgrade`
  starts the clocks of the row's state.
- **A next date is at most 92 days away** (`tickets`, `complaints`, `key_approvals`, `keys`): to the end of that
  day, from the row's last step, which is `updated_at` or, where that is later, the column by which it was
  registered, asked for or lost. Whoever writes a date sets `updated_at` too. A matter goes further only with
  `beyond_limit_by`, the event by which a supervisor said why.
- **Names and words** (columns noted so) are not in `before`, `after` and `reason` of an event since revision 0018: the
  text `encrypted` stands there for each, and the values lie in `personal`, as JSON of the three, encrypted under the
  key of the record in `personal_keys`, itself encrypted with the data key. Without the row of `personal_keys` they are
  erased for good, which breaks no seal: nobody else changes or deletes one. Older events hold them in clear.
- **`version`** goes up by one with every change. Who changes a row says `SET version = version + 1`, and
  `WHERE version = …` with the one read, so that nothing is overwritten unseen.

- **Other programs' tables, views, columns, indexes and triggers** stay as they are through every upgrade, those on our
  tables too, or the upgrade is refused with their name. A column on one of our tables may be empty or has a default; a
  unique index holds all columns of a key below. `frontdesk db check` lists what is foreign, and what of it hurts.
  Ours are the tables below, `frontdesk_version`, `frontdesk_objects` (the triggers and functions that we have made)
  and the search indexes (`…_search`, on SQLite `search_places` too); nothing else is ever replaced or dropped.
- **Rights on a server**: `frontdesk db roles` prints the GRANTs for the owner of the tables, the panel (rows only),
  reports (no secrets) and other programs. `INSERT` on a table is all that inserting needs: triggers run with the
  owner's rights, and everybody may count on the sequences of ids.

Not promised: `CREATE`, `ALTER`, `DROP`, `PRAGMA` and superusers can get past all this. What they do to the event log,
to guards and to what must hold between rows is *found* by `frontdesk verify`, not prevented.

**Verbs** are the functions of `models.operations` that change a table; who may call them is `models.policy`. A program
that writes past them leaves no event and starts no clock; `frontdesk verify` lists such rows as *without event*.
"""


def document() -> str:
    """The whole text."""
    tables = [Base.metadata.tables[name] for name in sorted(Base.metadata.tables)]
    index = "\n".join(f"- [{table.name}](#{table.name}): {purpose(table)}" for table in tables)
    return "\n".join([HEADING, "## Tables", "", index, "", *(_section(table) for table in tables)])


def purpose(table: Table) -> str:
    """What the table's class says of itself."""
    said = next((mapper.class_.__doc__ for mapper in Base.registry.mappers if mapper.local_table is table), "")
    return " ".join((said or "").split("\n\n")[0].split()).replace("``", "`")


def _section(table: Table) -> str:
    lines = [f"## {table.name}", "", purpose(table), ""]
    lines += ["| column | SQLite | PostgreSQL | may be empty | default | notes |", "|---|---|---|---|---|---|"]
    lines += [_column(column) for column in table.columns]
    lines += ["", *_rules(table), "", *_writers(table), ""]
    return "\n".join(lines)


def _column(column: Column[object]) -> str:
    types = " | ".join(column.type.compile(dialect=dialect) for dialect in DIALECTS.values())
    default = ""
    if column.server_default is not None:
        argument = getattr(column.server_default, "arg", "")
        default = f"`{argument or chr(39) * 2}`" if isinstance(argument, str) else "now"
    empty = "yes" if column.nullable else "no"
    return f"| `{column.name}` | {types} | {empty} | {default} | {'; '.join(_notes(column))} |"


def _notes(column: Column[object]) -> Iterator[str]:
    if column.primary_key:
        yield "never used again"
    if column.computed is not None:
        yield "worked out from `register` and `record_id`, for reading"
    if isinstance(column.type, Choice):
        yield ("one of " if column.type.closed else "any word of at most 40 characters; we write ") + " ".join(
            f"`{member.value}`" for member in column.type.enum
        )
    elif isinstance(column.type, ShortText):
        yield f"at most {column.type.max_length} characters"
    if column.info.get("personal"):
        yield "personal, encrypted"
    if column.info.get("secret"):
        yield "secret"
    if column.info.get("words"):
        yield "names or words"


def _rules(table: Table) -> Iterator[str]:
    """Keys, references and checks; those that follow from a column's type are in the table above."""
    for constraint in sorted(table.constraints, key=lambda item: str(item.name)):
        name = str(constraint.name)
        if isinstance(constraint, UniqueConstraint):
            yield f"- `{name}`: unique ({', '.join(constraint.columns.keys())})"
        elif isinstance(constraint, ForeignKeyConstraint):
            target = constraint.elements[0].column.table.name
            theirs = ", ".join(element.column.name for element in constraint.elements)
            yield f"- `{name}`: ({', '.join(constraint.column_keys)}) refers to {target} ({theirs})"
        elif isinstance(constraint, CheckConstraint) and not _follows_from_type(table, name):
            yield f"- `{name}`: `{constraint.sqltext}`{_rule(name)}"
    for index in sorted(table.indexes, key=lambda item: str(item.name)):
        if index.unique:
            yield f"- `{index.name}`: unique, {_index(index)}{_rule(str(index.name))}"
    if table.info.get(APPEND_ONLY):
        yield f"- `{APPEND_ONLY}_{table.name}`: rows are never changed or deleted"
    else:
        yield f"- `identity_{table.name}`: what identifies a row never changes"
    for rule in sorted({rule for rule, _action, _condition in rules_of_rows(table)}):
        yield f"- `{rule}_{table.name}`: {_of_rows(table, rule)}"
    if hangs(table):
        registers = ", ".join(register.name for register in registers_of(table))
        yield f"- `record_{table.name}`: (estate_id, register, record_id) names a record of {registers}"
    for child in hanging_on(table):
        yield f"- `record_{child.name}`: a record on which rows of {child.name} hang is not deleted"
    for name, (rule, sentence) in table.info.get(SENTENCES, {}).items():
        yield f"- `{name}`: {sentence} ({rule})"


def _of_rows(table: Table, rule: str) -> str:
    keeping = tables()[table.name].keeping
    if rule == "stays":
        until = f"; these only while {keeping.until}" if keeping.until else ""
        return (
            f"a row stays as it was written, apart from {', '.join(keeping.changes)}{until}"
            if keeping.changes
            else ("a row stays as it was written")
        )
    if rule == "goes":
        return f"a row is deleted only where {keeping.goes}" if keeping.goes else "a row is never deleted"
    return "versions begin at 1" if rule == "version" else f"{', '.join(unguarded_names(table))} is not blank"


def _follows_from_type(table: Table, name: str) -> bool:
    plain = name.removeprefix(f"ck_{table.name}_")
    endings = ("_known", "_word", "_length", "_no_nul", "_utc", "_date", "_flag")
    return any(plain.endswith(ending) and plain.removesuffix(ending) in table.columns for ending in endings)


def _rule(name: str) -> str:
    rule = all_sentences()[name].rule
    return f" ({rule})" if re.match(r"[A-Z]{3}-\d", rule) else ""


def _index(index: Index) -> str:
    sql = " ".join(str(CreateIndex(index).compile(dialect=DIALECTS["postgresql"])).split())
    return f"`{sql[sql.index('(') :]}`"


def _writers(table: Table) -> Iterator[str]:
    shows = ("read", "export", "print")
    verbs = sorted(verb for verb in permissions().get(table.name, {}) if not verb.startswith(shows))
    if verbs:
        yield "Written by the verbs " + ", ".join(f"`{verb}`" for verb in verbs) + "."
    elif table.info.get(APPEND_ONLY):
        yield "Written by every verb, as its last step; by nobody else."
    else:
        yield "Written along with the records it belongs to; by nobody else."
    registers = {mapper.local_table for mapper in Base.registry.mappers if issubclass(mapper.class_, Register)}
    if table in registers and verbs:
        yield "Other programs may add and change rows within these rules, raising `version` with each change."


def main() -> None:
    """Write the file."""
    FILE.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()
