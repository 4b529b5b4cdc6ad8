"""The verbs of residents and occupancies. One door for all callers."""

from models.operations.residents.merging import REFERRING, merge, undo_merge
from models.operations.residents.occupancies import OccupancyDraft, delete_occupancy, end_occupancy, register_occupancy
from models.operations.residents.records import (
    AMENDABLE,
    ResidentDraft,
    amend,
    amend_each,
    check_person,
    delete,
    held_by,
    read_names_again,
    register,
)
from models.operations.residents.same_person import merged_names
from models.operations.residents.ways import WayDraft, choose_way, drop_ways, ways_of

__all__ = [
    "AMENDABLE",
    "REFERRING",
    "OccupancyDraft",
    "ResidentDraft",
    "WayDraft",
    "amend",
    "amend_each",
    "check_person",
    "choose_way",
    "delete",
    "delete_occupancy",
    "drop_ways",
    "end_occupancy",
    "held_by",
    "merge",
    "merged_names",
    "read_names_again",
    "register",
    "register_occupancy",
    "undo_merge",
    "ways_of",
]
