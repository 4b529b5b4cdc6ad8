"""``frontdesk import tickets --map``: the export of a source by the mapping of its columns, every row accounted for."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from admin_app import clock, database
from admin_app.commands.imports.registers import estate_of_code
from admin_app.config import Config, ConfigurationError
from models.call import Call
from models.errors import FrontDeskError, OperationRefused, gettext_noop
from models.estates import Estate
from models.operations.imports import close_record, mark_of, open_record
from models.operations.source_imports import TakeOver, take_over
from models.operations.staff import active_person
from models.roles import Role
from models.session import DeskSession
from models.source_mapping import MappingError, SourceFacts, SourceMapping
from models.spreadsheets import SheetRow, opened
from models.staff import Staff, StaffAssignment, actor_for


def import_source(
    file: Path,
    mapping_file: Path,
    estate_code: str,
    username: str | None,
    owner_name: str | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take the rows of *file* over as *mapping_file* says, all in one transaction, and print the account."""
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
