"""Bulk runs and their undo, and rows of each register to which a bulk verb may be done."""

from typing import Any

from sqlalchemy import func, select

from models.call import Call
from models.keys import BringerKind
from models.operations import keys, passes, tickets
from models.operations.bulk import (
    prepare,
    prepare_undo,
    run_chunk,
)
from models.passes import PassKind, VisitorPass
from models.staff import Department
from models.tickets import TicketStatus
from tests.operations.key_desk import lend, open_desk, register
from tests.operations.walks import HOUR, MINUTE, do, new_ticket, ticket_in

S = TicketStatus


def facts(row: Any) -> dict[str, Any]:
    """All columns but those that say when and how often the row was written."""
    return {c.name: getattr(row, c.name) for c in row.__table__.columns if c.name not in ("version", "updated_at")}


def bulk(world, now, register, verb, rows, by="clerk", **arguments):
    """A bulk run, done to its end a minute after *now*."""
    run = prepare(
        Call(world.session, world.actor(by), now + MINUTE),
        estate_id=world.estate.id,
        register=register,
        verb=verb,
        ids=[row.id for row in rows],
        arguments=arguments,
        key=f"{verb}-{rows[0].id}",
    )
    finish(world, run, now + MINUTE, by)
    return run


def finish(world, run, now, by="clerk", size=2):
    world.session.flush()
    while run_chunk(Call(world.session, world.actor(by), now), run, size=size):
        world.session.flush()
    reread(world)


def keep(world, rows):
    """Have *rows* read again after each run: a run keeps none of its rows in memory."""
    world.session.info["kept"] = rows
    return rows


def reread(world):
    world.session.expire_all()
    rows = world.session.info.get("kept", [])
    rows[:] = [world.session.get_one(type(row), row.id) for row in rows]


def undo(world, run, now, by="clerk"):
    undoing = prepare_undo(Call(world.session, world.actor(by), now), run)
    world.session.commit()
    finish(world, undoing, now, by)
    return undoing


def rows_for(world, now, register, verb):
    """Three rows to which the verb may be done, and its arguments."""
    rows, arguments = fair_rows(world, now, register, verb)
    world.session.commit()
    return keep(world, rows), arguments


def fair_rows(world, now, register, verb):
    team, technician = world.teams[Department.ENGINEERING], world.person("technician")
    earlier = now - 2 * HOUR
    if register == "tickets":
        if verb == "dispatch":
            return [new_ticket(world, earlier) for _ in range(3)], {"team": team, "assignee": technician}
        if verb == "assign":
            found = [new_ticket(world, earlier) for _ in range(3)]
            for ticket in found:
                tickets.dispatch(Call(world.session, world.actor("clerk"), earlier), [ticket], team=team).one()
            return found, {"assignee": technician}
        if verb == "attach":
            return [new_ticket(world, earlier) for _ in range(3)], {"leading": new_ticket(world, earlier)}
        if verb == "accept":
            return [ticket_in(world, S.DISPATCHED, earlier) for _ in range(3)], {"taker": technician}
        found = [new_ticket(world, earlier, **INTERNAL) for _ in range(3)]
        for ticket in found:
            for step in ("dispatch", "accept", "start", "finish"):
                do(world, step, ticket, earlier).one()
            if verb == "close":
                do(world, "take_slip_back", ticket, earlier).one()
        return found, {}
    if register == "key_loans":
        found = [loan(world, earlier) for _ in range(2)] + [bunch_partly_back(world, earlier)]
        return found, {"brought_by": BringerKind.OTHER, "brought_by_name": "王强"}
    return [visitor(world, earlier) for _ in range(3)], {}


INTERNAL = {
    "reporter_department": "保洁部",
    "reporter_name": None,
    "unit_id": None,
    "place": "大堂",
    "reporter_phone": None,
}


def loan(world, now):
    desk = open_desk(world.session, world, now)
    return lend(desk)


def bunch_partly_back(world, now):
    desk = open_desk(world.session, world, now)
    desk.key = register(desk, pieces=5)
    return keys.return_keys(Call(world.session, desk.clerk, now), [lend(desk)], pieces=3).one()


def visitor(world, now):
    draft = passes.PassDraft(
        estate_id=world.estate.id,
        kind=PassKind.VISITOR,
        holder_name="访客",
        phone="13700137000",
        purpose="拜访",
        identity_checked=True,
        badge_number=f"B{world.session.scalar(select(func.count()).select_from(VisitorPass))}",
        safety_told=True,
        host_unit_id=world.units[0].id,
        host_asked=True,
    )
    return passes.issue(Call(world.session, world.actor("clerk"), now), [draft]).one()
