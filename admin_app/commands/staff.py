"""``frontdesk staff``: accounts from the command line, where nobody can sign in yet or anymore."""

import datetime
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import select

from admin_app import clock, database
from admin_app.config import Config, ConfigurationError
from models import passwords
from models.call import Call
from models.estates import Estate
from models.operations import estates, staff as verbs
from models.operations.staff import Leaving
from models.roles import Role
from models.session import DeskSession
from models.staff import Actor, Staff, Team, actor_for, system_actor

GRANTED = [role.value for role in Role if role is not Role.SYSTEM]

as_option = click.option("--as", "as_name", metavar="NAME", help="Act as this person; else as the system.")
generate_option = click.option("--generate", is_flag=True, help="Make a password and print it once.")


@click.group("staff")
def command() -> None:
    """Add accounts, reset passwords, disable accounts."""


@contextmanager
def _desk(as_name: str | None) -> Iterator[tuple[DeskSession, Actor, datetime.datetime]]:
    """A session that is committed at the end, and who acts in it."""
    with database.open_ready(Config.from_environment()) as opened, opened.writing() as session:
        actor = system_actor(session, source="cli")
        if as_name is not None:
            actor = actor_for(session, verbs.active_person(session, as_name), source="cli")
        yield session, actor, clock.now()
        session.commit()


def _person(session: DeskSession, username: str) -> Staff:
    person = session.scalar(select(Staff).where(Staff.username == verbs.normal_username(username)))
    if person is None:
        raise ConfigurationError(f"there is no account {username!r}.")
    return person


def _password(username: str, *, generate: bool) -> str:
    """A new password: made up, asked for at a terminal, or the first line of standard input."""
    if generate:
        return secrets.token_urlsafe(12)
    if sys.stdin.isatty():
        password = str(click.prompt("New password", hide_input=True, confirmation_prompt=True, err=True))
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if refusal := passwords.weakness(password, username):
        raise refusal
    return password


@command.command()
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--estate", "estate_code", metavar="CODE", help="Where the person works.")
@click.option("--open-estate", "estate_name", metavar="NAME", help="Open the estate CODE first, under this name.")
@click.option("--role", type=click.Choice(GRANTED), help="As what the person works there.")
@click.option("--team", "team_name", metavar="NAME", help="In which team; technicians and leads need one.")
@generate_option
@as_option
def add(
    username: str,
    name: str,
    estate_code: str | None,
    estate_name: str | None,
    role: str | None,
    team_name: str | None,
    generate: bool,
    as_name: str | None,
) -> None:
    """Make an account for USERNAME; its password must be changed at the first sign-in.

    The first account of a new database opens its estate too: --estate CODE --open-estate NAME --role admin.
    """
    if estate_name is not None and estate_code is None:
        raise click.UsageError("--open-estate needs --estate CODE.")
    if (estate_code is None) is not (role is None) or (team_name is not None and estate_code is None):
        raise click.UsageError("--estate and --role belong together, --team goes with them.")
    password = _password(username, generate=generate)
    password_hash = passwords.hashed(password)  # before the transaction: it is slow on purpose
    with _desk(as_name) as (session, actor, now):
        if estate_code is not None and estate_name is not None:
            estates.register(Call(session, actor, now), [estates.EstateDraft(estate_code, estate_name)]).one()
        estate = _estate(session, estate_code) if estate_code is not None else None
        draft = verbs.StaffDraft(
            username, name, password_hash=password_hash, estate_id=estate.id if estate is not None else None
        )
        person = verbs.register(Call(session, actor, now), [draft]).one()
        if estate is not None and role is not None:
            team = _team(session, estate, team_name) if team_name is not None else None
            verbs.grant_role(Call(session, actor, now), [person], estate=estate, role=Role(role), team=team).one()
    click.echo(f"Added {verbs.normal_username(username)}.")
    if generate:
        click.echo(f"Password, shown only now: {password}")


def _estate(session: DeskSession, code: str) -> Estate:
    estate = session.scalar(select(Estate).where(Estate.code == code))
    if estate is None:
        raise ConfigurationError(f"there is no estate {code!r}; open it: --open-estate NAME.")
    return estate


def _team(session: DeskSession, estate: Estate, name: str) -> Team:
    team = session.scalar(select(Team).where(Team.estate_id == estate.id, Team.name == name))
    if team is None:
        raise ConfigurationError(f"there is no team {name!r} in estate {estate.code}.")
    return team


@command.command("reset-password")
@click.argument("username")
@generate_option
@as_option
def reset_password(username: str, generate: bool, as_name: str | None) -> None:
    """Give USERNAME a password that must be changed at the next sign-in; open sessions end."""
    password = _password(username, generate=generate)
    password_hash = passwords.hashed(password)
    with _desk(as_name) as (session, actor, now):
        person = _person(session, username)
        verbs.reset_password(Call(session, actor, now), [person], password_hash=password_hash).one()
    click.echo(f"The password of {verbs.normal_username(username)} is reset.")
    if generate:
        click.echo(f"Password, shown only now: {password}")


@command.command()
@click.argument("username")
@click.option("--reason", help="Why, for the event log.")
@click.option(
    "--hand-over-to",
    "colleagues",
    metavar="NAME",
    multiple=True,
    help="Who takes over what USERNAME answers for; more than once: each record goes to the first who may have it.",
)
@as_option
def disable(username: str, reason: str | None, colleagues: tuple[str, ...], as_name: str | None) -> None:
    """Let USERNAME sign in no longer and end open sessions; what the person did stays.

    What the person answers for (matters, follow-ups, units, a team) is named, and goes to --hand-over-to.
    """
    with _desk(as_name) as (session, actor, now):
        person = _person(session, username)
        takers = [verbs.active_person(session, name) for name in colleagues]
        held = [str(each.phrase()) for each in Leaving(session, [person]).held(person.id)]
        verbs.disable(Call(session, actor, now, reason=reason or ""), [person], hand_over_to=takers).one()
    for line in held:
        click.echo(f"Handed over: {line}")
    click.echo(f"{verbs.normal_username(username)} is disabled.")
