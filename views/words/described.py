"""What a record of any register is about, beside its number: the room and the sentence that people know it by."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Text, cast, func, literal, select, union_all

from models.estates import Unit
from models.keys import Key
from models.operations.core import number_of
from models.policy import visible
from views.request import context


class Described(NamedTuple):
    """The words for one record; empty where it has none."""

    number: str = ""
    room: str = ""
    sentence: str = ""


def describe(ids_by_table: Mapping[type[Any], Iterable[int]]) -> dict[tuple[str, int], Described]:
    """Register and id -> its words, of those records that the person may read, in one statement."""
    questions = []
    for model, ids in ids_by_table.items():
        columns = model.__table__.columns
        of_key = select(Key.unit_id).where(Key.id == columns.get("key_id")).correlate(model).scalar_subquery()
        unit = columns.get("unit_id", of_key if "key_id" in columns else literal(None))
        code = select(Unit.code).where(Unit.id == unit).correlate(model).scalar_subquery()
        room = func.coalesce(code, columns.get("place", ""), "")
        words = (number_of(model), room, func.coalesce(columns.get(model.beside or "purpose", ""), ""))
        query = select(literal(model.__tablename__, Text), model.id, *(cast(word, Text) for word in words))
        questions.append(query.where(model.id.in_(sorted(ids)), visible(context.actor(), model)))
    rows = context.session().execute(union_all(*questions)) if questions else ()
    return {(register, row_id): Described(*words) for register, row_id, *words in rows}
