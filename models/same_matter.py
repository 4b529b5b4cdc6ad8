"""Which open matters a new one may be (INT-6): of the same unit or place, with the same category or like words.

The verbs that register and the pages that take a call ask the same function, :func:`same_matters`.
"""

import datetime
import functools
import itertools
import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from models.base import never
from models.complaints import Complaint, ComplaintCategory, ComplaintStatus
from models.estates import Unit, UnitUse
from models.finding import found_rooms, rooms_named
from models.places import in_usual_words, read_place, same_place, same_room
from models.search import room_token
from models.settings import Category
from models.tickets import Ticket, TicketKind, TicketStatus

LATEST = 2_000
"""So many open matters that say where in words of their own are compared, the latest first."""
REPORTS = 200
"""So many tickets are looked at for incidents, the latest first."""
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

_WORD_FILLERS = frozenset("了的有被又还在里把请来去个已到很太是我们家就都要也啊呢吧吗坏")
_WORD_FILLERS |= {"a", "an", "the", "is", "are", "was", "be", "in", "on", "at", "of", "to", "and", "or", "it", "my"}
_WORD_FILLERS |= {"our", "there", "again", "not", "working", "broken", "please", "has", "have"}
_TOKEN = re.compile("[0-9]+|[a-z]+|[^\\W0-9a-z_]")
_ENDINGS = re.compile("(?<=[a-z]{3})(?:ing|ed|es|s)$")
_FAULTS = re.compile(
    "[关打开锁拧][不没][上开严紧住动了]?|[不没][亮转通动响热冷凉走灵开关]|不制[冷热]|没有?[水电气反信][应号]?|停[水电气运]|[漏渗滴溢积]水?"
    "|跳闸|堵塞?|[破裂断坏爆碎松掉脱][裂损落坏动开掉]?|生锈|异[响味]|噪[音声]|有味|闪烁?|卡[住死]?|失[灵效]|故障|困人|被困|倾斜|变形|冒烟"
    "|[着起]火|太?[吵臭脏]|响个?不停"
    r"|\b(?:won|can|does|doesn|is|isn|not|t|will|close|open|shut|work|leak|drip|flood|block|clog|jam|stuck|break|"
    r"broke|crack|fail|fault|flicker|noise|noisy|smell|loose|dead|out|off|down)(?:s|ed|ing|y)?\b"
)
"""What can be wrong with a thing; with :data:`_WORD_FILLERS` what a sentence about it says beside its name."""
_SAID_ALIKE = tuple(
    (re.compile(said), usual)
    for said, usual in (
        # That somebody still waits says nothing of for what.
        (
            "(?:还是?|一直|都|怎么|仍然?)*(?:[没无]有?人(?:上门)?(?:来|修|管|处理|理睬?)+|[没未](?:来人|人来|来修|修好?|处理|解决|弄好)"
            "|不来(?:人|修))|催(?:[一1]?[下催]|问|单|促|修)*|(?:什么时候|多久|几时)能?(?:上门|来人|来|修好?)+"
            "|(?:等了?|都|已经)*(?:好几|几|[一二两三四五六七0-9]+)个?(?:小时|天|星期|周)了?",
            " ",
        ),
        ("失灵|失效|有故障|故障|[有出]了?(?:点|些)?问题|[不没]能用|用不了|不好用|没法用|不工作|out of order", " "),
        ("厕所(?=[又也都被给]*(?:堵|冲不|反水|返水))|坐便器?|抽水马桶|坐厕", "马桶"),
        ("滴漏|渗漏|[滴渗]水|漏水", "漏水"),
        ("停电|[没无断]有?电", "停电"),
        ("停水|[没无断]有?水", "停水"),
        ("停气|[没无断]有?(?:燃气|煤气|天然气|气)", "停气"),
        ("断网|[没无]有?网络?|上不了网|网络不通", "断网"),
        ("灯[泡管具]|电灯|照明灯?|light ?bulb|bulb|lamp", "灯"),
        ("可视对讲机?|对讲[机器]?|门铃对讲|intercom", "对讲"),
        ("air ?-?con(?:dition(?:er|ing))?(?![a-z])|aircon|a/c|(?<![a-z])ac(?![a-z])|冷气机?", "空调"),
        ("(?<![a-z])(?:clog|plug|block|jam)(?:g?ed|m?ed|ing|s)?(?![a-z])|backed up", "block"),
        ("(?<![a-z])(?:drip|leak|seep)(?:p?ing|p?ed|s)?(?![a-z])", "leak"),
        ("faucet", "tap"),
        ("水喉|龙头", "龙头"),
    )
)
"""Several words for one thing or one fault; what only says that something is wrong says nothing."""
_ROOM_NAMES = tuple(
    (re.compile(said), usual)
    for said, usual in (
        ("主人?[卧房]室?|master bedroom", "主卧"),
        ("次卧室?|小卧室?|second bedroom", "次卧"),
        ("客[卧房]室?|guest ?room", "客卧"),
        ("(?:儿童|小孩|孩子)房", "儿童卧"),
        ("(?:老人|父母)房", "老人卧"),
        ("(?<![主次客小])卧[室房]|bedroom", "卧"),
        ("主卫(?:生间)?", "主卫"),
        ("[客公次]卫(?:生间)?", "客卫"),
        ("卫生间|[浴厕]室|厕所|洗手间|淋浴[房间]?|洗澡间|bathroom|washroom|shower", "卫"),
        ("客厅|起居室|living ?room|lounge", "客厅"),
        ("[餐饭]厅|dining ?room", "餐厅"),
        ("厨房|kitchen", "厨房"),
        ("阳台|露台|balcony", "阳台"),
        ("书房|study", "书房"),
        ("玄关|入户", "玄关"),
        ("走廊", "走廊"),
        ("衣帽间", "衣帽间"),
        ("储[物藏][间室]|storeroom", "储物间"),
    )
)
_ROOM_OF_A_ROOM = re.compile("(<[^<>]*[卧厅房]>)[的里]?<(阳台|卫|衣帽间)>")
_EITHER = tuple(re.compile(pair) for pair in ("左|右", "内机|外机", "热水|冷水", "进水|[排下]水"))
"""Of these one thing has two, each with faults of its own."""
SHORT_THING = 3
"""Up to so many signs or words name a thing alone; longer ones may be said with more or less around it."""
LIKE_PAIRS, LIKE_SIGNS = 0.5, 0.8
"""More than this share of the shorter text's pairs of characters, or at least that of its characters, in the other."""


@dataclass(frozen=True)
class Report:
    """What is about to be registered, as far as it is known; *category* is an id (tickets) or a word (complaints)."""

    estate_id: int
    summary: str = ""
    unit_id: int | None = None
    place: str | None = None
    category: Any = None
    emergency: bool = False


def same_matters(session: Session, model: type[Any], report: Report) -> list[int]:
    """The ids of the unfinished matters in *model* that *report* may be, the oldest first (INT-6).

    Same unit or place (:mod:`models.places`; a room also where it is only written), and the same category other than
    “other”, or :func:`like_words`. Of tickets an emergency is compared with emergencies only: a job on its way must
    not swallow it (DSP-1).
    """
    unit = session.get(Unit, report.unit_id) if report.unit_id is not None else None
    rooms = _rooms(unit.code if unit is not None else "") | _rooms(report.place or "")
    units = {report.unit_id} if unit is not None else _units_named(session, report)
    text = report.place or (unit.code if unit is not None and unit.use is UnitUse.PLACE else "")
    place, room = read_place(text), read_place(unit.code if unit is not None else text)
    anywhere = or_(model.unit_id.in_(units), model.place.is_not(None), Unit.use == UnitUse.PLACE)
    sort = (Ticket.category_id if model is Ticket else Complaint.category).label("sort")
    query = select(model.id, model.summary, model.unit_id, model.place, sort, Unit.code, Unit.use)
    query = query.outerjoin(Unit, Unit.id == model.unit_id)
    query = query.where(model.estate_id == report.estate_id, model.status.in_(UNFINISHED[model]), anywhere)
    if report.emergency and model is Ticket:
        query = query.where(Ticket.kind == TicketKind.EMERGENCY)
    category = _telling(session, model, report.category)
    fitting = []
    for row in session.execute(query.order_by(model.id.desc()).limit(LATEST)):
        there = row.place or (row.code if row.use is UnitUse.PLACE else "")
        if row.unit_id is None or unit is None:
            said = read_place(there)
            named = same_room(room, said) or bool(rooms & _rooms(there))
            here = row.unit_id in units or same_place(place, said) or named
        else:
            here = row.unit_id == unit.id
        if not here:
            continue
        alike = category is not None and row.sort == category
        if alike or like_words(report.summary, row.summary, text, there):
            fitting.append(row.id)
    return sorted(fitting)


def _units_named(session: Session, asked: Report) -> set[int]:
    """The units that the place names as a room."""
    query = select(Unit.id).where(Unit.id.in_(found_rooms()), Unit.estate_id == asked.estate_id)
    found: set[int] = set()
    for room in _rooms(asked.place or ""):
        found.update(session.scalars(query, {"rooms": (room,)}))
    return found


def _rooms(text: str) -> set[str]:
    """The words of the index for the rooms that *text* names, whatever it says of their door."""
    return {*rooms_named(text), *map(room_token, read_place(text).room_keys())}


def _telling(session: Session, model: type[Any], category: Any) -> Any:
    """*category* where it says something, None for none and for “other”."""
    if category is None or model is Complaint:
        return None if category is ComplaintCategory.OTHER else category
    code = session.scalar(select(Category.code).where(Category.id == category))
    return None if code == OTHER else category


SAID_OF_A_REPORT = ["id", "number", "status", "summary", "place", "registered_at", "incident_id", "estate_id"]


def reports_since(since: Any, *conditions: ColumnElement[bool]) -> Select[Any]:
    """The columns of the unfinished tickets that may be reports of one cause: registered *since*, or leading some."""
    telling = select(Category.id).where(Category.id == Ticket.category_id, Category.code != OTHER).scalar_subquery()
    leads = select(Ticket.incident_id).where(Ticket.incident_id.is_not(None))
    names = (Unit.code, Unit.use, Unit.building, telling.label("sort"))
    query = select(*(getattr(Ticket, name) for name in SAID_OF_A_REPORT), *names)
    query = query.outerjoin(Unit, Unit.id == Ticket.unit_id).where(Ticket.status.in_(UNFINISHED[Ticket]), *conditions)
    query = query.where(or_(Ticket.registered_at > since, Ticket.id.in_(leads)))
    return query.order_by(Ticket.registered_at.desc(), Ticket.id.desc()).limit(REPORTS)


@dataclass(frozen=True)
class Burst:
    """Reports that may be one incident: the *leading* one, or the earliest, and the others, as rows of columns."""

    leading: Any
    others: tuple[Any, ...]
    is_open: bool
    """Whether *leading* leads an incident already."""


def bursts(rows: Iterable[Any], figures: Callable[[int], tuple[int, int]]) -> list[Burst]:
    """Which of *rows* (:func:`reports_since`) may be one incident (INT-6), the earliest first.

    *figures*: estate -> so many reports alike within so many minutes. Alike are those of one building and category,
    or of :func:`like_words`. What fits an incident that is open is offered to it, however few and late.
    """
    left = sorted(rows, key=lambda row: (row.registered_at, row.id))
    leads = {row.incident_id for row in left}
    found = []
    for leading in [row for row in left if row.id in leads]:
        fitting = tuple(row for row in _free(left, leads) if row.id > leading.id and _alike_reports(leading, row))
        if fitting:
            found.append(Burst(leading, fitting, is_open=True))
            left = [row for row in left if row not in fitting]
    while free := _free(left, leads):
        number, minutes = figures(free[0].estate_id)
        first, within = free[0], datetime.timedelta(minutes=minutes)
        # A difference, since no time comes after the last one of all calendars, which another program may write.
        near = [row for row in free[1:] if row.registered_at - first.registered_at <= within]
        others = tuple(row for row in near if _alike_reports(first, row))
        left = free[1:]
        if len(others) + 1 >= number:
            found.append(Burst(first, others, is_open=False))
            left = [row for row in left if row not in others]
    return found


def incidents_of(session: Session, report: Report) -> list[int]:
    """The ids of the tickets that lead an open incident of which *report* may be a further one, the oldest first."""
    unit = session.get(Unit, report.unit_id) if report.unit_id is not None else None
    asked = SimpleNamespace(
        estate_id=report.estate_id,
        summary=report.summary,
        place=report.place,
        code=unit.code if unit is not None else "",
        building=unit.building if unit is not None else None,
        sort=_telling(session, Ticket, report.category) and report.category,
    )
    leads = session.execute(reports_since(never(), Ticket.estate_id == report.estate_id, Ticket.incident_id.is_(None)))
    return sorted(row.id for row in leads if _alike_reports(row, asked))


def _free(rows: Iterable[Any], leads: Container[Any]) -> list[Any]:
    return [row for row in rows if row.incident_id is None and row.id not in leads]


def _alike_reports(one: Any, other: Any) -> bool:
    if one.estate_id != other.estate_id:
        return False
    here, there = (row.place or row.code or "" for row in (one, other))
    if one.sort is not None and one.sort == other.sort and _buildings(one, here) & _buildings(other, there):
        return True
    return like_words(one.summary, other.summary, here, there)


def _buildings(row: Any, text: str) -> frozenset[str]:
    return frozenset({row.building}) if row.building else read_place(text).buildings


@functools.lru_cache(4096)  # the desk compares the same few every few seconds
def like_words(one: str, other: str, here: str = "", there: str = "") -> bool:
    """Whether two summaries speak of the same thing; the words for their places, *here* and *there*, do not count.

    What is wrong alone is not enough: a door that does not close is no window that does not close, and that of the
    kitchen not that of the bathroom.
    """
    one, other = _alike(one), _alike(other)
    if _other_part(f"{here} {one}", f"{there} {other}"):
        return False
    one, other = _without_rooms(one), _without_rooms(other)
    place = set(_TOKEN.findall(in_usual_words(f"{here} {there}")))
    runs, other_runs = _runs(one, place), _runs(other, place)
    if not runs or not other_runs:  # “电梯坏了” of a lift: nothing is left beside the place
        runs, other_runs = _runs(one, set()), _runs(other, set())
    if not runs or not other_runs:
        return bool(one.strip()) and one.strip() == other.strip()
    if _other_things(_thing(one, place), _thing(other, place)):
        return False
    signs = _shared({token for run in runs for token in run}, {token for run in other_runs for token in run})
    return signs >= LIKE_SIGNS or _shared(_pairs(runs), _pairs(other_runs)) > LIKE_PAIRS


def _alike(text: str) -> str:
    """*text* in usual words, of several for one thing or fault the same."""
    text = in_usual_words(text)
    for said, usual in _SAID_ALIKE:
        text = said.sub(usual, text)
    return text


def _other_part(one: str, other: str) -> bool:
    """Whether both say in which room of a home, or which of a pair, and not the same."""
    rooms, other_rooms = _rooms_of_a_home(one), _rooms_of_a_home(other)
    pairs = itertools.product(rooms, other_rooms)
    if rooms and other_rooms and not any(room.endswith(said) or said.endswith(room) for room, said in pairs):
        return True
    sides = ((set(either.findall(one)), set(either.findall(other))) for either in _EITHER)
    return any(said and elsewhere and not said & elsewhere for said, elsewhere in sides)


def _rooms_of_a_home(text: str) -> set[str]:
    """The rooms inside a home that *text* names, each by its usual name: 主卫, 卧, 客厅阳台."""
    text = in_usual_words(text)
    for said, usual in _ROOM_NAMES:
        text = said.sub(f"<{usual}>", text)
    text = _ROOM_OF_A_ROOM.sub(lambda found: f"{found[1][:-1]}{found[2]}>".replace("卧卫", "卫"), text)
    return set(re.findall("<([^<>]+)>", text))


def _without_rooms(text: str) -> str:
    for said, _usual in _ROOM_NAMES:
        text = said.sub(" ", text)
    return text


def _thing(text: str, without: Iterable[str]) -> list[str]:
    """The tokens of *text* that say what it is about: without what is wrong with it, and without the place."""
    return [token for run in _runs(_FAULTS.sub(" ", in_usual_words(text)), without) for token in run]


def _other_things(one: list[str], other: list[str]) -> bool:
    """Whether these are two things: nothing in common, or short and told apart by what stands before (门锁, 窗锁)."""
    if not one or not other:
        return False
    shared = set(one) & set(other)
    both_named = bool(set(one) - shared and set(other) - shared)
    return not shared or (both_named and max(len(one), len(other)) <= SHORT_THING)


def _runs(text: str, without: Iterable[str]) -> list[list[str]]:
    """The telling tokens of *text* without figures, English words cut to their stem, in runs between *without*."""
    runs: list[list[str]] = [[]]
    for token in _TOKEN.findall(in_usual_words(text)):
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
