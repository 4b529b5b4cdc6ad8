"""Who imports the files of the tests, and what stands in the registers afterwards."""

from sqlalchemy import select

from models.call import Call
from models.estates import Unit
from models.import_headings import COLUMNS
from models.operations import imports
from models.personal import keyring_of
from models.residents import Occupancy, OccupancyKind, Resident, ResidentContact
from tests.sheets import tables


class Desk:
    """A manager who imports into the world's estate."""

    def __init__(self, world, now):
        self.world, self.session, self.now = world, world.session, now

    def __call__(self, raw, register="residents", *, everybody=None, left_out=(), preview=False, **how):
        """What becomes of each row of the file."""
        table = imports.read_tables(tables(raw), register, **how)
        columns, twice = COLUMNS[register].guess(table.header)
        COLUMNS[register].check(columns, twice)
        taker = imports.importer(
            Call(self.session, self.world.actor("manager"), self.now, preview=preview),
            register,
            columns,
            estate_id=self.world.estate.id,
            header=table.header,
            everybody=everybody,
        )
        return taker.take([row for row in table.rows if row.number not in left_out])


def csv(*lines):
    return "\n".join(lines).encode()


def homes(desk):
    """Who has which unit as what."""
    query = select(Resident.name, Unit.code, Occupancy.kind).join(Occupancy, Occupancy.resident_id == Resident.id)
    query = query.join(Unit, Unit.id == Occupancy.unit_id).where(Resident.estate_id == desk.world.estate.id)
    return {tuple(row) for row in desk.session.execute(query)}


def phones(desk, name):
    """The numbers of the people called *name*, those of each together; None for who has none."""
    query = select(Resident.id, ResidentContact.value).where(Resident.name == name)
    query = query.outerjoin(ResidentContact, ResidentContact.resident_id == Resident.id)
    found: dict[int, list[str]] = {}
    for resident_id, value in desk.session.execute(query.order_by(Resident.id, ResidentContact.id)):
        found.setdefault(resident_id, []).extend(map(keyring_of(desk.session).decrypt, filter(None, [value])))
    return ["/".join(numbers) or None for numbers in found.values()]


OWNER, TENANT = OccupancyKind.OWNER, OccupancyKind.TENANT
