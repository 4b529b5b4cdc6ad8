"""Who works in the training estates: 26 people in six departments, and one who has left."""

import datetime
from dataclasses import dataclass

from models.call import Call
from models.estates import Estate
from models.operations import estates as estate_verbs, staff as staff_verbs, tickets as ticket_verbs
from models.operations.staff import StaffDraft
from models.operations.tickets import TicketDraft
from models.passwords import hashed
from models.roles import Role
from models.session import DeskSession
from models.staff import Actor, Department, Staff, Team, actors_for
from models.tickets import TicketKind
from seed.timeline import Story, Timeline, step
from seed.world import Place, World

PASSWORD = "training"  # noqa: S105  # of the demo accounts, printed at the start; refused in production
CUIHU, YUNQI = "CUIHU", "YUNQI"
LEAVER = "ou.zhiming"
LEFT_DAYS_AGO = 4

TEAM_NAMES = {
    Department.ENGINEERING: "工程部",
    Department.HOUSEKEEPING: "保洁部",
    Department.SECURITY: "秩序维护部",
    Department.GREENING: "绿化部",
    Department.CUSTOMER_SERVICE: "客服部",
    Department.FINANCE: "财务部",
}

_E, _H, _S = Department.ENGINEERING, Department.HOUSEKEEPING, Department.SECURITY
_G, _C, _F = Department.GREENING, Department.CUSTOMER_SERVICE, Department.FINANCE


@dataclass(frozen=True)
class Job:
    """One role in one estate, in a department where the role needs a team."""

    estate: str
    role: Role
    department: Department | None = None


def _in(estate: str, role: Role, *departments: Department) -> tuple[Job, ...]:
    return tuple(Job(estate, role, department) for department in departments or (None,))


PEOPLE: dict[str, tuple[str, tuple[Job, ...]]] = {
    "clerk": ("林晓雯", _in(CUIHU, Role.CLERK)),
    "zeng.li": ("曾丽", _in(CUIHU, Role.CLERK) + _in(YUNQI, Role.SUPERVISOR) + _in(YUNQI, Role.LEAD, _C)),
    "qiu.jie": ("仇洁", _in(CUIHU, Role.CLERK)),
    "xu.yang": ("徐洋", _in(CUIHU, Role.CLERK)),
    "tang.xue": ("唐雪", _in(YUNQI, Role.CLERK)),
    "technician": ("王建军", _in(CUIHU, Role.TECHNICIAN, _E)),
    "li.qiang": ("李强", _in(CUIHU, Role.TECHNICIAN, _E)),
    "shan.yong": ("单勇", _in(CUIHU, Role.TECHNICIAN, _E)),
    "zhang.wei": ("张伟", _in(CUIHU, Role.TECHNICIAN, _E)),
    "feng.bin": ("冯斌", _in(YUNQI, Role.TECHNICIAN, _E)),
    "sun.guilan": ("孙桂兰", _in(CUIHU, Role.TECHNICIAN, _H)),
    "he.chunmei": ("何春梅", _in(YUNQI, Role.TECHNICIAN, _H)),
    "xie.peng": ("解鹏", _in(CUIHU, Role.TECHNICIAN, _S)),
    "guo.tao": ("郭涛", _in(YUNQI, Role.TECHNICIAN, _S)),
    "cao.sen": ("曹森", _in(CUIHU, Role.TECHNICIAN, _G)),
    "lead": ("陈国强", _in(CUIHU, Role.LEAD, _E)),
    "wu.lei": ("吴磊", _in(YUNQI, Role.LEAD, _E)),
    "liu.fang": ("刘芳", _in(CUIHU, Role.LEAD, _H) + _in(YUNQI, Role.LEAD, _H)),
    "zhao.gang": ("赵刚", _in(CUIHU, Role.LEAD, _S) + _in(YUNQI, Role.LEAD, _S)),
    "yue.ming": ("乐明", _in(CUIHU, Role.LEAD, _G) + _in(YUNQI, Role.LEAD, _G)),
    "supervisor": ("黄丽娟", _in(CUIHU, Role.SUPERVISOR) + _in(CUIHU, Role.LEAD, _C, _F) + _in(YUNQI, Role.SUPERVISOR)),
    "manager": ("赵志远", _in(CUIHU, Role.MANAGER) + _in(YUNQI, Role.MANAGER) + _in(YUNQI, Role.LEAD, _F)),
    "auditor": ("沈静", _in(CUIHU, Role.AUDITOR)),
    "admin": ("郑凯", _in(CUIHU, Role.ADMIN)),
    "guard": ("石磊", _in(CUIHU, Role.GUARD)),
    "gu.wen": ("顾文", _in(YUNQI, Role.ADMIN)),
    LEAVER: ("区志明", _in(YUNQI, Role.CLERK)),
}
"""User name -> name and jobs."""


def hire(
    world: World, estates: dict[str, Estate], at: datetime.datetime, *, system: Actor
) -> dict[str, dict[Department, Team]]:
    """Make accounts, teams and roles; returns each estate's teams."""
    session = world.session
    secret = hashed(PASSWORD)
    drafts = [
        StaffDraft(name, full, password_hash=secret, must_change_password=False, estate_id=estates[jobs[0].estate].id)
        for name, (full, jobs) in PEOPLE.items()
    ]
    people = staff_verbs.register(Call(session, system, at), drafts).all()
    world.staff = {person.username: person for person in people}
    teams = {code: _set_up_teams(session, estate, at, system) for code, estate in estates.items()}
    groups: dict[Job, list[Staff]] = {}
    for name, (_, jobs) in PEOPLE.items():
        for job in jobs:
            groups.setdefault(job, []).append(world.staff[name])
    for job, group in groups.items():
        team = teams[job.estate][job.department] if job.department is not None else None
        staff_verbs.grant_role(
            Call(session, system, at), group, estate=estates[job.estate], role=job.role, team=team
        ).all()
        if job.role is Role.LEAD and team is not None:
            estate_verbs.amend_teams(Call(session, system, at), [team], lead_id=group[0].id).all()
    world.actors = dict(zip(world.staff, actors_for(session, people, source="seed"), strict=True))
    return teams


def _set_up_teams(session: DeskSession, estate: Estate, at: datetime.datetime, system: Actor) -> dict[Department, Team]:
    drafts = [Team(estate_id=estate.id, name=name, department=department) for department, name in TEAM_NAMES.items()]
    made = estate_verbs.register_teams(Call(session, system, at), drafts).all()
    return {team.department: team for team in made}


def place_of(estate: Estate, teams: dict[Department, Team], categories: dict[str, int]) -> Place:
    """The estate with its people sorted by what they do there."""
    found: dict[Role, list[tuple[str, Department | None]]] = {}
    for name, (_, jobs) in PEOPLE.items():
        for job in jobs:
            if job.estate == estate.code:
                found.setdefault(job.role, []).append((name, job.department))
    crews: dict[Department, list[str]] = {}
    leads = {department: name for name, department in found[Role.LEAD] if department is not None}
    for name, department in found[Role.TECHNICIAN]:
        if department is not None:
            crews.setdefault(department, []).append(name)
    supervisor = found[Role.SUPERVISOR][0][0]
    return Place(
        estate=estate,
        share=0.7 if estate.code == CUIHU else 0.3,
        desk=tuple(name for name, _ in found[Role.CLERK]) + ((supervisor,) if estate.code == YUNQI else ()),
        supervisor=supervisor,
        manager=found[Role.MANAGER][0][0],
        # Where a department has no technician, its lead does the work.
        crews={department: tuple(crews.get(department, (lead,))) for department, lead in leads.items()},
        leads=leads,
        teams=teams,
        categories=categories,
    )


def plan(world: World, timeline: Timeline) -> None:
    """Begin the story of the clerk who leaves, and of what comes back under that name."""
    timeline.begin(_leaving(world))
    timeline.begin(_closed_too_early(world))


def _leaving(world: World) -> Story:
    at = world.at(world.left[LEAVER] - datetime.timedelta(days=1), 18 * 60 + 5)
    place, leaver = world.neglected, world.staff[LEAVER]
    takers = (world.staff[place.desk[0]], world.staff[place.supervisor])
    yield step(at, staff_verbs.disable, leaver, by="gu.wen", reason="离职，移交。", hand_over_to=takers)


def _closed_too_early(world: World) -> Story:
    """What the leaver closed last was not settled: a supervisor takes it back, and nobody answers for it yet."""
    at = world.at(world.left[LEAVER] - datetime.timedelta(days=1), 16 * 60 + 40)
    place = world.neglected
    draft = TicketDraft(
        place.estate.id,
        "门禁卡补办后仍刷不开单元门，问何时能处理",
        kind=TicketKind.ENQUIRY,
        reporter_name="秩序维护部夜班",
        reporter_department="秩序维护部",
        place="3号楼单元门",
    )
    ticket = yield step(at, ticket_verbs.register, draft, by=LEAVER)
    for minutes, verb, arguments in (
        (12, ticket_verbs.answer, {"result": "已转告门禁厂家。"}),
        (30, ticket_verbs.close, {}),
    ):
        yield step(at + datetime.timedelta(minutes=minutes), verb, ticket, by=LEAVER, **arguments)
    later = at + datetime.timedelta(hours=18)
    yield step(later, ticket_verbs.correct, ticket, by=place.supervisor, reason="厂家没有来，误关。")
