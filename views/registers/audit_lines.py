"""The findings of one audit run as its pages show them: by kind and rule, counted, with what was said to each."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext
from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from models.audits import AuditFinding, AuditLine, AuditRun, finding_kinds
from models.base import tables
from models.staff import Staff
from views.request.gathering import GatheredRow, Question
from views.words.cells import deadline, duration
from views.words.codes import code_name
from views.words.described import Described, describe
from views.words.language import joined, label, local_time, titled
from views.words.references import record_url

DRAWN = 150
"""So many findings of one list are drawn; the rest when that list is asked for alone."""
SHOW = ("all", "open", "explained")
_KINDS: list[str] = list(finding_kinds())


@dataclass
class Line:
    """One finding."""

    id: int
    number: str
    url: str
    owner: str
    rule: str
    since: Any
    age: str
    due: Any
    overdue: bool
    note: str
    noted_by: str
    step: str = ""
    """By whom and until when the step of its note is done; that it stands since an earlier day."""
    before: str = ""
    """What was said to it in the audit before, where that does not stand any more."""
    room: str = ""
    sentence: str = ""
    version_of_note: str = ""
    """The note that the page was drawn with: what was typed beside it is compared with this."""
    problem: str = ""

    @property
    def is_open(self) -> bool:
        """Whether sign-off still waits for a note to it (AUD-3)."""
        return self.overdue and not self.note

    def fits(self, show: str) -> bool:
        """Whether it is among all, those to explain, or the explained."""
        return {"all": True, "open": self.is_open, "explained": bool(self.note)}[show]


@dataclass
class Group:
    """The findings of one kind and rule."""

    key: str
    title: str
    rule: str
    lines: list[Line] = field(default_factory=list)
    drawn: list[Line] = field(default_factory=list)

    @property
    def overdue(self) -> int:
        """How many need an explanation."""
        return sum(line.overdue for line in self.lines)

    @property
    def explained(self) -> int:
        """How many of these have one."""
        return sum(line.overdue and not line.is_open for line in self.lines)

    @property
    def count(self) -> int:
        """How many findings fit."""
        return len(self.lines)

    @property
    def left_off(self) -> int:
        """How many that fit are not drawn."""
        return len(self.lines) - len(self.drawn)


@dataclass
class Sheet:
    """All findings of a run."""

    groups: list[Group]

    @property
    def lines(self) -> Iterable[Line]:
        """Every finding, as the pages order them."""
        return (line for group in self.groups for line in group.lines)

    @property
    def overdue(self) -> int:
        """How many need an explanation before sign-off."""
        return sum(group.overdue for group in self.groups)

    @property
    def explained(self) -> int:
        """How many of these have one."""
        return sum(group.explained for group in self.groups)

    def next_open(self, after: int) -> int | None:
        """The next finding to explain after the finding *after*, from the top again at the end; None when none is."""
        lines = list(self.lines)
        place = next((place for place, line in enumerate(lines) if line.id == after), -1)
        return next((line.id for line in lines[place + 1 :] + lines[: place + 1] if line.is_open), None)

    def narrow(self, show: str, only: str = "") -> None:
        """Choose what is drawn: all, what is still to explain or what is explained; one list alone may be long."""
        for group in self.groups:
            group.lines = [line for line in group.lines if line.fits(show)]
            group.drawn = group.lines if only == group.key else group.lines[:DRAWN]
        self.groups = [group for group in self.groups if group.lines and only in ("", group.key)]


def lines_question(run_id: int) -> Question:
    """The findings of a run as they were."""
    owner, noter, doer = aliased(Staff), aliased(Staff), aliased(Staff)
    run, former, before = aliased(AuditRun), aliased(AuditRun), aliased(AuditLine)
    earlier = select(former.id).join(run, and_(run.estate_id == former.estate_id, former.day < run.day))
    previous = earlier.where(run.id == run_id).order_by(former.day.desc()).limit(1).scalar_subquery()
    return (
        select(
            AuditLine.id,
            AuditLine.number,
            AuditLine.facts,
            AuditLine.overdue,
            AuditLine.note,
            AuditFinding.kind,
            AuditFinding.rule,
            AuditFinding.clock,
            AuditFinding.register,
            AuditFinding.record_id,
            AuditFinding.since,
            owner.name.label("owner"),
            noter.name.label("noted_by"),
            AuditLine.noted_on,
            AuditLine.until,
            doer.name.label("by"),
            before.note.label("before"),
        )
        .join(AuditFinding, AuditFinding.id == AuditLine.finding_id)
        .outerjoin(owner, owner.id == AuditLine.owner_id)
        .outerjoin(noter, noter.id == AuditLine.noted_by_id)
        .outerjoin(doer, doer.id == AuditLine.step_by_id)
        .outerjoin(before, and_(before.finding_id == AuditLine.finding_id, before.run_id == previous))
        .where(AuditLine.run_id == run_id)
    )


def sheet_of(rows: Iterable[GatheredRow], run: AuditRun) -> Sheet:
    """The findings by kind and rule: lists with something to explain first, and in each list that before the rest."""
    groups: dict[tuple[Any, str], Group] = {}
    clocks: dict[tuple[Any, str], dict[str, None]] = {}
    found = list(rows)
    wanted: dict[type[Any], set[int]] = {}
    for row in found:
        if model := tables().get(row.register):
            wanted.setdefault(model, set()).add(row.record_id)
    described = describe(wanted)
    for row in found:
        group = groups.setdefault(
            (row.kind, row.rule), Group(f"{row.kind.value}-{row.rule}", label(row.kind), row.rule)
        )
        if row.clock:
            clocks.setdefault((row.kind, row.rule), {})[code_name(row.clock)] = None
        group.lines.append(_line(row, run, described.get((row.register, row.record_id), Described())))
    for key, names in clocks.items():  # a dozen lists of one kind are told apart by what was late
        groups[key].title = str(titled(groups[key].title, joined(names)))
    for group in groups.values():
        group.lines.sort(key=lambda line: (not line.overdue, line.number, line.id))
        group.drawn = group.lines
    order = sorted(groups, key=lambda key: (not groups[key].overdue, _place(key[0]), key[1]))
    return Sheet([groups[key] for key in order])


def _place(kind: str) -> int:
    """Where the findings of *kind* stand; of a kind that this version does not know, behind all others."""
    return _KINDS.index(kind) if kind in _KINDS else len(_KINDS)


def put_back(sheet: Sheet, typed: Mapping[int, str], problems: Mapping[int, str]) -> None:
    """Show what was typed and not saved, each with its *problem*."""
    for line in sheet.lines:
        line.note, line.problem = typed.get(line.id, line.note), problems.get(line.id, "")


def _part_back(facts: Mapping[str, Any]) -> str:
    """How much of a bunch of keys was back (KEY-2)."""
    if not facts.get("pieces_back"):
        return ""
    return str(gettext("%(back)s of %(pieces)s back", back=facts["pieces_back"], pieces=facts["pieces"]))


def _step(row: GatheredRow, run: AuditRun) -> str:
    """By whom and until when; since which day, where that is an earlier one."""
    if not row.note:
        return ""
    parts = [row.by or ""]
    if row.until is not None:
        parts.append(gettext("until %(time)s", time=local_time(row.until)))
    if row.noted_on is not None and row.noted_on < run.day:
        parts.append(gettext("as noted on %(day)s", day=row.noted_on))
    return " · ".join(filter(None, parts))


def _line(row: GatheredRow, run: AuditRun, record: Described) -> Line:
    since = datetime.datetime.fromisoformat(row.facts["since"]) if row.facts.get("since") else row.since
    due_text = row.facts.get("due_at")
    due = datetime.datetime.fromisoformat(due_text) if due_text else None
    return Line(
        id=row.id,
        number=" · ".join(filter(None, (row.number, _part_back(row.facts)))),
        url=record_url(row.register, row.record_id),
        owner=row.owner or "",
        rule=row.rule,
        since=local_time(since),
        age=duration(run.ran_at - since),
        due=deadline(due, ended=True) if due else "",
        overdue=row.overdue,
        note=row.note or "",
        noted_by=row.noted_by or "",
        step=_step(row, run),
        before="" if row.note else row.before or "",
        room=record.room,
        sentence=record.sentence,
        version_of_note=row.note or "",
    )
