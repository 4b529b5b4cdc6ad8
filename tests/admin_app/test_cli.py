"""The command line: what works on both kinds of database, and the one line where something does not."""

import json
import socket
import threading

import click
import pytest
from sqlalchemy import make_url, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from admin_app import cli, database
from admin_app.commands import demo
from admin_app.config import ENVIRONMENT, Config, ConfigurationError
from models import Clock, Estate, passwords
from models.call import Call
from models.events import Event
from models.finding import search_condition
from models.mark import DatabaseUse
from models.operations import residents
from models.personal import keyring_of
from models.residents import Resident
from models.roles import Role
from models.said import said
from models.session import DeskSession, open_engine
from models.staff import Staff, actor_for
from models.without_event import rows_without_event
from tests.fixed import DATA_KEY, NOW, SECRET_KEY
from tests.marks import first_sqlite, only_postgresql, only_sqlite
from tests.operations.walks import new_ticket


def commands(group=cli.frontdesk, path=()):
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_command_explains_itself(run, path):
    code, out, err = run(*path, "--help")
    assert code == 0
    assert out.startswith("Usage: frontdesk")
    assert err == ""


def test_what_is_not_built_is_not_in_the_help(run):
    _, out, _ = run("--help")
    assert {name for (name, *rest) in commands() if not rest} <= set(out.split())
    assert "\n  clean " not in out.split("Commands:")[1]


@pytest.mark.parametrize(
    "arguments",
    [("nothing",), ("db", "nothing"), ("db", "check", "--nothing"), ("db", "backup"), ("serve", "--workers", "x")],
)
def test_a_misused_command_says_where_to_look(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (cli.MISUSED, "")
    assert err.count("\n") == 1
    assert "--help" in err


def test_upgrade_makes_a_database_that_everything_accepts(empty_url, environment, run):
    environment(empty_url)
    assert run("db", "upgrade")[0] == 0
    assert run("db", "upgrade")[0] == 0, "and again"
    assert run("db", "check")[0] == 0
    code, out, err = run("verify", "--json")
    assert (code, json.loads(out), err) == (0, {"ok": True, "problems": [], "without_event": [], "of_others": []}, "")


def test_upgrade_has_names_found_that_an_earlier_version_read_otherwise__RES_1(run_here, world, session):
    drafts = [residents.ResidentDraft(estate_id=world.estate.id, name=name) for name in ("張偉", "王剛", "王刚")]
    rows = residents.register(Call(session, world.actor("clerk"), NOW), drafts).done
    for row, earlier in zip(rows, ("zhangwei zw", "wanggang wg", "wanggang"), strict=True):
        session.execute(update(Resident).where(Resident.id == row.id).values(name_pinyin=earlier))
    session.commit()
    for _twice in range(2):
        assert run_here("db", "upgrade")[0] == 0
        session.rollback()
        condition = search_condition(Resident, "王刚", session.keyring)
        assert condition is not None
        assert set(session.scalars(select(Resident.id).where(condition))) == {rows[1].id, rows[2].id}
        query = select(Resident.version).where(Resident.id.in_([row.id for row in rows])).order_by(Resident.id)
        assert session.scalars(query).all() == [2, 2, 1]
    ours = tuple(f"residents {row.id}:" for row in rows)
    assert [line for line in rows_without_event(session) if line.startswith(ours)] == [f"{ours[2]} name_pinyin"]


def test_upgrade_makes_the_system_account_with_its_event(empty_url, environment, run, keyring):
    environment(empty_url)
    run("db", "upgrade")
    engine = open_engine(empty_url)
    with DeskSession(engine, keyring=keyring) as session:
        system = session.scalars(select(Staff)).one()
        event = session.scalars(select(Event)).one()
        assert (system.username, system.password_hash) == ("system", None)
        assert (event.actor_id, event.verb, event.record_id) == (system.id, "register", system.id)
    engine.dispose()


def test_each_kind_of_program_refuses_the_others_database(database_url, environment, fails):
    environment(database_url, use="demo")
    only_made = ("demo", "--no-serve")
    for arguments in (("db", "check"), ("db", "upgrade"), ("verify",), only_made, (*only_made, "--reset")):
        assert "production database" in fails(*arguments)


@only_postgresql
def test_two_demos_of_one_server_wait_for_each_other_there_and_not_in_a_folder(database_url, environment, run, engine):
    """A demo that is served from this checkout meanwhile is another one."""
    environment(database_url, use="demo")
    codes = []
    second = threading.Thread(target=lambda: codes.append(run("demo", "--no-serve")[0]))
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as first:
        first.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": demo.LOCK})
        second.start()
        while second.is_alive() and not first.scalar(text(waiting)):
            pass
        assert codes == []
        first.execute(text("SELECT pg_advisory_unlock_all()"))
    second.join()
    assert codes == [1], "which is the refusal of a production database"


def test_another_data_key_is_refused(database_url, environment, fails):
    environment(database_url, data_key="another key, as long as it needs to be")
    for arguments in (("db", "check"), ("db", "upgrade"), ("verify",), ("serve", "--bind", "unix:nowhere")):
        assert "another data key" in fails(*arguments)


def test_a_newer_database_is_left_alone(database_url, environment, fails, engine):
    with engine.begin() as connection:
        connection.execute(text("UPDATE frontdesk_version SET version_num = '9999'"))
    environment(database_url)
    for arguments in (("db", "check"), ("db", "upgrade"), ("verify",)):
        assert "update the program" in fails(*arguments)


def test_a_database_without_tables_says_what_to_run(empty_url, environment, fails):
    environment(empty_url)
    assert "frontdesk db upgrade" in fails("db", "check")


def test_a_table_of_another_program_that_has_one_of_our_names_is_left_alone(empty_url, environment, fails):
    engine = open_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE tickets (id INTEGER)"))
    engine.dispose()
    environment(empty_url)
    assert "table tickets" in fails("db", "upgrade")
    assert "no tables of Front Desk" in fails("db", "check")


@pytest.fixture
def port_of_nobody():
    """A port that is taken and answers nobody."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.mark.parametrize("arguments", [("db", "upgrade"), ("db", "check"), ("serve",), ("verify", "--json")])
def test_a_server_that_is_not_there_is_one_line_without_the_password(environment, fails, arguments, port_of_nobody):
    environment(f"postgresql://me:hidden@127.0.0.1:{port_of_nobody}/name")
    said = fails(*arguments, *(("--bind", "unix:nowhere") if arguments == ("serve",) else ()))
    assert "cannot reach" in said
    assert "hidden" not in said


@pytest.mark.parametrize("code", ["08006", "53100", "40P01", "XX000"])
@only_postgresql
def test_what_a_server_refuses_is_said_without_the_row(database_url, environment, fails, engine, world, code):
    with engine.begin() as connection:
        raised = f"RAISE EXCEPTION USING MESSAGE = NEW::text, ERRCODE = '{code}'"
        connection.exec_driver_sql(f"CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {raised}; END$$")
        connection.exec_driver_sql("CREATE TRIGGER no BEFORE INSERT ON staff FOR EACH ROW EXECUTE FUNCTION no()")
    environment(database_url)
    added = fails(
        "staff", "add", "nemo", "--name", "Nemo", "--estate", world.estate.code, "--role", "clerk", "--generate"
    )
    assert code in added
    assert "nemo" not in added.casefold()


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path, environment, fails):
    (tmp_path / "file").write_text("")
    environment(f"sqlite:///{tmp_path}/file/desk.db")
    assert "cannot make the folder" in fails("db", "upgrade")


def test_a_file_that_is_no_database_is_one_line(tmp_path, environment, fails):
    (tmp_path / "desk.db").write_bytes(b"not a database, but long enough to look at" * 100)
    environment(f"sqlite:///{tmp_path}/desk.db")
    assert "cannot open" in fails("db", "upgrade")
    assert "cannot open" in fails("db", "check")


@only_sqlite
def test_a_port_in_use_is_one_line(database_url, environment, fails):
    environment(database_url)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert "choose another port" in fails("serve", "--bind", f"127.0.0.1:{port}")
        environment(database_url, use="demo")
        assert "choose another port" in fails("demo", "--port", str(port))


@pytest.mark.parametrize("bind", ["nowhere", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:99999"])
@only_sqlite
def test_an_address_that_is_none_is_one_line(database_url, environment, fails, bind):
    environment(database_url)
    assert "is not an address to serve on" in fails("serve", "--bind", bind)


def test_the_demo_is_refused_in_production(environment, fails, tmp_path):
    environment(f"sqlite:///{tmp_path}/desk.db")
    assert ENVIRONMENT in fails("demo")


def person(session, username):
    return session.scalars(select(Staff).where(Staff.username == username)).one()


@first_sqlite
def test_an_account_is_added_with_its_role_and_events(database_url, environment, run, session, world):
    environment(database_url)
    session.commit()
    command = ["staff", "add", "Wang.Fang", "--name", "王芳", "--generate", "--estate", "YH"]
    code, out, err = run(*command, "--role", "technician", "--team", world.teams["engineering"].name)
    assert (code, err) == (0, "")
    added = person(session, "wang.fang")
    assert added.must_change_password
    assert passwords.matches(added.password_hash, out.split()[-1])
    events = session.scalars(select(Event).where(Event.record_id == added.id, Event.register == "staff")).all()
    assert [event.verb for event in events] == ["register", "grant_role"]
    assert {event.source for event in events} == {"cli"}
    session.commit()
    assert run("verify")[0] == 0


@first_sqlite
def test_the_first_account_of_a_new_database_opens_its_estate(database_url, environment, run, session):
    environment(database_url)
    command = ["staff", "add", "wang", "--name", "王芳", "--role", "admin", "--generate"]
    assert run(*command, "--open-estate", "云湖花园")[0] != 0
    code, _, err = run(*command, "--estate", "YH", "--open-estate", "云湖花园")
    assert (code, err) == (0, "")
    estate = session.scalars(select(Estate)).one()
    assert (estate.code, estate.name) == ("YH", "云湖花园")
    assert session.scalars(select(Clock)).all()
    assert actor_for(session, person(session, "wang")).roles_in(estate.id) == {Role.ADMIN}
    session.commit()
    assert run("verify")[0] == 0


def test_who_does_it_can_be_said(database_url, environment, run, session, world):
    environment(database_url)
    session.commit()
    assert run("staff", "disable", "clerk", "--as", "admin", "--reason", "left")[0] == 0
    event = session.scalars(select(Event).where(Event.verb == "disable")).one()
    assert (event.actor_id, said(event, keyring_of(session)).reason) == (world.staff["admin"].id, "left")


def test_who_is_disabled_hands_over_to_a_named_colleague__INT_1(database_url, environment, run, session, world, now):
    environment(database_url)
    ticket = new_ticket(world, now)
    session.commit()
    code, out, err = run("staff", "disable", "clerk")
    assert (code, out) == (1, "")
    assert "INT-1: 陈思 still answers for this: 云湖花园, tickets as desk owner: 1." in err
    assert "INT-1" in run("staff", "disable", "clerk", "--hand-over-to", "stranger")[2]
    code, out, err = run("staff", "disable", "clerk", "--hand-over-to", "technician", "--hand-over-to", "clerk2")
    assert (code, err) == (0, "")
    assert out.splitlines() == ["Handed over: 云湖花园, tickets as desk owner: 1", "clerk is disabled."]
    session.refresh(ticket)
    assert ticket.desk_owner_id == world.staff["clerk2"].id


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("staff", "add", "clerk", "--name", "x", "--generate"), "already an account"),
        (("staff", "add", "a b", "--name", "x", "--generate"), "A user name has"),
        (("staff", "add", "new", "--name", "x", "--generate", "--estate", "YH"), "belong together"),
        (("staff", "add", "new", "--name", "x", "--generate", "--estate", "NO", "--role", "clerk"), "no estate"),
        (("staff", "add", "new", "--name", "x", "--generate", "--estate", "YH", "--role", "lead"), "DSP-11"),
        (("staff", "disable", "nobody"), "no account"),
        (("staff", "disable", "system"), "can be disabled"),
        (("staff", "disable", "clerk", "--as", "technician"), "ROLE"),
        (("staff", "disable", "clerk", "--as", "nobody"), "no account"),
        (("staff", "reset-password", "system", "--generate"), "Nobody signs in"),
    ],
)
@only_sqlite
def test_accounts_are_refused_in_one_line(database_url, environment, fails, session, world, arguments, said):
    environment(database_url)
    session.commit()
    assert said in fails(*arguments)
    assert session.scalar(text("SELECT count(*) FROM staff WHERE username = 'new'")) == 0


@only_sqlite
def test_a_password_comes_from_standard_input(
    database_url, environment, run, fails, session, world, monkeypatch, tmp_path
):
    environment(database_url)
    session.commit()
    given = tmp_path / "password"
    given.write_text("short\n")
    with given.open() as file:
        monkeypatch.setattr("sys.stdin", file)
        assert "at least 10 characters" in fails("staff", "reset-password", "clerk")
    given.write_text("long enough to be one\n")
    with given.open() as file:
        monkeypatch.setattr("sys.stdin", file)
        assert run("staff", "reset-password", "clerk")[0] == 0
    session.expire_all()
    assert passwords.matches(person(session, "clerk").password_hash, "long enough to be one")


def test_two_upgrades_at_once_queue(empty_url, keyring):
    config = Config(DatabaseUse.PRODUCTION, make_url(empty_url), secret_key=SECRET_KEY, data_key=DATA_KEY)
    failed = []

    def upgrade():
        try:
            database.upgrade(config, now=NOW).engine.dispose()
        except (SQLAlchemyError, ConfigurationError) as error:
            failed.append(error)

    threads = [threading.Thread(target=upgrade) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
