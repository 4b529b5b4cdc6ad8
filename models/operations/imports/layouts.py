"""What the columns of a file were said to hold, remembered for the next file with these headings (in an estate).

That is a file with the same headings in any order, or with further ones: of those alone it is asked what they hold.
"""

import datetime
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.canonical import canonical_json
from models.import_columns import heading
from models.import_headings import COLUMNS
from models.imports import ImportLayout, ImportRun
from models.operations.imports.files import Reading
from models.personal import Keyring, keyring_of


@dataclass(frozen=True)
class Remembered:
    """What was said of the last file like this one."""

    columns: list[str | None]
    everybody: str | None
    new: list[str]
    """Headings of which nothing was said: their columns are guessed."""


class Layouts:
    """What was said of the files of one register in one estate."""

    def __init__(self, session: Session, estate_id: int, register: str) -> None:
        query = select(ImportLayout).where(ImportLayout.estate_id == estate_id, ImportLayout.register == register)
        self._rows = session.scalars(query.order_by(ImportLayout.updated_at.desc(), ImportLayout.id.desc())).all()
        self._keyring = keyring_of(session)
        self._register = register

    def of(self, header: Sequence[str]) -> Remembered | None:
        """What was said of the last file with these headings, else of that with most of them; None of none."""
        for row in self._rows:
            if row.shape == _shape(header):
                return Remembered([_taken(each) for each in row.columns], row.everybody, [])
        signs = _signs(self._keyring, header)
        filled = sum(map(bool, header))
        best: tuple[int, dict[str, str | None], str | None] = (1, {}, None)
        for row in self._rows:
            known = {each[0]: each[1] for each in row.columns if isinstance(each, list) and each[0]}
            if len(known) > best[0] and known.keys() <= set(signs) and 2 * len(known) >= filled:
                best = len(known), known, row.everybody
        _count, known, everybody = best
        if not known:
            return None
        guessed, _twice = COLUMNS[self._register].guess(header)
        columns = [
            known[sign] if sign in known else None if name in known.values() else name
            for sign, name in zip(signs, guessed, strict=True)
        ]
        return Remembered(
            columns, everybody, [text for text, sign in zip(header, signs, strict=True) if text and sign not in known]
        )


def remember(
    session: Session, run: ImportRun, columns: Sequence[str | None], reading: Reading, *, now: datetime.datetime
) -> None:
    """Keep what was said of the file of *run*."""
    shape = _shape(reading.header)
    query = select(ImportLayout).where(ImportLayout.estate_id == run.estate_id, ImportLayout.register == run.register)
    layout = session.scalars(query.where(ImportLayout.shape == shape)).one_or_none()
    if layout is None:
        layout = ImportLayout(estate_id=run.estate_id, register=run.register, shape=shape, created_at=now)
        session.add(layout)
    signs = _signs(keyring_of(session), reading.header)
    layout.columns = [list(each) for each in zip(signs, columns, strict=True)]
    layout.everybody, layout.updated_at = reading.everybody, now
    session.flush()


def _taken(column: list[str | None] | str | None) -> str | None:
    """What one column was taken as; an earlier version kept nothing but that."""
    return column[1] if isinstance(column, list) else column


def _signs(keyring: Keyring, header: Sequence[str]) -> list[str]:
    """Each heading as it is kept, the second of one name as such: a row of people may have been taken for headings."""
    seen: Counter[str] = Counter()
    signs = []
    for text in map(heading, header):
        seen[text] += 1
        signs.append(keyring.digest(f"{text}#{seen[text]}") if text else "")
    return signs


def _shape(header: Sequence[str]) -> str:
    return hashlib.sha256(canonical_json([heading(text) for text in header]).encode()).hexdigest()
