"""Add COUNT repeated reports to each of the tickets IDS, one transaction each: several of these race each other.

python -m tests.programs.repeats URL USERNAME COUNT ID [ID …]
"""

import sys

from sqlalchemy import select

from models.operations.tickets import report_again
from models.personal import Keyring
from models.session import DeskSession, open_engine
from models.staff import Staff, actor_for
from models.tickets import Ticket
from tests.fixed import DATA_KEY, NOW


def main() -> None:
    """Do as the arguments say; any error ends the process with its traceback."""
    url, username, count, *ids = sys.argv[1:]
    engine = open_engine(url)
    for _ in range(int(count)):
        for ticket_id in ids:
            with DeskSession(engine, keyring=Keyring(DATA_KEY)) as session:
                person = session.scalars(select(Staff).where(Staff.username == username)).one()
                ticket = session.get_one(Ticket, int(ticket_id))
                report_again(session, [ticket], actor=actor_for(session, person), now=NOW, words="again").one()
                session.commit()


if __name__ == "__main__":
    main()
