"""Which registers files can be imported into, and what takes the rows of each."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from models.call import Call
from models.complaints import Complaint
from models.estates import Unit
from models.import_headings import COLUMNS
from models.keys import KeyLoan
from models.operations.core import refuse_role
from models.operations.imports.custody import LoansImport, PassesImport
from models.operations.imports.matters import MattersImport
from models.operations.imports.residents import ResidentsImport
from models.operations.imports.units import UnitsImport
from models.passes import VisitorPass
from models.residents import OccupancyKind, Resident
from models.tickets import Ticket

REGISTERS: dict[str, tuple[type[Any], Callable[..., Any]]] = {
    "residents": (Resident, ResidentsImport),
    "units": (Unit, UnitsImport),
    "tickets": (Ticket, partial(MattersImport, register="tickets")),
    "complaints": (Complaint, partial(MattersImport, register="complaints")),
    "key_loans": (KeyLoan, LoansImport),
    "visitor_passes": (VisitorPass, PassesImport),
}
"""Register -> its table, and what takes its rows."""


def importer(
    call: Call,
    register: str,
    columns: Sequence[str | None],
    *,
    estate_id: int,
    header: Sequence[str] = (),
    everybody: str | None = None,
    rooms: Sequence[Any] = (),
) -> Any:
    """What takes the rows of a file: ``take(rows)`` gives one result a row, in the caller's transaction.

    *header*: the headings of the file, to name a column. *everybody*: as what
    people whose row does not say it have their unit ("owner", "tenant", "family"). *rooms*: what
    all rows of the file show of how they name their rooms (:meth:`RoomColumns.facts`).

    Refuses (ROLE) who may not import into the register of this estate.
    """
    model, kind = REGISTERS[register]
    if refusal := refuse_role(call.actor, "import", model(estate_id=estate_id)):
        raise refusal
    COLUMNS[register].check(columns)
    everybody_is = None if everybody is None else OccupancyKind(everybody)
    taker = kind(
        call.session,
        estate_id,
        columns,
        replace(call.actor, source="import"),
        call.now,
        call.preview,
        header,
        everybody_is,
    )
    if isinstance(taker, ResidentsImport | UnitsImport):
        taker.rooms.know(rooms)
    return taker
