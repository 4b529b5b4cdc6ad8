"""Run a bulk run to its end, or kill this process (SIGKILL) at a named point of the chunk with a given number.

    python -m tests.programs.bulk URL USERNAME RUN_ID [POINT CHUNK]

POINT is ``before_commit`` (all written, not committed) or ``after_commit`` (committed, nobody told).
"""

import os
import signal
import sys

from sqlalchemy import select

from models.bulk import BulkRun
from models.operations.bulk_runs import run_chunk
from models.personal import Keyring
from models.session import DeskSession, open_engine
from models.staff import Staff, actor_for
from tests.fixed import DATA_KEY, NOW

CHUNK = 10


def main() -> None:
    """Do as the arguments say."""
    url, username, run_id, *killing = sys.argv[1:]
    point, fatal = (killing[0], int(killing[1])) if killing else ("", 0)
    with DeskSession(open_engine(url), keyring=Keyring(DATA_KEY)) as session:
        person = session.scalars(select(Staff).where(Staff.username == username)).one()
        actor = actor_for(session, person)
        chunk, left = 0, True
        while left:
            chunk += 1
            left = run_chunk(session, session.get_one(BulkRun, int(run_id)), actor=actor, now=NOW, size=CHUNK)
            session.flush()
            reach("before_commit", point, chunk == fatal)
            session.commit()
            reach("after_commit", point, chunk == fatal)


def reach(here: str, point: str, is_fatal: bool) -> None:
    """Die here if this is the point."""
    if is_fatal and here == point:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
