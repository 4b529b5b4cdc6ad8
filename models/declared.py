"""What a register says of itself beside its columns: by what it is found, how its states look, its time limits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, ClassVar

from models.errors import Msgid

if TYPE_CHECKING:
    from models.base import LabelledEnum


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
    ASSIGNED = auto()
    TAKEN = auto()
    UNDER_WAY = auto()
    STOPPED = auto()
    DONE = auto()
    GOOD = auto()
    BAD = auto()
    OVER = auto()


@dataclass(frozen=True, kw_only=True)
class TimeLimit:
    """A clock that every estate begins with for a register; a manager changes its minutes, or takes it out of use."""

    code: str
    label: Msgid
    """What it measures."""
    rule: str
    starts: str = "register"
    """The verb with which it begins to run."""
    stops: str
    """The verb that meets it. A verb of the register that ends the record otherwise cancels it."""
    minutes: int
    calendar: str = "always"
    """How its minutes are counted, a word of ``models.settings.ClockCalendar``."""
    for_all: bool = True
    """Whether the verb starts it for each record; if not, what it does says for which."""
    floor_of: tuple["LabelledEnum", ...] = ()
    """The states that it is the floor of: it begins where a record that comes into one lacks it (INT-14)."""
    fits: Callable[[Any], bool] = lambda row: True
    """Which records in these states."""
    since: str = ""
    """The column that says from when it runs on a record that was in such a state before there was this clock."""
    lasting: bool = False
    """Whether it stays in use whatever a manager thinks of it: without it a state would have no next date (INT-14)."""


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """What becomes of a row that has no version: all that is not said to change stays as it was written.

    The guards refuse everything else, and ``frontdesk verify`` looks for what no event has brought about.
    """

    changes: tuple[str, ...] = ()
    """The columns that verbs change."""
    until: str = ""
    """The condition (SQL, of ``OLD``) under which they still may; empty: always."""
    goes: str = ""
    """The condition (SQL, of ``OLD``) under which a row may be deleted; empty: never."""
    times: tuple[str, ...] = ("created_at",)
    """The columns that hold the time of an event of the estate."""
    record: str = "record_id"
    """The column that names the record beside which the row is written."""
    written_by: tuple[str, ...] = ()
    """The verbs of the record that write one row each time."""
    told: tuple[str, ...] = ()
    """The columns that are empty until an event of the row itself tells of them."""
    told_with: str = ""
    """The column by which an event of another row, which has the same there, tells of these too."""
    quiet: str = ""
    """Why its rows come and change without an event; empty where each has one of its times."""


WITH_ITS_RECORD = (
    "EXISTS (SELECT 1 FROM events WHERE register = OLD.register AND record_id = OLD.record_id AND verb = 'delete')"
)
"""A row goes along with its record: the event is written before, and ``verify`` tries its seal."""
ANY_TIME = "1 = 1"
"""A row may be deleted."""


class Declares:
    """What each table may say of itself, and what holds where it says nothing."""

    title: ClassVar[Msgid]
    """What the register is called: the word for all of its rows."""
    status_rule: ClassVar[str] = "STATE"
    """The rule that says from which status a row may go to which."""
    called: ClassVar[str] = "id"
    """The column by which people call a row."""
    also_called: ClassVar[tuple[str, ...]] = ()
    """Further columns of which one says in whole which row is meant."""
    number_prefix: ClassVar[str] = ""
    """What stands before the date in the number of a record: the R of R261122-001."""
    searched: ClassVar[Searched | None] = None
    """By what its rows are found; None for what nobody searches."""
    everywhere: ClassVar[int] = 0
    """Its place among the registers that the search box on every page looks into; 0: that box does not find it."""
    beside: ClassVar[str] = ""
    """What that box says beside how a row is called: a column."""
    on_unit_page: ClassVar[tuple[str, ...]] = ()
    """The columns that the page of a unit shows of the rows of that unit (the first of ``searched.units``)."""
    open_statuses: ClassVar[Sequence["LabelledEnum"]] = ()
    """The statuses in which something is owed, so that the row can be late."""
    ended_by: ClassVar[tuple[str, ...]] = ()
    """Where no status says so: the columns of which one is filled when nothing is owed any more."""
    owing: ClassVar[str] = ""
    """Where more has to hold for anything to be owed: the condition (SQL, of the columns of ``{row}``)."""
    dated_by: ClassVar[str] = "due_at"
    """The column that says when a row is late, which its clocks keep while it is open."""
    answered_by: ClassVar[str] = ""
    """The column that says who answers for a row: whose it is in an audit."""
    time_limits: ClassVar[tuple[TimeLimit, ...]] = ()
    """The clocks that its verbs start and meet."""
    findings: ClassVar[Sequence["LabelledEnum"]] = ()
    """The kinds of what a daily audit finds in this register alone."""
    resident_by: ClassVar[str] = ""
    """The column that says which resident a record is of, who may want messages of it."""
    resident_kinds: ClassVar[Sequence["LabelledEnum"]] = ()
    """The kinds of messages to residents that only this register has."""
    keeping: ClassVar[Keeping] = Keeping()
    """What becomes of its rows, where they have no version: without a word all of them stay as they were written."""
