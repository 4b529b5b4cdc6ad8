"""``frontdesk clock preview``: when a time limit would run out, by an estate's own calendar (SET-1, SET-2)."""

import datetime
import json

import click
from sqlalchemy import select

from admin_app import database
from admin_app.config import Config, ConfigurationError
from models.estates import Estate
from models.operations import settings

FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z"]


@click.group("clock")
def command() -> None:
    """Time limits, by an estate's own clocks and calendar."""


@command.command()
@click.argument("clock")
@click.option("--estate", "code", required=True, metavar="CODE", help="By the clocks and calendar of this estate.")
@click.option(
    "--start", required=True, type=click.DateTime(FORMATS), metavar="2026-02-13T17:40", help="By the estate's time."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def preview(clock: str, code: str, start: datetime.datetime, as_json: bool) -> None:
    """Say when CLOCK (slip-acknowledged, formal-record …), started then, runs out, and why."""
    with database.open_ready(Config.from_environment()) as opened, opened.reading() as session:
        estate = session.scalars(select(Estate).where(Estate.code == code)).one_or_none()
        if estate is None:
            raise ConfigurationError(f"there is no estate {code}.")
        found = {"estate": estate.code, **settings.preview_clock(session, estate.id, clock, start)}
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, sort_keys=True))
        return
    click.echo(found["due"])
    for day in found["because"]:
        hours = ", ".join("-".join(interval) for interval in day["hours"])
        click.echo("  " + " ".join(filter(None, (day["date"], day["name"], hours, f"{day['minutes']} min"))))
