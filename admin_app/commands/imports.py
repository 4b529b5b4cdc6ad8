"""``frontdesk import``: another system's export into our registers, every row accounted for."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_app import clock, database
from admin_app.commands.register_imports import HowToRead, estate_of_code, import_register
from admin_app.config import Config, ConfigurationError
from models.errors import FrontDeskError, OperationRefused, gettext_noop
from models.estates import Estate
from models.operations.imports import TakeOver, take_over
from models.operations.register_imports import REGISTERS
from models.operations.staff import active_person
from models.source_mapping import MappingError, SourceFacts, SourceMapping
from models.spreadsheets import opened
from models.staff import Role, Staff, StaffAssignment, actor_for


@click.command("import")
@click.argument("register", type=click.Choice(list(REGISTERS)))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--map",
    "mapping_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Tickets: what the columns of the other system mean (TOML).",
)
@click.option("--estate", "estate_code", required=True, metavar="CODE", help="The estate that takes the rows over.")
@click.option("--as", "username", metavar="NAME", help="Who does it; else the system account.")
@click.option("--owner", "owner_name", metavar="NAME", help="With --map: desk owner; else the estate's manager.")
@click.option(
    "--failed",
    "failed_file",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="Write the refused rows with reasons to this .xlsx, to be mended and imported again.",
)
@click.option("--sheet", metavar="NAME", help="The sheet to read; else the first with rows.")
@click.option("--header", "header_row", type=int, metavar="ROW", help="The row of the headings.")
@click.option("--everybody", type=click.Choice(["owner", "tenant", "family"]), help="Residents: who says nothing else.")
@click.option("--leave-out", metavar="ROWS", help="Rows of explanation: 3,17, or “words” for all that look like it.")
@click.option("--dry-run", is_flag=True, help="Say what would become of each row; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def command(
    register: str,
    file: Path,
    mapping_file: Path | None,
    estate_code: str,
    username: str | None,
    owner_name: str | None,
    failed_file: Path | None,
    sheet: str | None,
    header_row: int | None,
    everybody: str | None,
    leave_out: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import REGISTER rows from FILE. A second import of the same rows changes nothing.

    A spreadsheet (XLSX or CSV) whose columns are found by their names, English or Chinese.

    tickets with --map: another system's export, as the mapping says; rows become tickets or complaints, repeats of one
    that was still open, or are not ours.

    What cannot be taken is refused with its row and reason.
    """
    if mapping_file is None:
        if owner_name is not None:
            raise click.UsageError("--owner needs --map.")
        how = HowToRead(sheet, header_row, everybody, leave_out)
        import_register(register, file, estate_code, username, failed_file, how, dry_run=dry_run, as_json=as_json)
        return
    if register != "tickets" or failed_file is not None:
        raise click.UsageError("--map is for tickets only, and has no --failed.")
    try:
        mapping = SourceMapping(mapping_file.read_text(encoding="utf-8"))
        rows = list(read_rows(file, mapping))
    except (MappingError, UnicodeDecodeError, LookupError) as error:
        raise ConfigurationError(f"{file.name}: {error}") from None
    opened = database.connect(Config.from_environment())
    database.check(opened)
    with opened.writing() as session:
        estate = estate_of_code(session, estate_code)
        report = run(session, rows, mapping, estate, username=username, owner_name=owner_name)
        if dry_run:
            session.rollback()
        else:
            session.commit()
    _print(report, as_json=as_json, dry_run=dry_run)


def read_rows(file: Path, mapping: SourceMapping) -> Iterator[tuple[int, dict[str, str] | OperationRefused]]:
    """Row number and cells of each row of *file*: XLSX, or CSV in the mapping's encoding or GB18030.

    A row with another number of cells than the first has comes as its refusal, as does one that cannot be read. Raises
    MappingError for a file that lacks a column, UnreadableSheet for one that cannot be read at all.
    """
    with file.open("rb") as given, opened(given, encoding=mapping.encoding) as tables:
        for table in tables:
            header: list[str] = []
            for row in table.rows:
                if not header:
                    header = row.cells
                    mapping.check_header(header)
                elif row.faults:
                    yield row.number, next(iter(row.faults.values()))
                elif len(row.cells) != len(header):
                    message = gettext_noop("The row has another number of cells than the header.")
                    yield row.number, OperationRefused("INT-3", message)
                else:
                    yield row.number, dict(zip(header, row.cells, strict=True))
            if table.problem is not None:
                raise table.problem
            if header:
                return
    raise MappingError("the file is empty.")


def run(
    session: Session,
    rows: list[tuple[int, dict[str, str] | OperationRefused]],
    mapping: SourceMapping,
    estate: Estate,
    *,
    username: str | None,
    owner_name: str | None,
) -> dict[str, Any]:
    """Take *rows* over in the caller's transaction; returns the account of every row."""
    person = active_person(session, username or "system")
    owner = active_person(session, owner_name) if owner_name else _manager(session, estate)
    actor = actor_for(session, person, source="import")
    facts: list[SourceFacts] = []
    number_of: dict[int, int] = {}
    refusals: list[tuple[int, OperationRefused]] = []
    not_ours = 0
    for number, row in rows:
        if isinstance(row, OperationRefused):
            refusals.append((number, row))
            continue
        try:
            fact = mapping.facts(row)
        except OperationRefused as refusal:
            refusals.append((number, refusal))
            continue
        if fact is None:
            not_ours += 1
        else:
            facts.append(fact)
            number_of[id(fact)] = number
    now = clock.now()
    taken = take_over(session, facts, estate_id=estate.id, desk_owner=owner, actor=actor, now=now)
    refusals += [(number_of[id(fact)], refusal) for fact, refusal in taken.refused]
    return _account(len(rows), not_ours, facts, taken, refusals)


def _account(
    rows: int, not_ours: int, facts: list[SourceFacts], taken: TakeOver, refusals: list[tuple[int, OperationRefused]]
) -> dict[str, Any]:
    counts = {
        "rows": rows,
        "imported": len(taken.imported),
        "merged": len(taken.merged),
        "not_ours": not_ours,
        "refused": len(refusals),
        "unchanged": taken.unchanged,
    }
    accounted = sum(counts.values()) - rows
    if accounted != rows:
        raise FrontDeskError(f"{rows} rows were read and {accounted} accounted for")
    return {
        **counts,
        "updated": len(taken.updated),
        "decided": dict(sorted(Counter(word for fact in facts for word in fact.decided).items())),
        "refusals": [
            {"row": number, "rule": refusal.rule, "reason": str(refusal)}
            for number, refusal in sorted(refusals, key=_row)
        ],
    }


def _row(refusal: tuple[int, OperationRefused]) -> int:
    return refusal[0]


def _manager(session: Session, estate: Estate) -> Staff:
    for role in (Role.MANAGER, Role.SUPERVISOR, Role.CLERK):
        query = (
            select(Staff)
            .join(StaffAssignment, StaffAssignment.staff_id == Staff.id)
            .where(
                StaffAssignment.estate_id == estate.id,
                StaffAssignment.role == role,
                StaffAssignment.ended_at.is_(None),
                Staff.disabled_at.is_(None),
            )
        )
        found = session.scalars(query.order_by(Staff.id)).first()
        if found is not None:
            return found
    raise ConfigurationError(f"nobody works at the desk of {estate.code}; name a desk owner: --owner NAME.")


def _print(report: dict[str, Any], *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        click.echo(json.dumps({**report, "dry_run": dry_run}, ensure_ascii=False))
        return
    click.echo("Nothing was changed (dry run). It would be:" if dry_run else "Done:")
    for name in ("rows", "imported", "updated", "merged", "not_ours", "refused", "unchanged"):
        click.echo(f"  {name.replace('_', ' ')}: {report[name]}")
    for word, count in report["decided"].items():
        click.echo(f"  decided by the mapping, {word.replace('_', ' ')}: {count}")
    for refusal in report["refusals"]:
        click.echo(f"  row {refusal['row']}: {refusal['reason']}")
