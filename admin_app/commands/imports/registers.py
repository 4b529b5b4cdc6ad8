"""``frontdesk import residents`` and the others: a spreadsheet into a register, chunk by chunk, every row told."""

import json
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from tqdm import tqdm

from admin_app import clock, database
from admin_app.config import Config, ConfigurationError
from models import spreadsheets
from models.call import Call
from models.errors import OperationRefused
from models.estates import Estate
from models.import_headings import COLUMNS
from models.imports import ImportRun
from models.operations import imports
from models.operations.imports import (
    CHUNK,
    CHUNK_CHARACTERS,
    Refused,
    Upload,
    columns_of,
    importer,
    read_tables,
    why_left_out,
)
from models.operations.staff import active_person
from models.personal import keyring_of
from models.sentences import refusal_from
from models.session import DeskSession
from models.spreadsheets import SheetRow, rows_in
from models.staff import Actor, actor_for


def estate_of_code(session: DeskSession, code: str) -> Estate:
    """The estate of that code; raises ConfigurationError with those there are."""
    estate = session.scalars(select(Estate).where(Estate.code == code)).one_or_none()
    if estate is None:
        codes = ", ".join(session.scalars(select(Estate.code).order_by(Estate.code)))
        raise ConfigurationError(f"there is no estate {code}; there are: {codes or 'none'}.")
    return estate


@dataclass(frozen=True)
class HowToRead:
    """What of a file is read, and how, where its own headings do not say it."""

    sheet: str | None = None
    header_row: int | None = None
    everybody: str | None = None
    leave_out: str | None = None
    year: int | None = None

    def rows_left_out(self, table: Upload) -> frozenset[int]:
        """The numbers of the rows that are only words about the table; raises ConfigurationError."""
        if self.leave_out in (None, "words"):
            return frozenset(row.number for row in table.rows if why_left_out(row, table.header))
        try:
            return frozenset(int(number) for number in self.leave_out.replace("none", "").replace(",", " ").split())
        except ValueError:
            raise ConfigurationError("--leave-out takes numbers of rows, as in 3,17, or “words”, or “none”.") from None


def import_register(
    register: str,
    file: Path,
    estate_code: str,
    username: str | None,
    failed_file: Path | None,
    how: HowToRead,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import *file* as a run that the panel lists, and print the account; each chunk is committed by itself."""
    with file.open("rb") as given, spreadsheets.opened(given) as tables:
        table = read_tables(tables, register, sheet=how.sheet, header_row=how.header_row)
    left_out = how.rows_left_out(table)
    rows = [replace(row, year=how.year) for row in table.rows if row.number not in left_out]
    with (
        database.open_ready(Config.from_environment()) as opened,
        opened.reading() if dry_run else opened.writing() as session,
    ):
        estate = estate_of_code(session, estate_code)
        actor = actor_for(session, active_person(session, username or "system"), source="import")
        columns, everybody, twice, _new = columns_of(session, estate.id, register, table.header)
        COLUMNS[register].check(columns, twice)
        work = _Work(session, register, table, rows, columns, how.everybody or everybody, estate.id, actor)
        work.look() if dry_run else work.do(file.name)
    if failed_file is not None:
        _write_failed(failed_file, table.header, work.refused)
    report = {
        "run": work.run_id,
        "rows": len(rows),
        "imported": work.counts["imported"],
        "updated": work.counts["updated"],
        "unchanged": work.counts["unchanged"],
        "refused": work.counts["refused"],
        "sheet": table.reading.chosen.name,
        "sheets_not_read": table.others,
        "rows_left_out": len(table.rows) - len(rows),
        "cells_filled_down": table.reading.chosen.filled,
        "columns_not_taken": _not_taken(table, columns),
        "left_out": [
            {"row": row.number, "reason": str(why_left_out(row, table.header) or "as asked")}
            for row in table.rows
            if row.number in left_out
        ],
        "refusals": [
            {"row": item.row.number, "rule": item.refusal.rule, "reason": str(item.refusal)} for item in work.refused
        ],
    }
    _print(report, as_json=as_json, dry_run=dry_run)


def _not_taken(table: Upload, columns: Sequence[str | None]) -> list[str]:
    """The headings that are not taken; a column without one that holds something is called by its letter."""
    width = max(len(table.header), *(len(row.cells) for row in table.rows))
    found = []
    for at in range(width):
        text = table.header[at] if at < len(table.header) else ""
        filled = any(at < len(row.cells) and row.cells[at] for row in table.rows)
        if (at >= len(columns) or columns[at] is None) and (text or filled):
            letters = (chr(ord("A") + at // 26 - 1) if at >= 26 else "") + chr(ord("A") + at % 26)
            found.append(text or f"(column {letters})")
    return found


@dataclass
class _Work:
    """What becomes of the rows, and the run in which it was done."""

    session: DeskSession
    register: str
    table: Upload
    rows: Sequence[SheetRow]
    columns: list[str | None]
    everybody: str | None
    estate_id: int
    actor: Actor
    run_id: int | None = None
    counts: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)

    def look(self) -> None:
        """Say what would become of each row; nothing is written."""
        taker = importer(
            Call(self.session, self.actor, clock.now(), preview=True),
            self.register,
            self.columns,
            estate_id=self.estate_id,
            header=self.table.header,
            everybody=self.everybody,
            rooms=imports.how_rooms_are_named(self.columns, self.rows),
        )
        with self._progress() as bar:
            for part in rows_in(self.rows, CHUNK, CHUNK_CHARACTERS):
                for row, result in zip(part, taker.take(part), strict=True):
                    self.counts["refused" if isinstance(result, OperationRefused) else result] += 1
                    if isinstance(result, OperationRefused):
                        self.refused.append(Refused(row, result))
                bar.update(len(part))

    def do(self, file_name: str) -> None:
        """Do it chunk by chunk; what was done before a failure stays, and the panel lists the run."""
        session, now = self.session, clock.now()
        sealed = imports.seal_table(self.table, self.rows, keyring_of(session))
        common: dict[str, Any] = {"actor": self.actor, "now": now}
        run = imports.upload(
            Call(session, **common),
            sealed,
            estate_id=self.estate_id,
            register=self.register,
            file_name=file_name,
            key=secrets.token_urlsafe(24),
        )
        reading = replace(sealed.reading, everybody=self.everybody, year=self.rows[0].year if self.rows else None)
        imports.map_columns(Call(session, **common), run, self.columns, reading=reading)
        imports.begin_unseen(Call(session, **common), run)
        session.commit()
        self.run_id = run.id
        taker = imports.taker_of(Call(session, **common), run)
        with self._progress() as bar:
            for count, _content in sealed.chunks:
                self._take_chunk(run, taker, common)
                bar.update(count)
        self.counts.update(imports.counts(session, run))
        self.refused = list(imports.refused_rows(session, run))

    def _take_chunk(self, run: ImportRun, taker: Any, common: dict[str, Any]) -> None:
        try:
            imports.run_chunk(Call(self.session, **common), run, taker=taker)
            self.session.commit()
        except IntegrityError as error:
            self.session.rollback()
            raise refusal_from(error) from error

    def _progress(self) -> Any:
        return tqdm(total=len(self.rows), unit=" rows", leave=False, desc=self.register)


def _write_failed(path: Path, header: Sequence[str], refused: Sequence[Refused]) -> None:
    from views.register.sheets import write_xlsx  # the web is not loaded for those who do not ask for this

    def lines() -> Iterator[list[str]]:
        yield [*header, "Row in the file", "Reason for refusal"]
        for item in refused:
            missing = [""] * (len(header) - len(item.row.cells))
            yield [*item.row.cells[: len(header)], *missing, str(item.row.number), str(item.refusal)]

    with path.open("wb") as file:
        write_xlsx(lines(), file)


def _print(report: dict[str, Any], *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        click.echo(json.dumps({**report, "dry_run": dry_run}, ensure_ascii=False))
        return
    click.echo("Nothing was changed (dry run). It would be:" if dry_run else "Done:")
    for name in ("rows", "imported", "updated", "unchanged", "refused"):
        click.echo(f"  {name}: {report[name]}")
    for name in ("rows_left_out", "cells_filled_down"):
        if report[name]:
            click.echo(f"  {name.replace('_', ' ')}: {report[name]}")
    for name in ("sheets_not_read", "columns_not_taken"):
        if report[name]:
            click.echo(f"  {name.replace('_', ' ')}: {', '.join(report[name])}")
    for left_out in report["left_out"]:
        click.echo(f"  row {left_out['row']} is left out: {left_out['reason']} (--leave-out none takes it)")
    for refusal in report["refusals"]:
        click.echo(f"  row {refusal['row']}: {refusal['reason']}")
    if report["run"] is not None and report["imported"] + report["updated"]:
        click.echo(f"To take it back: frontdesk import undo {report['run']}")
