"""Who may do what: the policy grants exactly what the table of the tests says, to records and to their verbs."""

import datetime
import re
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import aliased

from models.base import Base
from models.complaints import Complaint, ComplaintStatus
from models.errors import OperationRefused
from models.policy import may, permissions
from models.roles import Role
from models.session import DeskSession
from models.staff import Department
from models.tickets import Ticket, TicketKind, TicketStatus
from models.verbs import transitions
from tests.factories import World
from tests.grants import GRANTS, ROLES, TABLE
from tests.marks import first_sqlite, only_sqlite
from tests.operations import walks
from tests.records import Records

LOOKING = {"read", "export", "print", "print_slip", "read_counts"}
ONES_OWN = {"saved_views", "column_choices", "told", "ways_out", "account", "desk", "rules"}


def test_the_policy_grants_exactly_what_the_table_says() -> None:
    found = {(register, verb): roles for register, verbs in permissions().items() for verb, roles in verbs.items()}
    differing = {
        key: (sorted(found.get(key, ())), sorted(GRANTS.get(key, ())))
        for key in found.keys() | GRANTS.keys()
        if found.get(key) != GRANTS.get(key)
    }
    assert differing == {}


def test_each_line_of_the_table_names_its_rule_or_that_it_is_ours() -> None:
    for line in filter(None, TABLE.splitlines()):
        assert re.fullmatch(r"(?:[A-Z]{3}-\d+†?|†)", line.split()[-1]), line


def test_a_supervisor_may_all_that_a_clerk_may_and_a_manager_all_that_a_supervisor_may() -> None:
    for (register, verb), roles in GRANTS.items():
        if Role.CLERK in roles:
            assert Role.SUPERVISOR in roles, (register, verb)
        if Role.SUPERVISOR in roles:
            assert Role.MANAGER in roles, (register, verb)


def test_auditors_change_nothing_and_administrators_decide_nothing_of_the_desks_business() -> None:
    for (register, verb), roles in GRANTS.items():
        if register not in ONES_OWN:
            assert Role.AUDITOR not in roles or verb in LOOKING, (register, verb)
            assert Role.ADMIN not in roles or register in {"events", "estates", "staff", "staff_contacts", "teams"}, (
                register,
                verb,
            )


MODELS = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}


def theirs(session: DeskSession, world: World, records: Records) -> dict[str, Any]:
    """A record of each register that is the technician's and the lead's where anything is."""
    found: dict[str, Any] = {}
    for register in {register for register, _verb in GRANTS} & MODELS.keys():
        model = MODELS[register]
        number = records.ids.get(register)
        home = select(model).where(model.estate_id == world.estate.id) if hasattr(model, "estate_id") else select(model)
        row = session.get(model, number) if number else session.scalars(home.order_by(model.id).limit(1)).first()
        if row is not None:
            found[register] = row
    job = session.get_one(Ticket, records.tickets[1])
    job.assignee_id, job.team_id = world.person("technician").id, world.teams[Department.ENGINEERING].id
    found["complaints"].team_id = job.team_id
    return found | {"tickets": job}


@first_sqlite
def test_to_a_record_that_is_theirs_people_may_what_the_table_says(
    session: DeskSession, world: World, records: Records
) -> None:
    own = theirs(session, world, records)
    assert len(own) >= 18
    session.expunge(own["told"])  # whose it is stays as it is in the database
    wrong = []
    for (register, verb), roles in GRANTS.items():
        for role in ROLES.values():
            actor, expected = world.actor(role.value), role in roles
            if may(actor, verb, register) is not expected:
                wrong.append((register, verb, role.value, "anywhere"))
            own["told"].staff_id = actor.staff_id
            if register in own and register != "staff" and may(actor, verb, own[register]) is not expected:
                wrong.append((register, verb, role.value, "theirs"))
            stranger = world.actor("stranger")
            if register in own and register not in ONES_OWN and may(stranger, verb, own[register]):
                wrong.append((register, verb, "stranger", "elsewhere"))
    assert wrong == []
    own["told"].staff_id = world.person("clerk").id
    assert [name for name in ("clerk", "manager", "stranger") if may(world.actor(name), "read", own["told"])] == [
        "clerk"
    ]


@first_sqlite
def test_to_what_is_not_theirs_technicians_and_leads_may_nothing(
    session: DeskSession, world: World, records: Records
) -> None:
    own = theirs(session, world, records)
    own["tickets"].assignee_id, own["tickets"].team_id = None, world.teams[Department.GREENING].id
    own["complaints"].team_id = world.teams[Department.GREENING].id
    for (register, verb), _roles in GRANTS.items():
        for role in ("technician", "lead"):
            if register in own and register not in ONES_OWN | {"teams", "staff"}:
                assert not may(world.actor(role), verb, own[register]), (register, verb, role)


BEFORE: dict[type[Any], dict[str, Any]] = {
    Ticket: {
        **{verb: next(iter(moves)) for verb, moves in transitions("tickets").items()},
        **{"wait": TicketStatus.IN_PROGRESS, "cancel": TicketStatus.RECEIVED},
    },
    Complaint: {
        **{verb: next(iter(moves)) for verb, moves in transitions("complaints").items()},
        "cancel": ComplaintStatus.REGISTERED,
    },
}
"""Status in which a verb is tried."""


@first_sqlite
@pytest.mark.parametrize("model", BEFORE)
def test_a_verb_that_changes_a_status_is_done_for_who_may_and_refused_for_who_may_not(
    model: type[Any], session: DeskSession, world: World, now: datetime.datetime
) -> None:
    walk = walks.ticket_in if model is Ticket else walks.complaint_in
    wrong = []
    for status in dict.fromkeys(BEFORE[model].values()):
        matter: Any = walk(world, status, now)
        matter.team_id, matter.assignee_id = world.teams[Department.ENGINEERING].id, world.person("technician").id
        session.flush()
        for verb in [verb for verb, before in BEFORE[model].items() if before is status]:
            for role in ROLES.values():
                with walks.undone(world):
                    if verb == "answer":
                        matter.kind = TicketKind.ENQUIRY
                        session.flush()
                    try:
                        outcome = walks.do(world, verb, matter, now, by=role.value)
                        rules = [refusal.rule for _row, refusal in outcome.refused]
                    except OperationRefused as refusal:
                        rules = [refusal.rule]
                    granted = role in GRANTS[model.__tablename__, verb]
                    if (rules == []) is not granted or (not granted and rules != ["ROLE"]):
                        wrong.append((verb, role.value, rules))
    assert wrong == []


@only_sqlite
def test_to_what_is_no_record_no_class_and_no_name_nobody_may_anything(
    session: DeskSession, world: World, records: Records
) -> None:
    ticket = session.get_one(Ticket, records.tickets[0])
    row = session.execute(select(Ticket.id, Ticket.estate_id)).first()
    likeness = SimpleNamespace(__tablename__="tickets", id=ticket.id, estate_id=ticket.estate_id)
    targets = [
        None,
        0,
        "",
        "umbrellas",
        "Tickets",
        ticket.id,
        row,
        likeness,
        [ticket],
        aliased(Ticket),
        Base,
        Role,
        object(),
    ]
    actors = [world.actor(role.value) for role in ROLES.values()]
    assert all(may(world.actor("clerk"), "read", target) for target in (ticket, Ticket, "tickets"))
    for target in targets:
        for (_register, verb), _roles in GRANTS.items():
            assert not [actor.name for actor in actors if may(actor, verb, target)], (target, verb)
