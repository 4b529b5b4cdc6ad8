"""Imports of residents and units from a file: upload, choose the columns, dry run, do it chunk by chunk, each row once.

The edge commits after each verb. An import that was cut off is continued by calling :func:`run_chunk` again: a chunk's
rows and what became of them are written together, and the same rows a second time change nothing.
"""

import base64
import datetime
import itertools
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from models.errors import OperationRefused, gettext_noop
from models.estates import Unit
from models.import_columns import HEADER_WITHIN, check_columns, guess, header_of
from models.imports import ImportChunk, ImportRun, ImportState
from models.operations._import_residents import ResidentsImport
from models.operations._import_units import Result, UnitsImport
from models.operations._move import refuse_role
from models.operations.bulk_runs import kept_refusal, refusal_from_kept
from models.personal import Keyring, Unreadable, keyring_of
from models.residents import Resident
from models.spreadsheets import RULE, SheetRow, UnreadableSheet, read_sheet, rows_in
from models.staff import Actor

CHUNK = 500
CHUNK_CHARACTERS = 2_000_000
LONGEST_KEY = 64
KEPT = datetime.timedelta(days=7)
RESULTS = ("imported", "updated", "unchanged", "refused")

REGISTERS: dict[str, tuple[type[Any], Callable[..., Any]]] = {
    "residents": (Resident, ResidentsImport),
    "units": (Unit, UnitsImport),
}
"""Register -> its table, and what takes its rows."""


@dataclass(frozen=True)
class Upload:
    """A file that was read: its header, and the rows below it."""

    sheet: str
    others: list[str]
    header: list[str]
    rows: Iterator[SheetRow]


@dataclass(frozen=True)
class Refused:
    """A row that was refused: as it stood in the file, and why."""

    row: SheetRow
    refusal: OperationRefused


# ---------------------------------------------------------------- reading and taking rows: panel and command line


def read_file(raw: bytes, register: str) -> Upload:
    """The file *raw* as a table with its header. Raises UnreadableSheet, also while the rows are read."""
    sheet = read_sheet(raw)
    first = list(itertools.islice(sheet.rows, HEADER_WITHIN))
    if not first:
        raise UnreadableSheet(gettext_noop("The file is empty."))
    at = header_of(register, first)
    return Upload(sheet.name, sheet.others, first[at].cells, itertools.chain(first[at + 1 :], sheet.rows))


def importer(
    session: Session,
    register: str,
    columns: Sequence[str | None],
    *,
    estate_id: int,
    actor: Actor,
    now: datetime.datetime,
    preview: bool = False,
) -> Any:
    """What takes the rows of a file: ``take(rows)`` gives one result a row, in the caller's transaction.

    Refuses (ROLE) who may not import into the register of this estate.
    """
    model, kind = REGISTERS[register]
    if refusal := refuse_role(actor, "import", model(estate_id=estate_id)):
        raise refusal
    check_columns(register, columns)
    return kind(session, estate_id, columns, replace(actor, source="import"), now, preview)


# ---------------------------------------------------------------- runs, kept until they are done


@dataclass(frozen=True)
class SealedFile:
    """A file as it will be kept: read, cut into chunks and encrypted."""

    sheet: str
    header: str
    columns: list[str | None]
    chunks: list[tuple[int, str]]
    """Number of rows, and the rows."""


def seal(raw: bytes, register: str, keyring: Keyring, *, size: int = CHUNK) -> SealedFile:
    """Read and encrypt the file *raw*, in chunks of *size* rows, before a transaction is begun.

    Raises UnreadableSheet.
    """
    table = read_file(raw, register)
    chunks = [
        (len(rows), _sealed(keyring, [_kept_row(row) for row in rows]))
        for rows in rows_in(table.rows, size, CHUNK_CHARACTERS)
    ]
    if not chunks:
        raise UnreadableSheet(gettext_noop("There is nothing below the names of the columns."))
    names = _sealed(keyring, {"header": table.header, "others": table.others[:20]})
    return SealedFile(table.sheet, names, guess(register, table.header)[0], chunks)


def upload(
    session: Session,
    file: SealedFile,
    *,
    estate_id: int,
    register: str,
    file_name: str,
    key: str,
    actor: Actor,
    now: datetime.datetime,
) -> ImportRun:
    """Keep *file* with the columns that its header names. Nothing is imported yet.

    The same *key* of the same person again gives the stored run. What was kept longer than a week is cleared away.
    """
    if refusal := refuse_role(actor, "import", REGISTERS[register][0](estate_id=estate_id)):
        raise refusal
    if not 0 < len(key) <= LONGEST_KEY:
        raise OperationRefused(RULE, gettext_noop("The form is incomplete; open it again."))
    known = select(ImportRun).where(ImportRun.actor_id == actor.staff_id, ImportRun.idempotency_key == key)
    if (run := session.scalars(known).one_or_none()) is not None:
        return run
    clear_old(session, now=now)
    run = ImportRun(
        estate_id=estate_id,
        actor_id=actor.staff_id,
        register=register,
        file_name=file_name[-200:],
        sheet=file.sheet[:100],
        header=file.header,
        columns=file.columns,
        rows=sum(rows for rows, _content in file.chunks),
        idempotency_key=key,
    )
    run.created_at = run.updated_at = now
    session.add(run)
    session.flush()
    common = {"estate_id": estate_id, "run_id": run.id, "created_at": now, "updated_at": now}
    chunks = [
        {**common, "position": position, "rows": rows, "content": content}
        for position, (rows, content) in enumerate(file.chunks)
    ]
    session.execute(insert(ImportChunk), chunks)
    return run


def clear_old(session: Session, *, now: datetime.datetime) -> None:
    """Delete the rows of all imports older than a week, finished or not, whoever began them."""
    old = ImportRun.created_at < now - KEPT
    session.execute(delete(ImportChunk).where(ImportChunk.run_id.in_(select(ImportRun.id).where(old))))
    session.execute(update(ImportRun).where(old, ImportRun.header != "").values(header=""))


def is_kept(run: ImportRun, now: datetime.datetime) -> bool:
    """Whether the rows of *run* are still there."""
    return run.created_at >= now - KEPT


def header(session: Session, run: ImportRun) -> tuple[list[str], list[str]]:
    """The names of the file's columns, and its further sheets, which are not read."""
    opened = _opened(keyring_of(session), run.header) or {"header": [], "others": []}
    return opened["header"], opened["others"]


def first_rows(session: Session, run: ImportRun, count: int) -> list[SheetRow]:
    """The first rows of the file, to be looked at while its columns are chosen."""
    query = select(ImportChunk.content).where(ImportChunk.run_id == run.id, ImportChunk.position == 0)
    content = session.scalars(query).one_or_none()
    return [] if content is None else [_row(kept) for kept in _opened(keyring_of(session), content)[:count]]


def map_columns(
    session: Session, run: ImportRun, columns: Sequence[str | None], *, actor: Actor, now: datetime.datetime
) -> None:
    """Say which column of the file holds what; a dry run that was made with others counts no longer."""
    run = _locked(session, run, actor, now)
    _require_not_begun(run)
    check_columns(run.register, columns)
    run.columns, run.state, run.checked_at, run.updated_at = list(columns), ImportState.MAPPED, None, now
    _reset(session, run)
    session.flush()


def _reset(session: Session, run: ImportRun) -> None:
    nothing = {"refusals": None, **dict.fromkeys(RESULTS, 0)}
    session.execute(update(ImportChunk).where(ImportChunk.run_id == run.id).values(nothing))


@dataclass(frozen=True)
class DryRun:
    """What would become of each row: for each chunk its results, and the columns it was made with."""

    columns: list[str | None]
    results: dict[int, list[Result]]


def dry_run(session: Session, run: ImportRun, *, actor: Actor, now: datetime.datetime) -> DryRun:
    """What an import would do to each row. Only reads, so that nobody has to wait for it; see :func:`keep_dry_run`."""
    taker = importer(session, run.register, run.columns, estate_id=run.estate_id, actor=actor, now=now, preview=True)
    keyring = keyring_of(session)
    query = select(ImportChunk.id, ImportChunk.content).where(ImportChunk.run_id == run.id)
    query = query.order_by(ImportChunk.position).execution_options(yield_per=1)

    def chunks() -> Iterator[tuple[int, list[SheetRow]]]:
        for chunk_id, content in session.execute(query):
            yield chunk_id, [_row(kept) for kept in _opened(keyring, content)]

    taker.look_through(rows for _chunk_id, rows in chunks())
    results = {chunk_id: taker.take(rows) for chunk_id, rows in chunks()}
    return DryRun(list(run.columns), results)


def keep_dry_run(session: Session, run: ImportRun, found: DryRun, *, actor: Actor, now: datetime.datetime) -> None:
    """Write down what a dry run found; refused when the columns were changed, or the import begun, in the meantime."""
    run = _locked(session, run, actor, now)
    _require_not_begun(run)
    if run.columns != found.columns:
        raise OperationRefused(RULE, gettext_noop("The columns were changed meanwhile; make the dry run again."))
    _reset(session, run)
    for chunk_id, results in found.results.items():
        _keep_results(session, chunk_id, results, now=now)
    run.state, run.checked_at, run.updated_at = ImportState.CHECKED, now, now
    session.flush()


def taker_of(session: Session, run: ImportRun, *, actor: Actor, now: datetime.datetime) -> Any:
    """What takes the rows of *run*; made once for the chunks that follow each other soon, it has read the units."""
    return importer(session, run.register, run.columns, estate_id=run.estate_id, actor=actor, now=now)


def run_chunk(
    session: Session, run: ImportRun, *, actor: Actor, now: datetime.datetime, taker: Any | None = None
) -> bool:
    """Import the next chunk: what the dry run did not refuse. Returns whether any are left after it.

    The caller commits: the chunk's rows and its results together. *taker* saves reading the units again.
    """
    run = _locked(session, run, actor, now)
    if run.state in (ImportState.UPLOADED, ImportState.MAPPED):
        raise OperationRefused(RULE, gettext_noop("Make the dry run first: it says what will become of each row."))
    waiting = select(ImportChunk).where(ImportChunk.run_id == run.id, ImportChunk.done.is_(False))
    chunk = session.scalars(waiting.order_by(ImportChunk.position).limit(1)).one_or_none()
    if chunk is not None:
        if taker is None or list(taker.columns) != run.columns:
            taker = taker_of(session, run, actor=actor, now=now)
        _take_chunk(session, chunk, taker, now=now)
    left = session.scalar(select(func.count()).select_from(waiting.subquery())) or 0
    run.state = ImportState.RUNNING if left else ImportState.FINISHED
    run.updated_at = now
    session.flush()
    return left > 0


def _take_chunk(session: Session, chunk: ImportChunk, taker: Any, *, now: datetime.datetime) -> None:
    keyring = keyring_of(session)
    rows = [_row(kept) for kept in _opened(keyring, chunk.content)]
    results: dict[int, Result] = dict(_refusals(keyring, chunk.refusals))
    places = [at for at in range(len(rows)) if at not in results]
    results.update(zip(places, taker.take([rows[at] for at in places]), strict=True))
    ordered = [results[at] for at in range(len(rows))]
    # Of what is done only the refused rows are kept, to be downloaded and mended.
    refused = [at for at, result in enumerate(ordered) if isinstance(result, OperationRefused)]
    content = _sealed(keyring, [_kept_row(rows[at]) for at in refused]) if refused else None
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
    sealed = _sealed(keyring_of(session), refusals) if refusals else None
    values |= {"refusals": sealed, "updated_at": now, **{word: counts[word] for word in RESULTS}}
    session.execute(update(ImportChunk).where(ImportChunk.id == chunk_id).values(values))


def _word(result: Result) -> str:
    return "refused" if isinstance(result, OperationRefused) else result


def _locked(session: Session, run: ImportRun, actor: Actor, now: datetime.datetime) -> ImportRun:
    if run.actor_id != actor.staff_id:
        raise OperationRefused("ROLE", gettext_noop("This import is somebody else's."))
    if not is_kept(run, now):
        message = gettext_noop("This import is older than a week and was cleared away; upload the file again.")
        raise OperationRefused("GONE", message)
    query = select(ImportRun).where(ImportRun.id == run.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


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
    keyring = keyring_of(session)
    query = select(ImportChunk.content, ImportChunk.refusals).where(
        ImportChunk.run_id == run.id, ImportChunk.refusals.is_not(None)
    )
    for content, refusals in session.execute(query.order_by(ImportChunk.position)):
        rows = _opened(keyring, content)
        for at, refusal in _refusals(keyring, refusals):
            yield Refused(_row(rows[at]), refusal)


# ---------------------------------------------------------------- how rows are kept


def _refusals(keyring: Keyring, sealed: str | None) -> Iterator[tuple[int, OperationRefused]]:
    for at, kept in _opened(keyring, sealed) if sealed is not None else ():
        yield at, refusal_from_kept(kept["rule"], kept)


def _kept_row(row: SheetRow) -> list[Any]:
    problem = None if row.problem is None else [row.problem.rule, kept_refusal(row.problem)]
    return [row.number, row.cells, problem]


def _row(kept: list[Any]) -> SheetRow:
    number, cells, problem = kept
    return SheetRow(number, cells, None if problem is None else refusal_from_kept(problem[0], problem[1]))


def _sealed(keyring: Keyring, value: Any) -> str:
    packed = zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), 6)
    return keyring.encrypt(base64.b85encode(packed).decode())


def _opened(keyring: Keyring, sealed: str | None) -> Any:
    if not sealed:
        return []
    try:
        return json.loads(zlib.decompress(base64.b85decode(keyring.decrypt(sealed))))
    except (Unreadable, ValueError, zlib.error):
        message = gettext_noop("What was kept of this file can no longer be read: upload it again.")
        raise OperationRefused(RULE, message) from None
