"""Run a bulk run to its end, or kill this process (SIGKILL) at a named point of the chunk with a given number.

POINT is ``before_commit`` (all written, not committed) or ``after_commit`` (committed, nobody told).
"""

import os
import signal

from sqlalchemy import select

from models.bulk import BulkRun
from models.call import Call
from models.operations.bulk import run_chunk
from models.personal import Keyring
from models.session import DeskSession, open_engine
from models.staff import Staff, actor_for
from tests.fixed import DATA_KEY, NOW

CHUNK = 10


def run(url: str, username: str, run_id: int, point: str = "", fatal: int = 0) -> None:
    """Go on with the run *run_id*; die at *point* of chunk *fatal*."""
    with DeskSession(open_engine(url), keyring=Keyring(DATA_KEY)) as session:
        person = session.scalars(select(Staff).where(Staff.username == username)).one()
        actor = actor_for(session, person)
        chunk, left = 0, True
        while left:
            chunk += 1
            left = run_chunk(Call(session, actor, NOW), session.get_one(BulkRun, run_id), size=CHUNK)
            session.flush()
            reach("before_commit", point, chunk == fatal)
            session.commit()
            reach("after_commit", point, chunk == fatal)


def reach(here: str, point: str, is_fatal: bool) -> None:
    """Die here if this is the point."""
    if is_fatal and here == point:
        os.kill(os.getpid(), signal.SIGKILL)
