"""Files from outside become records: read, tried, run in chunks, undone. One door for all callers."""

from models.operations.imports.files import (
    CHUNK,
    CHUNK_CHARACTERS,
    Reading,
    SealedFile,
    Upload,
    explains,
    read_tables,
    seal,
    seal_table,
    why_left_out,
)
from models.operations.imports.known_matters import identifies
from models.operations.imports.other_systems import TakeOver, take_over
from models.operations.imports.records import close_record, open_record
from models.operations.imports.room_columns import RoomColumns, how_rooms_are_named
from models.operations.imports.runs import (
    Refused,
    begin_unseen,
    clear_old,
    columns_of,
    counts,
    dry_run,
    is_kept,
    keep_dry_run,
    map_columns,
    read_with,
    reading_of,
    refused_rows,
    run_chunk,
    taker_of,
    top_rows,
    upload,
)
from models.operations.imports.takers import REGISTERS, importer
from models.operations.imports.undoing import Undone, counts_undone, is_undone, mark_of, undo_chunk
from models.operations.imports.units import full_code

__all__ = [
    "CHUNK",
    "CHUNK_CHARACTERS",
    "REGISTERS",
    "Reading",
    "Refused",
    "RoomColumns",
    "SealedFile",
    "TakeOver",
    "Undone",
    "Upload",
    "begin_unseen",
    "clear_old",
    "close_record",
    "columns_of",
    "counts",
    "counts_undone",
    "dry_run",
    "explains",
    "full_code",
    "how_rooms_are_named",
    "identifies",
    "importer",
    "is_kept",
    "is_undone",
    "keep_dry_run",
    "map_columns",
    "mark_of",
    "open_record",
    "read_tables",
    "read_with",
    "reading_of",
    "refused_rows",
    "run_chunk",
    "seal",
    "seal_table",
    "take_over",
    "taker_of",
    "top_rows",
    "undo_chunk",
    "upload",
    "why_left_out",
]
