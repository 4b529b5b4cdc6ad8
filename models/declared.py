"""What a register says of itself beside its columns: by what it is found, how its states look."""

from dataclasses import dataclass
from enum import Enum, auto


@dataclass(frozen=True, kw_only=True)
class Searched:
    """By what the rows of a table are found; names are those of its columns (models.search, models.finding)."""

    words: tuple[str, ...] = ()
    """Whose words are found: the search index has them in this order, and another order makes it anew."""
    number: str = ""
    """The number of the record, found as a whole only: beginnings are those of all."""
    room: str = ""
    """The number of a room, found in whatever spelling."""
    plates: str = ""
    """Number plates, found by their end too."""
    pinyin: str = ""
    """The pinyin of the column ``name``, found by the end of a name too."""
    names: bool = False
    """Whether the words are somebody's name: 王先生 finds 王强."""
    units: tuple[str, ...] = ()
    """What refers to rooms: found by the room."""
    people: tuple[str, ...] = ()
    """What refers to residents: found by their names and numbers."""
    phones: tuple[str, ...] = ()
    """Phone numbers with their digests beside them: found whole and by their last four."""
    tags: tuple[str, ...] = ()
    """The keys of hooks, seals, badges (models.tags)."""
    through: tuple[str, ...] = ()
    """What refers to records of other registers: found by all that these are found by."""


class Tone(Enum):
    """What a state says to whoever looks over many of them; pages give each a colour (views.words.cells)."""

    NEW = auto()
    GIVEN = auto()
    TAKEN = auto()
    UNDER_WAY = auto()
    STOPPED = auto()
    DONE = auto()
    GOOD = auto()
    BAD = auto()
    OVER = auto()
