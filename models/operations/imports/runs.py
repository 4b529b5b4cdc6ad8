"""Imports of files into registers: upload, choose the columns, dry run, do it chunk by chunk, each row once.

The edge commits after each verb. An import that was cut off is continued by calling :func:`run_chunk` again: a chunk's
rows and what became of them are written together, and the same rows a second time change nothing.
"""

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from models.call import Call
from models.errors import OperationRefused, gettext_noop
from models.import_columns import HEADER_WITHIN
from models.import_headings import COLUMNS
from models.imports import ImportChunk, ImportRun, ImportState
from models.operations.bulk import kept_refusal
from models.operations.core import refuse_role
from models.operations.imports.files import (
    Reading,
    SealedFile,
    header_at,
    kept_reading,
    kept_row,
    opened,
    reading_from,
    refusals_from,
    row_from,
    rows_of,
    sealed,
)
from models.operations.imports.layouts import Layouts, remember
from models.operations.imports.records import require_own
from models.operations.imports.room_columns import RoomColumns
from models.operations.imports.takers import REGISTERS, importer
from models.operations.imports.undoing import mark_of
from models.operations.imports.units import Result
from models.personal import keyring_of
from models.spreadsheets import RULE, SheetRow

LONGEST_KEY = 64
STORAGE_TIME = datetime.timedelta(days=7)
RESULTS = ("imported", "updated", "unchanged", "refused")


@dataclass(frozen=True)
class Refused:
    """A row that was refused: as it stood in the file, and why."""

    row: SheetRow
    refusal: OperationRefused


# ---------------------------------------------------------------- runs, kept until they are done


def upload(call: Call, file: SealedFile, *, estate_id: int, register: str, file_name: str, key: str) -> ImportRun:
    """Keep *file* with the columns that its header names. Nothing is imported yet.

    The same *key* of the same person again gives the stored run. What was kept longer than a week is cleared away.
    """
    if refusal := refuse_role(call.actor, "import", REGISTERS[register][0](estate_id=estate_id)):
        raise refusal
    if not 0 < len(key) <= LONGEST_KEY:
        raise OperationRefused(RULE, gettext_noop("The form is incomplete; open it again."))
    known = select(ImportRun).where(ImportRun.actor_id == call.actor.staff_id, ImportRun.idempotency_key == key)
    if (run := call.session.scalars(known).one_or_none()) is not None:
        return run
    clear_old(call.session, now=call.now)
    columns, everybody, _twice, _new = columns_of(call.session, estate_id, register, file.reading.header)
    reading = replace(file.reading, everybody=everybody)
    run = ImportRun(
        estate_id=estate_id,
        actor_id=call.actor.staff_id,
        register=register,
        file_name=file_name[-200:],
        sheet=file.reading.chosen.name[:100],
        header=kept_reading(keyring_of(call.session), reading),
        columns=columns,
        rows=file.reading.chosen.rows - file.reading.chosen.top,
        idempotency_key=key,
    )
    run.created_at = run.updated_at = call.now
    call.session.add(run)
    call.session.flush()
    common = {"estate_id": estate_id, "run_id": run.id, "created_at": call.now, "updated_at": call.now}
    chunks = [
        {**common, "position": position, "rows": rows, "content": content}
        for position, (rows, content) in enumerate(file.chunks)
    ]
    call.session.execute(insert(ImportChunk), chunks)
    _read_as_before(call, run)
    return run


def _read_as_before(call: Call, run: ImportRun) -> None:
    """Take the sheet and the row of headings of a file that was read so before; nothing where there was none."""
    reading = reading_of(call.session, run)
    layouts = Layouts(call.session, run.estate_id, run.register)
    if layouts.of(reading.header) is not None:
        return
    for at, sheet in enumerate(reading.sheets):
        top = top_rows(call.session, run, sheet.first) if sheet.problem is None and sheet.rows else []
        for place, row in enumerate(top):
            layout = layouts.of(COLUMNS[run.register].header_in(top, place))
            if layout is not None:
                found = read_with(call.session, run, sheet=at, header_row=row.number)
                found = replace(found, everybody=layout.everybody)
                run.header, run.sheet = kept_reading(keyring_of(call.session), found), sheet.name[:100]
                run.columns, run.rows = layout.columns, _count(call.session, run, found)
                return


def columns_of(
    session: Session, estate_id: int, register: str, header: Sequence[str]
) -> tuple[list[str | None], str | None, list[str], list[str]]:
    """What the columns under *header* are taken as, and what all people are: as was said of the last such file.

    Where nothing was said they are guessed; then come the headings that repeat another one, and those that are new in
    a file whose others are known.
    """
    if (said := Layouts(session, estate_id, register).of(header)) is not None:
        return said.columns, said.everybody, [], said.new
    columns, twice = COLUMNS[register].guess(header)
    return columns, None, twice, []


def clear_old(session: Session, *, now: datetime.datetime) -> None:
    """Delete the rows of all imports older than a week, finished or not, whoever began them."""
    old = ImportRun.created_at < now - STORAGE_TIME
    session.execute(delete(ImportChunk).where(ImportChunk.run_id.in_(select(ImportRun.id).where(old))))
    session.execute(update(ImportRun).where(old, ImportRun.header != "").values(header=""))


def is_kept(run: ImportRun, now: datetime.datetime) -> bool:
    """Whether the rows of *run* are still there."""
    return run.created_at >= now - STORAGE_TIME


def reading_of(session: Session, run: ImportRun) -> Reading:
    """How the file of *run* is read. Refuses what can no longer be read."""
    return reading_from(keyring_of(session), run.header)


def read_with(session: Session, run: ImportRun, *, sheet: int, header_row: int | None) -> Reading:
    """How the file would be read with another *sheet* or row of headings (None: as it was guessed for that sheet).

    Refuses a sheet or a row that there is not.
    """
    reading = reading_of(session, run)
    if not 0 <= sheet < len(reading.sheets) or reading.sheets[sheet].problem is not None:
        raise OperationRefused(RULE, gettext_noop("The file has no such sheet that could be read."))
    if header_row is None:
        header_row = reading.header_row if sheet == reading.sheet else reading.sheets[sheet].header_row
    same = (sheet, header_row) == (reading.sheet, reading.header_row)
    top = [] if same else top_rows(session, run, reading.sheets[sheet].first)
    header = reading.header if same else header_at(top, header_row, run.register)
    left_out = reading.left_out if same else frozenset()
    return replace(reading, sheet=sheet, header_row=header_row, header=header, left_out=left_out)


def top_rows(session: Session, run: ImportRun, position: int, count: int = HEADER_WITHIN) -> list[SheetRow]:
    """The first rows of the sheet whose chunks begin at *position*, titles and headings among them."""
    query = select(ImportChunk.content).where(ImportChunk.run_id == run.id, ImportChunk.position == position)
    content = session.scalars(query).one_or_none()
    return [] if content is None else [row_from(kept) for kept in opened(keyring_of(session), content)[:count]]


def map_columns(call: Call, run: ImportRun, columns: Sequence[str | None], *, reading: Reading | None = None) -> None:
    """Say which column of the file holds what, and how it is read; an earlier dry run counts no longer."""
    run = _locked(call, run)
    _require_not_begun(run)
    COLUMNS[run.register].check(columns)
    if reading is None:
        reading = reading_of(call.session, run)
    if len(columns) != len(reading.header):
        raise OperationRefused(RULE, gettext_noop("The form is incomplete; open it again."))
    reading = replace(reading, rooms=_rooms(call.session, run, columns, reading))
    remember(call.session, run, columns, reading, now=call.now)
    run.header, run.sheet = kept_reading(keyring_of(call.session), reading), reading.chosen.name[:100]
    run.rows = _count(call.session, run, reading)
    run.columns, run.state, run.checked_at, run.updated_at = list(columns), ImportState.MAPPED, None, call.now
    _reset(call.session, run)
    call.session.flush()


def _rooms(session: Session, run: ImportRun, columns: Sequence[str | None], reading: Reading) -> list[Any]:
    """What all rows of the file show of how they name their rooms."""
    rooms = RoomColumns(columns)
    if "building" in columns:
        query = select(ImportChunk.content).where(_chunks_of(run, reading)).order_by(ImportChunk.position)
        contents = session.scalars(query.execution_options(yield_per=1))
        rooms.look_through(rows_of(keyring_of(session), reading, content) for content in contents)
    return rooms.facts()


def _count(session: Session, run: ImportRun, reading: Reading) -> int:
    """How many rows there are to import; what lies above the headings is within the first rows of the sheet."""
    sheet = reading.chosen
    above = sum(row.number <= reading.header_row for row in top_rows(session, run, sheet.first))
    known = {row.number for row in sheet.suspects if row.number > reading.header_row}
    return sheet.rows - above - len(known & reading.left_out)


def _chunks_of(run: ImportRun, reading: Reading) -> Any:
    sheet = reading.chosen
    return (ImportChunk.run_id == run.id) & ImportChunk.position.between(sheet.first, sheet.last)


def _reset(session: Session, run: ImportRun) -> None:
    nothing = {"refusals": None, **dict.fromkeys(RESULTS, 0)}
    session.execute(update(ImportChunk).where(ImportChunk.run_id == run.id).values(nothing))


def begin_unseen(call: Call, run: ImportRun) -> None:
    """Let *run* begin without its dry run: at the command line that is a command of its own."""
    run = _locked(call, run)
    _require_not_begun(run)
    run.state, run.updated_at = ImportState.RUNNING, call.now
    call.session.flush()


@dataclass(frozen=True)
class DryRun:
    """What would become of each row: for each chunk its results, and the columns it was made with."""

    columns: list[str | None]
    header: str
    """How the file was read, as it is kept."""
    results: dict[int, list[Result]]


def dry_run(call: Call, run: ImportRun) -> DryRun:
    """What an import would do to each row. Only reads, so that nobody has to wait for it; see :func:`keep_dry_run`."""
    reading, keyring = reading_of(call.session, run), keyring_of(call.session)
    taker = taker_of(call.following(preview=True), run)
    query = select(ImportChunk.id, ImportChunk.content).where(_chunks_of(run, reading))
    query = query.order_by(ImportChunk.position).execution_options(yield_per=1)

    def chunks() -> Iterator[tuple[int, list[SheetRow]]]:
        with call.session.execute(query) as found:  # closed too where a chunk can no longer be read
            for chunk_id, content in found:
                yield chunk_id, rows_of(keyring, reading, content)

    taker.look_through(rows for _chunk_id, rows in chunks())
    results = {chunk_id: taker.take(rows) for chunk_id, rows in chunks()}
    return DryRun(list(run.columns), run.header, results)


def keep_dry_run(call: Call, run: ImportRun, result: DryRun) -> None:
    """Write down what a dry run found; refused when the columns were changed, or the import begun, in the meantime."""
    run = _locked(call, run)
    _require_not_begun(run)
    if (run.columns, run.header) != (result.columns, result.header):
        raise OperationRefused(RULE, gettext_noop("The columns were changed meanwhile; make the dry run again."))
    _reset(call.session, run)
    for chunk_id, results in result.results.items():
        _keep_results(call.session, chunk_id, results, now=call.now)
    run.state, run.checked_at, run.updated_at = ImportState.CHECKED, call.now, call.now
    call.session.flush()


def taker_of(call: Call, run: ImportRun) -> Any:
    """What takes the rows of *run*; made once for the chunks that follow each other soon, it has read the units."""
    reading = reading_of(call.session, run)
    return importer(
        Call(call.session, replace(call.actor, request_id=mark_of(run)), call.now, preview=call.preview),
        run.register,
        run.columns,
        estate_id=run.estate_id,
        header=reading.header,
        everybody=reading.everybody,
        rooms=reading.rooms,
    )


def run_chunk(call: Call, run: ImportRun, *, taker: Any | None = None) -> bool:
    """Import the next chunk: what the dry run did not refuse. Returns whether any are left after it.

    The caller commits: the chunk's rows and its results together. *taker* saves reading the units again.
    """
    run = _locked(call, run)
    if run.state in (ImportState.UPLOADED, ImportState.MAPPED):
        raise OperationRefused(RULE, gettext_noop("Make the dry run first: it says what will become of each row."))
    reading = reading_of(call.session, run)
    waiting = select(ImportChunk).where(_chunks_of(run, reading), ImportChunk.done.is_(False))
    chunk = call.session.scalars(waiting.order_by(ImportChunk.position).limit(1)).one_or_none()
    if chunk is not None:
        if taker is None or list(taker.columns) != run.columns:
            taker = taker_of(call.following(), run)
        _take_chunk(call.session, chunk, reading, taker, now=call.now)
    left = call.session.scalar(select(func.count()).select_from(waiting.subquery())) or 0
    run.state = ImportState.RUNNING if left else ImportState.FINISHED
    run.updated_at = call.now
    call.session.flush()
    return left > 0


def _take_chunk(session: Session, chunk: ImportChunk, reading: Reading, taker: Any, *, now: datetime.datetime) -> None:
    keyring = keyring_of(session)
    rows = rows_of(keyring, reading, chunk.content)
    results: dict[int, Result] = dict(refusals_from(keyring, chunk.refusals))
    places = [at for at in range(len(rows)) if at not in results]
    results.update(zip(places, taker.take([rows[at] for at in places]), strict=True))
    ordered = [results[at] for at in range(len(rows))]
    # Of what is done only the refused rows are kept, to be downloaded and mended.
    refused = [at for at, result in enumerate(ordered) if isinstance(result, OperationRefused)]
    content = sealed(keyring, [kept_row(rows[at]) for at in refused]) if refused else None
    _keep_results(
        session, chunk.id, [ordered[at] for at in refused], now=now, counted=ordered, content=content, done=True
    )


def _keep_results(
    session: Session,
    chunk_id: int,
    results: Sequence[Result],
    *,
    now: datetime.datetime,
    counted: Sequence[Result] | None = None,
    **values: Any,
) -> None:
    refusals = [
        [at, kept_refusal(result) | {"rule": result.rule}]
        for at, result in enumerate(results)
        if isinstance(result, OperationRefused)
    ]
    counts = Counter(_word(result) for result in (results if counted is None else counted))
    kept = sealed(keyring_of(session), refusals) if refusals else None
    values |= {"refusals": kept, "updated_at": now, **{word: counts[word] for word in RESULTS}}
    session.execute(update(ImportChunk).where(ImportChunk.id == chunk_id).values(values))


def _word(result: Result) -> str:
    return "refused" if isinstance(result, OperationRefused) else result


def _locked(call: Call, run: ImportRun) -> ImportRun:
    require_own(call.session, run, call.actor)
    if not is_kept(run, call.now):
        message = gettext_noop("This import is older than a week and was cleared away; upload the file again.")
        raise OperationRefused("GONE", message)
    query = select(ImportRun).where(ImportRun.id == run.id).with_for_update()
    return call.session.scalars(query.execution_options(populate_existing=True)).one()


def _require_not_begun(run: ImportRun) -> None:
    if run.state in (ImportState.RUNNING, ImportState.FINISHED):
        raise OperationRefused(RULE, gettext_noop("This import has begun; it can only be continued."))


def counts(session: Session, run: ImportRun) -> dict[str, int]:
    """How many rows came (or, before it is done, would come) to what; "rows", and "waiting" for those still to do."""
    words = [func.coalesce(func.sum(getattr(ImportChunk, word)), 0) for word in RESULTS]
    query = select(*words).where(ImportChunk.run_id == run.id)
    if run.state in (ImportState.RUNNING, ImportState.FINISHED):
        query = query.where(ImportChunk.done.is_(True))
    found = dict(zip(RESULTS, (int(value) for value in session.execute(query).one()), strict=True))
    return {"rows": run.rows, "waiting": run.rows - sum(found.values()), **found}


def refused_rows(session: Session, run: ImportRun) -> Iterator[Refused]:
    """The rows that were (or would be) refused, in the order of the file."""
    keyring, reading = keyring_of(session), reading_of(session, run)
    query = select(ImportChunk.content, ImportChunk.refusals).where(
        _chunks_of(run, reading), ImportChunk.refusals.is_not(None)
    )
    for content, refusals in session.execute(query.order_by(ImportChunk.position)):
        rows = rows_of(keyring, reading, content)
        for at, refusal in refusals_from(keyring, refusals):
            yield Refused(rows[at], refusal)
