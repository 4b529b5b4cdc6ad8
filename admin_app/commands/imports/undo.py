"""``frontdesk import undo``: an import is taken back as a whole, as the panel does it."""

import json

import click
from sqlalchemy import select

from admin_app import clock, database
from admin_app.config import Config, ConfigurationError
from models.call import Call
from models.imports import ImportRun
from models.operations.imports import counts_undone, undo_chunk
from models.operations.staff import active_person
from models.staff import actor_for


@click.command("undo")
@click.argument("run_id", type=click.IntRange(1, 2**31 - 1), metavar="RUN")
@click.option("--as", "username", metavar="NAME", help="Who does it; else the system account.")
@click.option("--dry-run", is_flag=True, help="Say how much would go, and what would stay; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def undo(run_id: int, username: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Take back what the import RUN brought, from here or from the panel, whose list says its number.

    A record on which anything has followed stays, with the reason.
    """
    with database.open_ready(Config.from_environment()) as opened, opened.writing() as session:
        run = session.scalars(select(ImportRun).where(ImportRun.id == run_id)).one_or_none()
        if run is None:
            raise ConfigurationError(f"there is no import {run_id}.")
        actor = actor_for(session, active_person(session, username or "system"), source="import")
        left, before, undone_before = [], None, counts_undone(session, run)
        while True:
            step = undo_chunk(Call(session, actor, clock.now()), run, before=before)
            if not dry_run:
                session.commit()
            before = step.next
            left += [{"record": name, "rule": refusal.rule, "reason": str(refusal)} for name, refusal in step.left]
            if before is None:
                break
        undone = counts_undone(session, run) - undone_before  # again, it takes back what has become free
        session.rollback()  # a dry run does it all, so that it knows what stays, and keeps nothing
    report = {"run": run_id, "undone": undone, "left": left, "dry_run": dry_run}
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False))
        return
    click.echo("Nothing was changed (dry run). It would be:" if dry_run else "Done:")
    click.echo(f"  records undone: {undone}")
    for item in left:
        click.echo(f"  stays: {item['record']}: {item['reason']}")
