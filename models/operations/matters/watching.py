"""Whoever wants to be told of each step on a matter watches it: a matter of taste, which leaves no event."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, select

from models.call import Call
from models.errors import Outcome
from models.operations.core import Move
from models.told import Watcher


def watch(call: Call, matters: Iterable[Any]) -> Outcome:
    """Tell the actor of each further step on *matters*, which are of one register; who watches already goes on."""
    move, watched = _own(call, "watch", matters)
    if not call.preview:
        for matter in move.rows:
            if matter.id not in watched:
                here = {"estate_id": matter.estate_id, "register": matter.__tablename__, "record_id": matter.id}
                call.session.add(Watcher(staff_id=call.actor.staff_id, **here))
        call.session.flush()
    return Outcome(done=list(move.rows), refused=move.outcome.refused)


def stop_watching(call: Call, matters: Iterable[Any]) -> Outcome:
    """Tell the actor of no further step on *matters* but what concerns them."""
    move, watched = _own(call, "stop_watching", matters)
    if not call.preview:
        call.session.execute(delete(Watcher).where(Watcher.id.in_(watched.values())))
    return Outcome(done=list(move.rows), refused=move.outcome.refused)


def _own(call: Call, verb: str, matters: Iterable[Any]) -> tuple[Move[Any], dict[int, int]]:
    """The guarded rows, of which nothing changes, and those that the actor watches: their ids, and the watcher's."""
    rows = list(matters)
    move: Move[Any] = Move(replace(call, expected={}), type(rows[0]), rows, verb=verb)
    if call.preview:
        return move, {}
    own = Watcher.register == type(rows[0]).__tablename__, Watcher.staff_id == call.actor.staff_id
    query = select(Watcher.record_id, Watcher.id).where(*own, Watcher.record_id.in_([row.id for row in move.rows]))
    return move, dict(call.session.execute(query).all())
