"""Which open matters a new one may be (INT-6): of the same unit or place, with the same category or like words.

The verbs that register and the pages that take a call ask the same function, :func:`same_matters`.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.complaints import Complaint, ComplaintCategory, ComplaintStatus
from models.estates import Unit, UnitUse
from models.finding import found_rooms, rooms_named
from models.settings import Category
from models.tickets import Ticket, TicketKind, TicketStatus

LATEST = 2_000
"""So many open matters that say where in words of their own are compared, the latest first."""
OTHER = "other"
"""The category of what fits no other: two such matters have nothing in common by it."""

UNFINISHED: dict[type[Any], tuple[Any, ...]] = {
    Ticket: (
        TicketStatus.RECEIVED,
        TicketStatus.DISPATCHED,
        TicketStatus.ACCEPTED,
        TicketStatus.IN_PROGRESS,
        TicketStatus.WAITING,
    ),
    Complaint: (
        ComplaintStatus.REGISTERED,
        ComplaintStatus.ASSIGNED,
        ComplaintStatus.INVESTIGATING,
        ComplaintStatus.PROPOSAL,
        ComplaintStatus.NEGOTIATING,
        ComplaintStatus.AGREED,
    ),
}
"""Register -> the states in which a call can still be the same matter: what is finished has been done once already."""

_FIGURES = {figure: str(value) for value, figure in enumerate("零一二三四五六七八九")} | {"两": "2", "〇": "0"}
_TENS = re.compile("([一二三四五六七八九]?)十([一二三四五六七八九]?)")
_SPELLINGS = (
    (re.compile("地下(?=车库|停车)"), ""),
    (re.compile("负(?=[0-9])"), "b"),
    (re.compile("(?<![0-9])0+(?=[0-9])"), ""),
    (re.compile("号楼|幢|座"), "栋"),
    (re.compile("(?<=[0-9])(?:楼|f\\b)"), "层"),
)
_PLACE_FILLERS = frozenset("的号第处里内在那这部台") | {"the", "at", "in", "on", "of", "no", "nr", "number"}
_WORD_FILLERS = frozenset("了的有被又还在里把请来去个已到很太是我们家就都要也啊呢吧吗坏")
_WORD_FILLERS |= {"a", "an", "the", "is", "are", "was", "be", "in", "on", "at", "of", "to", "and", "or", "it", "my"}
_WORD_FILLERS |= {"our", "there", "again", "not", "working", "broken", "please", "has", "have"}
_TOKEN = re.compile("[0-9]+|[a-z]+|[^\\W0-9a-z_]")
_ENDINGS = re.compile("(?<=[a-z]{3})(?:ing|ed|es|s)$")
LIKE_PAIRS, LIKE_SIGNS = 0.5, 0.8
"""More than this share of the shorter text's pairs of characters, or at least that of its characters, in the other."""


@dataclass(frozen=True)
class Asked:
    """What is about to be registered, as far as it is known; *category* is an id (tickets) or a word (complaints)."""

    estate_id: int
    summary: str = ""
    unit_id: int | None = None
    place: str | None = None
    category: Any = None
    emergency: bool = False


def same_matters(session: Session, model: type[Any], asked: Asked) -> list[int]:
    """The ids of the unfinished matters in *model* that *asked* may be, the oldest first (INT-6).

    Same unit or place (:func:`same_place`; a room also where it is only written), and the same category other than
    “other”, or :func:`like_words`. Of tickets an emergency is compared with emergencies only: a job on its way must
    not swallow it (DSP-1).
    """
    unit = session.get(Unit, asked.unit_id) if asked.unit_id is not None else None
    rooms = set(rooms_named(unit.code if unit is not None else "")) | set(rooms_named(asked.place or ""))
    units = {asked.unit_id} if unit is not None else _units_named(session, asked)
    text = asked.place or (unit.code if unit is not None and unit.use is UnitUse.PLACE else "")
    anywhere = or_(model.unit_id.in_(units), model.place.is_not(None), Unit.use == UnitUse.PLACE)
    sort = (Ticket.category_id if model is Ticket else Complaint.category).label("sort")
    query = select(model.id, model.summary, model.unit_id, model.place, sort, Unit.code, Unit.use)
    query = query.outerjoin(Unit, Unit.id == model.unit_id)
    query = query.where(model.estate_id == asked.estate_id, model.status.in_(UNFINISHED[model]), anywhere)
    if asked.emergency and model is Ticket:
        query = query.where(Ticket.kind == TicketKind.EMERGENCY)
    category = _telling(session, model, asked.category)
    fitting = []
    for row in session.execute(query.order_by(model.id.desc()).limit(LATEST)):
        there = row.place or (row.code if row.use is UnitUse.PLACE else "")
        if row.unit_id is None or unit is None:
            here = row.unit_id in units or same_place(text, there) or bool(rooms & set(rooms_named(there)))
        else:
            here = row.unit_id == unit.id
        if not here:
            continue
        alike = category is not None and row.sort == category
        if alike or like_words(asked.summary, row.summary, where=f"{text} {there}"):
            fitting.append(row.id)
    return sorted(fitting)


def _units_named(session: Session, asked: Asked) -> set[int]:
    """The units that the place names as a room."""
    rooms = rooms_named(asked.place or "")
    if not rooms:
        return set()
    query = select(Unit.id).where(Unit.id.in_(found_rooms()), Unit.estate_id == asked.estate_id)
    found: set[int] = set()
    for room in rooms:
        found.update(session.scalars(query, {"rooms": (room,)}))
    return found


def _telling(session: Session, model: type[Any], category: Any) -> Any:
    """*category* where it says something, None for none and for “other”."""
    if category is None or model is Complaint:
        return None if category is ComplaintCategory.OTHER else category
    code = session.scalar(select(Category.code).where(Category.id == category))
    return None if code == OTHER else category


def same_place(one: str, other: str) -> bool:
    """Whether two texts name the same place: the same figures, and one has all the words of the other.

    “3号楼电梯”, “三栋的电梯” and “3-电梯” are one place. “1号楼电梯” is another
    than “11号楼电梯”, as “东门” than “西门”.
    """
    (figures, words), (other_figures, other_words) = _place(one), _place(other)
    if figures != other_figures or not (words <= other_words or other_words <= words):
        return False
    return bool(words and other_words) or len(figures) > 1


def _place(text: str) -> tuple[list[str], set[str]]:
    tokens = [token for token in _TOKEN.findall(_plain(text)) if token not in _PLACE_FILLERS]
    return [token for token in tokens if token.isdigit()], {token for token in tokens if not token.isdigit()}


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = _TENS.sub(lambda found: f"{_FIGURES.get(found[1], '1')}{_FIGURES.get(found[2], '0')}", plain)
    plain = "".join(_FIGURES.get(sign, sign) for sign in plain)
    for spelling, usual in _SPELLINGS:
        plain = spelling.sub(usual, plain)
    return plain


def like_words(one: str, other: str, where: str = "") -> bool:
    """Whether two summaries speak of the same thing; the words for the place, *where*, do not count."""
    place = set(_TOKEN.findall(_plain(where)))
    runs, other_runs = _runs(one, place), _runs(other, place)
    if not runs or not other_runs:  # “电梯坏了” of a lift: nothing is left beside the place
        runs, other_runs = _runs(one, set()), _runs(other, set())
    if not runs or not other_runs:
        return bool(one.strip()) and one.strip() == other.strip()
    signs = _shared({token for run in runs for token in run}, {token for run in other_runs for token in run})
    return signs >= LIKE_SIGNS or _shared(_pairs(runs), _pairs(other_runs)) > LIKE_PAIRS


def _runs(text: str, without: Iterable[str]) -> list[list[str]]:
    """The telling tokens of *text* without figures, English words cut to their stem, in runs between *without*."""
    runs: list[list[str]] = [[]]
    for token in _TOKEN.findall(_plain(text)):
        if token in without:
            runs.append([])
        elif token not in _WORD_FILLERS and not token.isdigit():
            runs[-1].append(_ENDINGS.sub("", token))
    return [run for run in runs if run]


def _pairs(runs: Iterable[list[str]]) -> set[str]:
    """Pairs of neighbouring Chinese characters; words of letters and single characters stand alone."""
    pairs: set[str] = set()
    for run in runs:
        pairs.update(token for token in run if token.isascii() or len(run) == 1)
        pairs.update(a + b for a, b in itertools.pairwise(run) if not (a.isascii() or b.isascii()))
    return pairs


def _shared(one: set[str], other: set[str]) -> float:
    """The share of the smaller set that is in the other."""
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0
