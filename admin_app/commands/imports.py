"""``frontdesk import``: another system's export into our registers, every row accounted for."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from admin_app import clock, database
from admin_app.commands.import_undo import undo
from admin_app.commands.register_imports import HowToRead, estate_of_code, import_register
from admin_app.config import Config, ConfigurationError
from models.call import Call
from models.errors import FrontDeskError, OperationRefused, gettext_noop
from models.estates import Estate
from models.operations.imports import REGISTERS, TakeOver, close_record, mark_of, open_record, take_over
from models.operations.staff import active_person
from models.roles import Role
from models.session import DeskSession
from models.source_mapping import MappingError, SourceFacts, SourceMapping
from models.spreadsheets import SheetRow, opened
from models.staff import Staff, StaffAssignment, actor_for


@click.group("import")
def command() -> None:
    """Import a spreadsheet into a register, or undo that. A second import of the same rows changes nothing.

    Columns are found by their headings, English or Chinese. What cannot be taken is refused with its row and reason.
    """


def import_file(
    register: str,
    file: Path,
    estate_code: str,
    username: str | None,
    failed_file: Path | None,
    sheet: str | None,
    header_row: int | None,
    leave_out: str | None,
    *,
    dry_run: bool,
    as_json: bool,
    everybody: str | None = None,
    mapping_file: Path | None = None,
    owner_name: str | None = None,
) -> None:
    """Import *file* by its headings, or by a mapping where there is one."""
    if mapping_file is None:
        if owner_name is not None:
            raise click.UsageError("--owner needs --map.")
        how = HowToRead(sheet, header_row, everybody, leave_out)
        import_register(register, file, estate_code, username, failed_file, how, dry_run=dry_run, as_json=as_json)
        return
    if {failed_file, sheet, header_row, leave_out} != {None}:
        raise click.UsageError("--map reads the file as the mapping says: no --failed, --sheet, --header, --leave-out.")
    try:
        mapping = SourceMapping(mapping_file.read_text(encoding="utf-8"))
        rows = list(read_rows(file, mapping))
    except (MappingError, UnicodeDecodeError, LookupError) as error:
        raise ConfigurationError(f"{file.name}: {error}") from None
    with database.open_ready(Config.from_environment()) as opened, opened.writing() as session:
        estate = estate_of_code(session, estate_code)
        report = run(session, rows, mapping, estate, file_name=file.name, username=username, owner_name=owner_name)
        if dry_run:
            session.rollback()
            report["run"] = None
        else:
            session.commit()
    _print(report, as_json=as_json, dry_run=dry_run)


_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_SHARED: tuple[click.Parameter, ...] = (
    click.Argument(["file"], type=_FILE),
    click.Option(
        ["--estate", "estate_code"], required=True, metavar="CODE", help="The estate that takes the rows over."
    ),
    click.Option(["--as", "username"], metavar="NAME", help="Who does it; else the system account."),
    click.Option(
        ["--failed", "failed_file"],
        type=click.Path(path_type=Path, dir_okay=False, writable=True),
        help="Write the refused rows with reasons to this .xlsx, to be mended and imported again.",
    ),
    click.Option(["--sheet"], metavar="NAME", help="The sheet to read; else the first with rows."),
    click.Option(["--header", "header_row"], type=int, metavar="ROW", help="The row of the headings."),
    click.Option(
        ["--leave-out"],
        metavar="ROWS",
        help="Rows to leave out: 3,17, or “words” for sums and explanations (so by default), or “none”.",
    ),
    click.Option(["--dry-run"], is_flag=True, help="Say what would become of each row; change nothing."),
    click.Option(["--json", "as_json"], is_flag=True, help="One JSON document on standard output."),
)
_OWN: dict[str, tuple[click.Parameter, ...]] = {
    "residents": (
        click.Option(
            ["--everybody"], type=click.Choice(["owner", "tenant", "family"]), help="As what who says nothing else."
        ),
    ),
    "tickets": (
        click.Option(
            ["--map", "mapping_file"],
            type=_FILE,
            help="What the columns of another system's export mean (TOML): rows become tickets or complaints, repeats "
            "of one that was still open, or are not ours.",
        ),
        click.Option(["--owner", "owner_name"], metavar="NAME", help="With --map: desk owner; else the manager."),
    ),
}
for _register in REGISTERS:
    command.add_command(
        click.Command(
            _register,
            callback=partial(import_file, _register),
            params=[*_SHARED, *_OWN.get(_register, ())],
            help=f"Import FILE (.xlsx, .csv) into the register {_register}.",
        )
    )
command.add_command(undo)


def read_rows(file: Path, mapping: SourceMapping) -> Iterator[tuple[SheetRow, dict[str, str] | OperationRefused]]:
    """Each row of *file*, and its cells by heading: XLSX, or CSV in the mapping's encoding or GB18030.

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
                    yield row, next(iter(row.faults.values()))
                elif len(row.cells) != len(header):
                    message = gettext_noop("The row has another number of cells than the header.")
                    yield row, OperationRefused("INT-3", message)
                else:
                    yield row, dict(zip(header, row.cells, strict=True))
            if table.problem is not None:
                raise table.problem
            if header:
                return
    raise MappingError("the file is empty.")


def run(
    session: DeskSession,
    rows: list[tuple[SheetRow, dict[str, str] | OperationRefused]],
    mapping: SourceMapping,
    estate: Estate,
    *,
    file_name: str,
    username: str | None,
    owner_name: str | None,
) -> dict[str, Any]:
    """Take *rows* over in the caller's transaction, as a run that can be undone; returns the account of every row."""
    person = active_person(session, username or "system")
    owner = active_person(session, owner_name) if owner_name else _manager(session, estate)
    actor = actor_for(session, person, source="import")
    facts: list[SourceFacts] = []
    row_of: dict[int, SheetRow] = {}
    refusals: list[tuple[SheetRow, OperationRefused]] = []
    not_ours = 0
    for row, cells in rows:
        if isinstance(cells, OperationRefused):
            refusals.append((row, cells))
            continue
        try:
            fact = mapping.facts(cells)
        except OperationRefused as refusal:
            refusals.append((row, refusal))
            continue
        if fact is None:
            not_ours += 1
        else:
            facts.append(fact)
            row_of[id(fact)] = row
    now = clock.now()
    header = next((list(cells) for _row, cells in rows if not isinstance(cells, OperationRefused)), [])
    call = Call(session, actor, now)
    record = open_record(
        call, estate_id=estate.id, register="tickets", file_name=file_name, header=header, rows=len(rows)
    )
    call = replace(call, actor=replace(actor, request_id=mark_of(record)))
    taken = take_over(call, facts, estate_id=estate.id, desk_owner=owner)
    refusals += [(row_of[id(fact)], refusal) for fact, refusal in taken.refused]
    refusals.sort(key=_number)
    report = _account(len(rows), not_ours, facts, taken, refusals)
    counts = {
        "imported": report["imported"] + report["merged"],
        "updated": report["updated"],
        "unchanged": report["unchanged"] + not_ours,
        "refused": report["refused"],
    }
    close_record(session, record, counts, refusals)
    return {"run": record.id, **report}


def _number(refused: tuple[SheetRow, OperationRefused]) -> int:
    return refused[0].number


def _account(
    rows: int,
    not_ours: int,
    facts: list[SourceFacts],
    taken: TakeOver,
    refusals: list[tuple[SheetRow, OperationRefused]],
) -> dict[str, Any]:
    counts = {
        "rows": rows,
        "imported": len(taken.imported),
        "updated": len(taken.updated),
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
        "decided": dict(sorted(Counter(word for fact in facts for word in fact.decided).items())),
        "refusals": [{"row": row.number, "rule": refusal.rule, "reason": str(refusal)} for row, refusal in refusals],
    }


def _manager(session: DeskSession, estate: Estate) -> Staff:
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
    if report["run"] is not None:
        click.echo(f"To take it back: frontdesk import undo {report['run']}")
