"""Each register by its pages: a new record, an amended one, its own steps, its bulk verbs."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.audits import AuditRun
from models.bulk import BulkItem, BulkOutcome
from models.call import Call
from models.keys import KeyApproval, KeyLoan
from models.operations import tickets
from models.residents import Occupancy
from models.roles import Role
from models.session import DeskSession
from models.settings import Setting
from models.staff import Staff, StaffAssignment, Team, actor_for
from models.tickets import IS_OPEN, Ticket
from tests import reading
from tests.factories import World
from tests.fixed import NOW
from tests.reading import columns, page, rows
from tests.records import Records
from tests.registers import tried

NEW: dict[str, tuple[str, dict[str, str]]] = {
    "tickets": (
        "clerk",
        {
            "kind": "emergency",
            "severity": "serious",
            "channel": "phone",
            "summary": "水管爆裂",
            "place": "gate",
            "team_id": "TEAM",
        },
    ),
    "complaints": (
        "clerk",
        {
            "category": "environment",
            "severity": "ordinary",
            "channel": "walk_in",
            "summary": "垃圾未清",
            "unit_id": "2-201",
            "reporter_name": "李",
        },
    ),
    "residents": ("clerk", {"name": "单雄信", "phone": "13611112222"}),
    "resident_contacts": ("clerk", {"resident_id": "刘洋", "value": "021 5550 1235 转 803", "note": "晚上"}),
    "staff_contacts": ("manager", {"staff_id": "technician", "value": "13611113333"}),
    "occupancies": ("clerk", {"resident_id": "刘洋", "unit_id": "2-201", "kind": "tenant"}),
    "keys": ("clerk", {"hook": "B1", "seal": "S9", "origin": "common", "place": "roof"}),
    "key_approvals": (
        "clerk",
        {"key_id": "KEY", "borrower_kind": "other", "borrower_name": "钱工", "purpose": "查漏"},
    ),
    "units": ("manager", {"code": "3-301", "use": "home", "fee_status": "paid"}),
    "teams": ("manager", {"name": "夜班", "department": "security"}),
    "staff": ("manager", {"username": "newcomer", "name": "新人", "password": "a long first password"}),
    "estates": ("admin", {"code": "NEW", "name": "新苑", "timezone": "Asia/Shanghai"}),
    "categories": ("manager", {"register": "tickets", "code": "pool", "name": "泳池"}),
    "clocks": (
        "manager",
        {"code": "回电", "start_event": "tickets.register", "stop_event": "tickets.close", "minutes": "90"},
    ),
    "calendar_days": ("manager", {"day": "2027-03-08", "kind": "off", "name": "妇女节"}),
    "working_hours": ("manager", {"weekday": "5", "start_minute": "09:00", "end_minute": "12:00"}),
}

SHOWN: dict[str, dict[str, str]] = {
    "resident_contacts": {"Full name": "刘洋"},
    "staff_contacts": {"Full name": "王强"},
    "tickets": {
        "Kind": "emergency",
        "Severity": "serious",
        "Summary": "水管爆裂",
        "Place": "gate",
        "Team": "engineering",
    },
    "complaints": {"Category": "environment", "Unit": "2-201", "Reporter": "李", "Channel": "walk-in"},
    "residents": {"Full name": "单雄信"},
    "occupancies": {"Full name": "刘洋"},
    "keys": {"Hook": "B1", "Seal": "S9", "Origin": "common area", "Place": "roof", "Where it is": "on its hook"},
    "key_approvals": {"Status": "requested", "Borrower": "钱工", "Purpose": "查漏"},
    "units": {"Unit": "3-301", "Use": "home", "Fee status": "paid up"},
    "teams": {"Name": "夜班", "Department": "security"},
    "staff": {"Full name": "新人", "User name": "newcomer", "Must change the password": "yes"},
    "estates": {},  # nobody works there yet: the list is shown
    "categories": {"Name": "泳池", "Code": "pool", "In register": "tickets"},
    "clocks": {"Code": "回电", "Rule": "INT-14", "In register": "Tickets", "Minutes": "90"},
    "calendar_days": {"Date": "2027-03-08", "Kind": "day off", "Name": "妇女节"},
    "working_hours": {"Weekday": "Saturday", "Begins": "09:00", "Ends": "12:00"},
}
"""What stands on the page that follows."""
NEW |= {each.register: (each.new[0], dict(each.new[1])) for each in tried()}
SHOWN |= {each.register: dict(each.shown) for each in tried()}


def told(answer: Any, wanted: dict[str, str]) -> dict[str, str]:
    """What a page says of the facts that *wanted* names."""
    facts = reading.facts(reading.page(answer))
    return {name: facts.get(name, f"not among {list(facts)}") for name in wanted}


@pytest.mark.parametrize("endpoint", sorted(NEW))
def test_a_new_record_is_made_by_its_form_and_shown(
    endpoint: str,
    pages: dict[str, Any],
    records: Records,
    look: DeskSession,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
) -> None:
    username, fields = NEW[endpoint]
    known = {"TEAM": str(records.team), "KEY": f"id:{records.ids['keys']}"}
    client = sign_in(username)
    answer = post(client, f"{pages[endpoint].url}/new/", **{k: known.get(v, v) for k, v in fields.items()})
    assert answer.status_code == 302, reading.refused(answer.text)
    assert told(client.get(answer.headers["Location"]), SHOWN[endpoint]) == SHOWN[endpoint]


@pytest.mark.parametrize(
    ("endpoint", "fields", "shown"),
    [
        (
            "clocks",
            {"minutes": "25", "calendar": "always", "enabled": "1"},
            {"Minutes": "25", "Counts": "around the clock"},
        ),
        (
            "teams",
            {"name": "工程一队", "department": "engineering"},
            {"Name": "工程一队", "Department": "engineering"},
        ),
        (
            "units",
            {"code": "1-101A", "use": "shop", "fee_status": "owing"},
            {"Unit": "1-101A", "Use": "shop", "Fee status": "owing"},
        ),
        ("staff", {"name": "王小强", "language": "zh_Hans_CN"}, {"Full name": "王小强", "Language": "中文"}),
        ("estates", {"name": "云湖", "timezone": "Asia/Shanghai"}, {"Name": "云湖", "Time zone": "Asia/Shanghai"}),
        ("residents", {"name": "张巍", "vehicles": "川A12345"}, {"Full name": "张巍", "Vehicles": "川A12345"}),
        ("resident_contacts", {"value": "13600001111", "valid": "1"}, {"Phone": "13600001111"}),
        ("key_loans", {"purpose": "验房", "borrower_phone": "-"}, {"Purpose": "验房"}),
    ],
)
def test_a_record_is_amended_by_its_form(
    endpoint: str,
    fields: dict[str, str],
    shown: dict[str, str],
    pages: dict[str, Any],
    records: Records,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
) -> None:
    client = sign_in("manager")
    url = f"{pages[endpoint].url}/edit/?id={records.ids.get(endpoint, 1)}"
    version = reading.value_of(reading.page(client.get(url)), "version")
    answer = post(client, url, version=version, **fields)
    if (page := reading.page(answer.text)).css("input[name=foretold]"):
        fields |= {"foretold": reading.value_of(page, "foretold")}  # what moves with a clock is asked about first
        answer = post(client, url, version=version, **fields)
    assert answer.status_code == 302, reading.refused(answer.text)
    assert told(client.get(answer.headers["Location"]), shown) == shown


def test_a_figure_is_set_and_nonsense_is_not__SET_1(
    records: Records, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    client = sign_in("manager")
    setting = look.scalars(select(Setting).where(Setting.code == "enquiry-promise-minutes")).one()
    url, version = f"/admin/settings/edit/?id={setting.id}", str(setting.version)
    look.rollback()
    assert post(client, url, version=version, value="many").status_code == 400
    assert post(client, url, version=version, value='"many"').status_code == 400
    assert post(client, url, version=version, value="20").status_code == 302


def test_a_request_is_approved_and_its_key_lent__KEY_3(
    records: Records, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    clerk, supervisor = sign_in("clerk"), sign_in("supervisor")
    approval = records.ids["key_approvals"]
    step = f"/admin/key-approvals/step/approve/?id={approval}"
    assert post(clerk, step, version="1").status_code == 403
    assert post(supervisor, step, version="1").status_code == 302
    key = look.get_one(KeyApproval, approval).key_id
    look.rollback()
    board = "/admin/keys/board/"
    assert clerk.get("/admin/key-loans/new/").location == board
    assert clerk.get(f"/admin/key-loans/new/?key_id={key}").location == f"{board}?key={key}"
    assert clerk.get("/admin/key-loans/new/?approval_id=99999").status_code == 404
    there = clerk.get(f"/admin/key-loans/new/?approval_id={approval}").location
    assert there == f"{board}?key={key}&approval={approval}"
    form = reading.page(clerk.get(there))
    chosen = reading.one(form, "input[name=borrower][checked]").attributes["value"]
    assert chosen == f"approval-{approval}"
    sent = {"borrower": chosen, "identity_checked": "1", "signed": "1"}
    assert post(clerk, f"{board}lend/?key={key}", **sent).status_code == 302
    assert post(clerk, f"{board}lend/?key={key}", **sent, note="again").status_code in (400, 404, 409)


def test_keys_are_returned_in_bulk__KEY_4(
    records: Records, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    client, loan = sign_in("clerk"), records.ids["key_loans"]
    assert outcome_of(client, post, look, "/admin/key-loans/bulk/return/", loan) is BulkOutcome.DONE
    assert look.get_one(KeyLoan, loan).returned_at is not None


def test_the_audit_is_run_from_the_estates_and_noted_and_signed_off__AUD_3(
    records: Records,
    world: World,
    session: DeskSession,
    look: DeskSession,
    now: datetime.datetime,
    sign_in: Callable[..., FlaskClient],
    post: Callable[..., Any],
) -> None:
    late, team = session.get_one(Ticket, records.tickets[1]), session.get_one(Team, records.team)
    hours_ago = now - datetime.timedelta(hours=3)
    tickets.dispatch(Call(session, world.actor("clerk"), hours_ago), [late], team=team).one()
    session.commit()
    client = sign_in("supervisor")
    estate = records.ids["estates"]
    assert outcome_of(client, post, look, "/admin/estates/bulk/run_audit/", estate) is BulkOutcome.DONE
    run = look.scalars(select(AuditRun.id)).one()
    look.rollback()
    url = f"/admin/audits/details/?id={run}"
    refused = post(client, f"/admin/audits/step/sign_off/?id={run}")
    assert refused.status_code == 409
    assert "AUD-3" in refused.text
    overdue = [reading.typed(box) for box in reading.page(client.get(url)).css("input[name=line]")]
    assert post(client, f"/admin/audits/note/?id={run}", note="明日处理").status_code == 400
    assert post(client, f"/admin/audits/note/?id={run}", note="   ", line=overdue).status_code == 400
    assert post(client, f"/admin/audits/note/?id={run}", note="明日处理", line=overdue).status_code == 302
    assert "明日处理" in client.get(url).text
    assert post(client, f"/admin/audits/step/sign_off/?id={run}").status_code == 302
    assert post(client, "/admin/audits/run/").status_code == 302
    assert "signed off" in client.get("/admin/audits/").text
    assert client.get(f"/admin/audits/print/?id={run}").status_code == 200


def outcome_of(client: FlaskClient, post: Callable[..., Any], look: DeskSession, url: str, row: int) -> BulkOutcome:
    """Do a bulk verb to one row, by its pages."""
    key = reading.value_of(reading.page(post(client, url, row=str(row))), "key")
    answer = post(client, url, row=str(row), stage="preview", key=key)
    run = reading.asked(answer.headers["Location"])["id"]
    assert post(client, "/admin/bulk-runs/run/", id=run).status_code == 302
    look.rollback()
    return look.scalars(select(BulkItem).where(BulkItem.run_id == int(run))).one().outcome


def test_what_somebody_has_in_two_estates_goes_to_a_colleague_in_each__INT_1(
    world: World, session: DeskSession, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    clerk, there = world.person("clerk"), world.person("stranger")
    for role in (Role.CLERK, Role.ADMIN):
        person = clerk if role is Role.CLERK else world.person("admin")
        session.add(StaffAssignment(estate_id=world.other.id, staff_id=person.id, role=role))
    for estate in (world.estate, world.other):
        draft = tickets.TicketDraft(estate.id, "灯坏了", place="gate", reporter_name="何", another_matter=True)
        session.commit()
        tickets.register(Call(session, actor_for(session, clerk), NOW), [draft]).one()
    session.commit()
    admin, disable = sign_in("admin"), f"/admin/staff/step/disable/?id={clerk.id}"
    takers = {"hand_over_to": f"id:{world.person('clerk2').id}", "or_else_to": there.username}
    assert post(admin, disable, reason="left", **takers).status_code == 302
    owners = look.scalars(select(Ticket.desk_owner_id).order_by(Ticket.id)).all()
    assert owners == [world.person("clerk2").id, there.id]


def test_roles_are_given_and_ended_by_an_administrator(
    records: Records, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    admin, manager = sign_in("admin"), sign_in("manager")
    person = look.scalars(select(Staff.id).where(Staff.username == "clerk2")).one()
    look.rollback()
    give = f"/admin/staff/step/grant_role/?id={person}"
    assert post(manager, give, role="supervisor").status_code == 403
    assert post(admin, give, role="technician").status_code == 409
    assert post(admin, give, role="supervisor").status_code == 302
    held = select(StaffAssignment).where(StaffAssignment.staff_id == person, StaffAssignment.role == Role.SUPERVISOR)
    row = look.scalars(held).one()
    assert row.ended_at is None
    assignment = row.id
    look.rollback()
    record, end = f"/admin/staff/details/?id={person}", f"/admin/staff/step/end_role/?id={person}"
    assert reading.facts(page(admin.get(record)))["Roles"] == "clerk, supervisor"
    assert post(admin, end, assignment="99999").status_code == 400
    assert post(admin, end, assignment=str(assignment)).status_code == 302
    look.rollback()
    assert look.scalars(held).one().ended_at is not None
    assert reading.facts(page(admin.get(record)))["Roles"] == "clerk"


def test_who_leaves_hands_over_what_is_theirs_on_the_same_page__INT_1(
    records: Records, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    admin = sign_in("admin")
    people = {row.username: row.id for row in look.execute(select(Staff.id, Staff.username))}
    owned = select(func.count()).where(Ticket.desk_owner_id == people["clerk"], IS_OPEN)
    before = look.scalar(owned)
    look.rollback()
    disable = f"/admin/staff/step/disable/?id={people['clerk']}"
    held = [list(columns(row).values())[:3] for row in rows(page(admin.get(disable)))]
    assert ["云湖花园", "tickets as desk owner", str(before)] in held
    refused = post(admin, disable, reason="left")
    assert refused.status_code == 409
    assert "Name the colleague who takes it over" in refused.text
    assert post(admin, disable, reason="left", hand_over_to=f"id:{people['clerk2']}").status_code == 302
    assert before
    assert look.scalar(owned) == 0
    assert look.scalars(select(Staff.disabled_at).where(Staff.id == people["clerk"])).one() is not None


def test_a_stay_ends_with_its_last_day__RES_1(
    records: Records, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    client, stay = sign_in("clerk"), records.ids["occupancies"]
    assert (
        post(client, f"/admin/occupancies/step/end/?id={stay}", version="1", until_on="1999-01-01").status_code == 409
    )
    assert post(client, f"/admin/occupancies/step/end/?id={stay}", version="1").status_code == 302
    assert look.get_one(Occupancy, stay).until_on is not None
