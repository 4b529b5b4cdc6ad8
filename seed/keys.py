"""Keys on their hooks and out of the house: approvals, loans, late returns, one lost, one given back for good."""

import datetime
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from models.call import Call
from models.errors import Outcome
from models.keys import BorrowerKind, BringerKind, Key, KeyLoan, KeyOrigin
from models.operations import keys as verbs
from models.operations.keys import ApprovalDraft, KeyDraft, LoanDraft
from seed import names
from seed.jobs import minutes
from seed.texts import words
from seed.timeline import Step, Story, Timeline, step
from seed.world import Place, World, pick

TOTAL = 120
LOANS_A_DAY = 4.0
HOURS = ((8 * 60 + 40, 11 * 60 + 50), (13 * 60 + 35, 17 * 60 + 15))
ORIGINS = (KeyOrigin.RECTIFICATION, KeyOrigin.ENTRUSTED, KeyOrigin.DELIVERY, KeyOrigin.COMMON)
ORIGIN_WEIGHTS = (40, 25, 20, 15)
CONTRACTORS = (BorrowerKind.OTHER, BorrowerKind.STAFF)
Loaned = Generator[Step, Any, KeyLoan | None]


@dataclass
class Loan:
    """One time a key is wanted; *end* says what becomes of it, ``back`` in the ordinary case."""

    day: datetime.date
    hour: int
    kind: BorrowerKind
    end: str = "back"
    days: int = 0


@dataclass
class Hook:
    """A key and all that happens with it."""

    place: Place
    key: Key
    loans: list[Loan] = field(default_factory=list)


# Days ago, who borrows, what became of it, for how many days: keys of the neglected estate, and of the other.
PINS: tuple[tuple[int, BorrowerKind, str, int], ...] = (
    (1, BorrowerKind.STAFF, "out", 0),
    (3, BorrowerKind.OWNER, "out", 0),
    (1, BorrowerKind.DEVELOPER_SALES, "out", 0),
    (2, BorrowerKind.STAFF, "out", 6),
    (1, BorrowerKind.OTHER, "out", 3),
    (6, BorrowerKind.OTHER, "lost", 0),
    (12, BorrowerKind.STAFF, "lost_untold", 0),
    (9, BorrowerKind.OWNER, "handed_back", 0),
    (1, BorrowerKind.OTHER, "withdrawn", 0),
    (1, BorrowerKind.STAFF, "requested", 0),
    (1, BorrowerKind.STAFF, "approved", 2),
    (1, BorrowerKind.OTHER, "refused", 0),
    (4, BorrowerKind.OWNER, "mistake", 0),
    (1, BorrowerKind.OTHER, "part", 2),
)
PINS_AT_HOME: tuple[tuple[int, BorrowerKind, str, int], ...] = (
    (1, BorrowerKind.STAFF, "out", 0),
    (1, BorrowerKind.OTHER, "out", 2),
    (0, BorrowerKind.OWNER, "out", 0),
    (0, BorrowerKind.STAFF, "requested", 0),
    (1, BorrowerKind.STAFF, "approved", 2),
    (1, BorrowerKind.OTHER, "part", 2),
)
BUNCH, BACK = 5, 3
"""Pieces of each bunch, and how many of one have come back that is still out."""
BROUGHT_BY_OTHERS = 0.12
"""So many keys are brought back by somebody else than who borrowed them."""


def lend(call: Call, drafts: Sequence[LoanDraft]) -> Outcome:
    """The verb of that name, with the loans in the order of the drafts."""
    outcome = verbs.lend(call, drafts)
    loans = {loan.key_id: loan for loan in outcome.done}
    outcome.done = [loans[draft.key_id] for draft in drafts if draft.key_id in loans]
    return outcome


def hang(world: World, at: datetime.datetime) -> None:
    """Register the keys of each estate; fills ``place.keys``."""
    for place in world.places:
        rng = world.random("keys", place.estate.code)
        own = _pins(world, place)
        count = max(round(TOTAL * world.share * place.share), 20)
        drafts = []
        for number in range(count):
            origin = rng.choices(ORIGINS, ORIGIN_WEIGHTS)[0] if number >= len(own) else KeyOrigin.RECTIFICATION
            draft = KeyDraft(
                place.estate.id, origin, f"{chr(65 + number // 30)}-{number % 30 + 1:02d}", f"封{1000 + number}"
            )
            if number < len(own) and own[number][2] == "part":
                draft.pieces = BUNCH
            if origin is KeyOrigin.COMMON:
                draft.pieces = BUNCH if number % 3 == 0 else 1
                draft.place = pick(rng, words("desk")["keys"]["places"])
            else:
                draft.unit_id = pick(rng, place.households).unit.id
            drafts.append(draft)
        actor = world.actors[world.on_duty(place, at)]
        place.keys = verbs.register(Call(world.session, actor, at), drafts).done


def _pins(world: World, place: Place) -> tuple[tuple[int, BorrowerKind, str, int], ...]:
    return PINS if place is world.neglected else PINS_AT_HOME


def plan(world: World, timeline: Timeline) -> None:
    """Begin the stories of all keys."""
    for place in world.places:
        rng = world.random("loans", place.estate.code)
        hooks = [Hook(place, key) for key in place.keys]
        pinned = _pins(world, place)
        for hook, (days_ago, kind, end, days) in zip(hooks, pinned, strict=False):
            if days_ago < world.days:
                day = world.today - datetime.timedelta(days=days_ago)
                hook.loans.append(Loan(day, 1, kind, end, days))
        free = hooks[len(pinned) :]
        for offset in range(world.days, -1, -1):
            day = world.today - datetime.timedelta(days=offset)
            count = round(LOANS_A_DAY * world.share * place.share + rng.random() - 0.5)
            # A key that was out in the last days rests: so nobody wants a key that is not back.
            rested = [hook for hook in free if not hook.loans or (day - hook.loans[-1].day).days > 3]
            for hook in rng.sample(rested, min(max(count, 0), len(rested))):
                hook.loans.append(_loan(rng, hook.key, day))
        for hook in hooks:
            timeline.begin(_story(world, hook, world.random("key", place.estate.code, hook.key.number)))


def _loan(rng: Random, key: Key, day: datetime.date) -> Loan:
    if key.origin is KeyOrigin.COMMON:
        kind = BorrowerKind.STAFF if rng.random() < 0.8 else BorrowerKind.OTHER
    elif key.origin is KeyOrigin.DELIVERY:
        kind = rng.choices((BorrowerKind.DEVELOPER_SALES, BorrowerKind.STAFF), (60, 40))[0]
    else:
        kind = rng.choices((BorrowerKind.STAFF, BorrowerKind.OWNER, BorrowerKind.OTHER), (50, 30, 20))[0]
    late = rng.random() < 0.06
    refused = kind is BorrowerKind.OTHER and rng.random() < 0.15
    return Loan(day, rng.randrange(2), kind, "refused" if refused else "late" if late else "back")


def _story(world: World, hook: Hook, rng: Random) -> Story:
    for wanted in hook.loans:
        loan = yield from _lent(world, hook, wanted, rng)
        if loan is not None:
            yield from _ended(world, hook, wanted, loan, rng)


def _lent(world: World, hook: Hook, wanted: Loan, rng: Random) -> Loaned:
    """Asked for, approved where that is needed, and lent; None where the key did not leave."""
    place, key, kind = hook.place, hook.key, wanted.kind
    own = world.random("key hours", place.estate.code, wanted.day, wanted.hour)
    at = world.at(wanted.day, HOURS[wanted.hour][0] + own.randrange(30))
    clerk = world.on_duty(place, at, place.supervisor)
    texts = words("desk")["keys"]
    borrower = LoanDraft(key.id, kind, signed=True, identity_checked=True)
    if kind is BorrowerKind.OWNER:
        owner = place.owners.get(key.unit_id or 0)
        if owner is None:
            return None
        borrower.borrower_resident_id, borrower.borrower_name = owner.id, owner.name
        borrower.purpose = pick(rng, texts["owner"])
    elif kind is BorrowerKind.DEVELOPER_SALES:
        borrower.borrower_name = pick(rng, texts["sellers"]) + names.full_name(rng)
        borrower.borrower_phone, borrower.purpose = names.phone(rng), pick(rng, texts["sales"])
    else:
        approval = yield from _approved(world, hook, wanted, borrower, clerk, at, rng)
        if approval is None:
            return None
        borrower.approval_id = approval.id
    loan: KeyLoan = yield step(at + minutes(14), lend, borrower, by=clerk)
    return loan


def _approved(
    world: World, hook: Hook, wanted: Loan, borrower: LoanDraft, clerk: str, at: datetime.datetime, rng: Random
) -> Generator[Step, Any, Any]:
    """A supervisor's consent before the key leaves (KEY-3); None where there is none or nobody came for the key."""
    place, texts = hook.place, words("desk")["keys"]
    staff = wanted.kind is BorrowerKind.STAFF
    if staff:
        crew = [name for members in place.crews.values() for name in members if name != place.supervisor]
        borrower.borrower_staff_id = world.staff[pick(rng, crew)].id
    else:
        borrower.borrower_name = names.full_name(rng)
        borrower.borrower_phone = names.phone(rng)
        borrower.note = pick(rng, texts["contractors"])
    purpose = pick(rng, texts[hook.key.origin.value if staff else "other"])
    draft = ApprovalDraft(hook.key.id, wanted.kind, purpose, borrower.borrower_name, borrower.borrower_staff_id)
    approval = yield step(at, verbs.request, draft, by=clerk)
    if wanted.end == "requested":
        return None
    if wanted.end == "refused":
        reason = pick(rng, texts["refused"])
        yield step(at + minutes(8), verbs.refuse, approval, by=place.supervisor, reason=reason)
        return None
    due = world.at(wanted.day + datetime.timedelta(days=wanted.days), 18 * 60) if wanted.days else None
    yield step(at + minutes(8), verbs.approve, approval, by=place.supervisor, due_at=due)
    if wanted.end == "withdrawn":
        yield step(at + datetime.timedelta(hours=5), verbs.withdraw, approval, by=clerk, reason="约好的人没有来。")
    return None if wanted.end in ("approved", "withdrawn") else approval


def _brought(rng: Random, borrower: BorrowerKind) -> dict[str, Any]:
    """Who brings the key: mostly the borrower, sometimes family, a colleague or a workmate (KEY-4)."""
    if rng.random() >= BROUGHT_BY_OTHERS:
        return {}
    kinds = {BorrowerKind.OWNER: BringerKind.RESIDENT, BorrowerKind.STAFF: BringerKind.STAFF}
    return {"brought_by": kinds.get(borrower, BringerKind.OTHER), "brought_by_name": names.full_name(rng)}


def _ended(world: World, hook: Hook, wanted: Loan, loan: KeyLoan, rng: Random) -> Generator[Step, Any, None]:
    """Back on its hook on the same day; or out, late, lost, or not lent at all but for a mistake."""
    place = hook.place
    own = world.random("keys back", place.estate.code, wanted.day, wanted.hour)
    at = world.at(wanted.day, HOURS[wanted.hour][1] + own.randrange(35))
    if wanted.end == "out":
        return
    if wanted.end == "part":
        helper = {"brought_by": BringerKind.OTHER, "brought_by_name": names.full_name(rng)}
        yield step(at, verbs.return_keys, loan, by=world.on_duty(place, at), pieces=BACK, **helper)
        return
    if wanted.end == "late":
        at += datetime.timedelta(days=1 + rng.randrange(2))
    if wanted.end == "mistake":
        yield step(at, verbs.correct, loan, by=place.supervisor, reason="登记错钥匙号，实际未借出。")
        return
    if wanted.end in ("lost", "lost_untold"):
        told = wanted.end == "lost"
        reason = "施工人员在现场遗失，已查找两天。"
        at += datetime.timedelta(days=2)
        yield step(at, verbs.report_lost, loan, by=world.on_duty(place, at), owner_told=told, reason=reason)
        return
    yield step(at, verbs.return_keys, loan, by=world.on_duty(place, at), **_brought(rng, wanted.kind))
    if wanted.end == "handed_back":
        owner = loan.borrower_name
        receipt = f"YS{rng.randrange(10_000):04d}"
        at += datetime.timedelta(days=1)
        clerk = world.on_duty(place, at)
        yield step(at, verbs.hand_back, hook.key, by=clerk, handed_back_to=owner, receipt_number=receipt)
