"""``frontdesk verify``: is what the database holds still what the rules say, and is the event log whole?"""

import json
from collections.abc import Iterator

import click

from admin_app import database
from admin_app.commands.db import structure_problems, things_of_others
from admin_app.config import Config
from models.events import broken_seals
from models.invariants import broken_invariants
from models.unreadable import unreadable_values
from models.without_event import rows_without_event


@click.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(as_json: bool) -> int:
    """Check invariants, guards and the chain of events; exit code 1 when anything is broken.

    Rows that were changed past the verbs are listed as "without event", what belongs to other programs as "of others";
    neither is broken.
    """
    with database.open_ready(Config.from_environment()) as opened:
        problems = [{"kind": kind, "what": what} for kind, what in _problems(opened)]
        with opened.reading() as session:
            without_event = list(rows_without_event(session))
        others = things_of_others(opened)
    if as_json:
        answer = {"ok": not problems, "problems": problems, "without_event": without_event, "of_others": others}
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        for problem in problems:
            click.echo(f"{problem['kind']}: {problem['what']}")
        for row in without_event:
            click.echo(f"without event: {row}")
        for thing in others:
            click.echo(f"of others: {thing}")
        click.echo("Something is broken." if problems else "Nothing is broken.", err=bool(problems))
    return 1 if problems else 0


def _problems(opened: database.Database) -> Iterator[tuple[str, str]]:
    for problem in structure_problems(opened):
        yield "structure", problem
    with opened.reading() as session:
        for problem in broken_invariants(session):
            yield "invariant", problem
        for problem in unreadable_values(session):
            yield "value", problem
        for chain, event_id, what in broken_seals(session):
            where = f"event {event_id}" if event_id else "its end"
            yield "events", f"chain {chain}, {where}: {what}"
