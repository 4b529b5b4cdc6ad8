"""``frontdesk audit``: the daily audit, for timers and for people who read its lists elsewhere."""

import datetime
import json
from collections.abc import Sequence
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_app import clock, database
from admin_app.commands import official_calendar
from admin_app.config import Config, ConfigurationError
from models.audits import finding_kinds
from models.call import Call
from models.errors import Outcome
from models.estates import Estate
from models.operations import audits
from models.operations.staff import active_person
from models.policy import visible
from models.staff import Actor, actor_for

REFUSED = 1


@click.command("audit")
@click.option("--estate", "estate_code", metavar="CODE", help="This estate only; else every one.")
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Show the stored audit of a past day; else today's is run, by each estate's own date.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@click.option("--as", "username", metavar="NAME", help="Who does it; else the system account.")
@click.option("--dry-run", is_flag=True, help="Say what would be found; change nothing.")
def command(
    estate_code: str | None, day: datetime.datetime | None, as_json: bool, username: str | None, dry_run: bool
) -> int:
    """Take stock of everything that is not closed (AUD-1).

    Official holidays that the program has learnt since are added first (SET-2), and said on standard error.
    The same day's audit can be run again until it is signed off; only what differs is written. Each estate stands
    for itself: one that is refused is named on standard error, and the exit code is 1.
    """
    with database.open_ready(Config.from_environment()) as opened, opened.writing() as session:
        actor = actor_for(session, active_person(session, username or "system"), source="cli")
        estates = _estates(session, actor, estate_code)
        now = clock.now()
        if day is None and not dry_run and (said := official_calendar.provide(session, estates, now=now)):
            click.echo(said, err=True)
        outcome = audits.run(Call(session, actor, now), estates, day=day.date() if day else None)
        if not outcome.done:
            outcome.all()
        found = audits.document(session, outcome.done)
        if dry_run:
            session.rollback()
        else:
            session.commit()
        _print(found, as_json=as_json, dry_run=dry_run)
        return _say_refused(outcome)


def _estates(session: Session, actor: Actor, code: str | None) -> Sequence[Estate]:
    mine = select(Estate).where(visible(actor, Estate)).order_by(Estate.code)
    everywhere = session.scalars(mine).all()
    chosen = [estate for estate in everywhere if code in (None, estate.code)]
    if not chosen and code is not None:
        codes = ", ".join(estate.code for estate in everywhere)
        raise ConfigurationError(f"there is no estate {code}; there are: {codes or 'none'}.")
    if not chosen:
        raise ConfigurationError("there is no estate to audit.")
    return chosen


def _print(found: dict[str, Any], *, as_json: bool, dry_run: bool) -> None:
    if dry_run:
        click.echo("Nothing was changed (dry run).", err=True)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, sort_keys=True))
        return
    for audit in found["audits"]:
        click.echo(f"{audit['estate']} {audit['date']}: {len(audit['findings'])} findings")
        for kind in finding_kinds().values():
            click.echo(f"  {kind.label}: {audit['counts'].get(kind.value, 0)}")


def _say_refused(outcome: Outcome) -> int:
    for estate, refusal in outcome.refused:
        click.echo(f"frontdesk: {estate.code}: {refusal}", err=True)
    return REFUSED if outcome.refused else 0
