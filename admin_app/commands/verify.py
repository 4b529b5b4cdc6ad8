"""``frontdesk verify``: is what the database holds still what the rules say, and is the event log whole?"""

import json

import click

from admin_app import database
from admin_app.commands.db import structure_problems
from admin_app.config import Config
from models.events import broken_seals
from models.invariants import broken_invariants


@click.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(as_json: bool) -> int:
    """Check invariants, guards and the chain of events; exit code 1 when anything is broken."""
    opened = database.open_ready(Config.from_environment())
    problems = [{"kind": "structure", "what": problem} for problem in structure_problems(opened)]
    with opened.reading() as session:
        problems += [{"kind": "invariant", "what": what} for what in broken_invariants(session)]
        for chain, event_id, what in broken_seals(session):
            where = f"event {event_id}" if event_id else "end"
            problems.append({"kind": "events", "what": f"chain {chain}, {where}: {what}"})
    opened.engine.dispose()
    if as_json:
        click.echo(json.dumps({"ok": not problems, "problems": problems}, ensure_ascii=False))
    else:
        for problem in problems:
            click.echo(f"{problem['kind']}: {problem['what']}")
        click.echo("Something is broken." if problems else "Nothing is broken.", err=bool(problems))
    return 1 if problems else 0
