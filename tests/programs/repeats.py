"""Repeated reports to the same tickets, one transaction each: several of these race each other."""

from sqlalchemy import select

from models.call import Call
from models.operations.tickets import report_again
from models.personal import Keyring
from models.session import DeskSession, open_engine
from models.staff import Staff, actor_for
from models.tickets import Ticket
from tests.fixed import DATA_KEY, NOW


def run(url: str, username: str, count: int, *ids: int) -> None:
    """Add *count* reports to each ticket; any error ends the process with its traceback."""
    engine = open_engine(url)
    for _ in range(count):
        for ticket_id in ids:
            with DeskSession(engine, keyring=Keyring(DATA_KEY)) as session:
                person = session.scalars(select(Staff).where(Staff.username == username)).one()
                ticket = session.get_one(Ticket, ticket_id)
                report_again(Call(session, actor_for(session, person), NOW), [ticket], words="again").one()
                session.commit()
