"""What the columns of a file were said to hold, remembered for the next file with the same headings (in an estate)."""

import datetime
import hashlib
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.canonical import canonical_json
from models.import_columns import heading
from models.imports import ImportLayout, ImportRun
from models.operations.imports.files import Reading


def layout_of(session: Session, estate_id: int, register: str, header: Sequence[str]) -> ImportLayout | None:
    """What was said of the last file with these headings; None where there was none."""
    query = select(ImportLayout).where(
        ImportLayout.estate_id == estate_id, ImportLayout.register == register, ImportLayout.shape == _shape(header)
    )
    return session.scalars(query).one_or_none()


def remember(
    session: Session, run: ImportRun, columns: Sequence[str | None], reading: Reading, *, now: datetime.datetime
) -> None:
    """Keep what was said of the file of *run*."""
    layout = layout_of(session, run.estate_id, run.register, reading.header)
    if layout is None:
        shape = _shape(reading.header)
        layout = ImportLayout(estate_id=run.estate_id, register=run.register, shape=shape, created_at=now)
        session.add(layout)
    layout.columns, layout.everybody, layout.updated_at = list(columns), reading.everybody, now
    session.flush()


def _shape(header: Sequence[str]) -> str:
    return hashlib.sha256(canonical_json([heading(text) for text in header]).encode()).hexdigest()
