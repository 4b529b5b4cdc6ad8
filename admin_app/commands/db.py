"""``frontdesk db``: tables up to date, sound, copied away and brought back."""

import json
from pathlib import Path

import click
from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql

from admin_app import clock, copies, database
from admin_app.commands import official_calendar
from admin_app.config import Config, ConfigurationError
from models import migrations, search
from models.estates import Estate
from models.migrations import authoring, roles, soundness
from models.session import reading

FILE = click.Path(path_type=Path, dir_okay=False)


@click.group("db")
def command() -> None:
    """Make, check, copy and restore the database."""


@command.command()
def upgrade() -> None:
    """Make the database, or bring its tables and its official calendar to this version of the program."""
    config = Config.from_environment()
    now = clock.now()
    with database.upgrade(config, now=now, as_owner=True, progress=_say_index) as opened, opened.writing() as session:
        said = official_calendar.provide(session, session.scalars(select(Estate).order_by(Estate.code)).all(), now=now)
    click.echo(f"The database is at revision {migrations.head()}.")
    if said:
        click.echo(said)


def _say_index(table: str) -> None:
    click.echo(f"making the search index anew: {table}", err=True)


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check(as_json: bool) -> int:
    """Compare the tables with this version of the program; exit code 1 when they differ or are damaged.

    What belongs to other programs and hurts nothing is listed as "of others".
    """
    with database.open_ready(Config.from_environment()) as opened:
        problems, others = structure_problems(opened), things_of_others(opened)
    if as_json:
        answer = {"ok": not problems, "revision": migrations.head(), "problems": problems, "of_others": others}
        click.echo(json.dumps(answer, ensure_ascii=False))
        return 1 if problems else 0
    for line in (*problems, *(f"of others: {thing}" for thing in others)):
        click.echo(line)
    if problems:
        return 1
    click.echo(f"The database is at revision {migrations.head()}, as it should be.")
    return 0


def structure_problems(opened: database.Database) -> list[str]:
    """What differs from the tables and guards of this version, and what is damaged, a line each."""
    with reading(opened.engine).connect() as connection:
        return soundness.problems(connection)


def things_of_others(opened: database.Database) -> list[str]:
    """Tables, views, columns, indexes and triggers of other programs that hurt nothing."""
    with reading(opened.engine).connect() as connection:
        found = soundness.of_others(connection)
        return [str(thing) for thing in found if not soundness.hurts(connection, thing)]


@command.command()
@click.argument("message", required=False)
@click.option("--hashes", is_flag=True, help="Only note the hashes again, after statements were written by hand.")
def revision(message: str | None, hashes: bool) -> None:
    """For developers: write the next migration, which brings about what was changed in models/.

    MESSAGE says in a sentence what becomes possible. Both kinds of database get their statements, and these their hash.
    """
    if hashes:
        authoring.note_hashes()
        return
    if not message:
        raise click.UsageError("Say in a sentence what becomes possible.")
    try:
        files = authoring.write(message)
    except authoring.NothingToWrite as nothing:
        raise click.ClickException(str(nothing)) from nothing
    for file in files:
        click.echo(file)


@command.command()
def reindex() -> None:
    """Make the search indexes anew from the records: only after somebody changed rows with triggers off."""
    with database.open_ready(Config.from_environment()) as opened, opened.engine.begin() as connection:
        search.rebuild(connection, progress=_say_index)
    click.echo("The search indexes were made anew.")


@command.command()
@click.argument("file", type=FILE)
@click.option("--force", is_flag=True, help="Overwrite FILE.")
def backup(file: Path, force: bool) -> None:
    """Copy the database into FILE while it is in use; FILE is whole or not there."""
    with database.open_ready(Config.from_environment()) as opened:
        copies.backup(opened, file, force=force)
    click.echo(f"{file}: {file.stat().st_size:,} bytes")


@command.command()
@click.argument("file", type=FILE)
@click.option("--force", is_flag=True, help="Replace what the database holds now.")
@click.option("--dry-run", is_flag=True, help="Only say what would be lost by it.")
def restore(file: Path, force: bool, dry_run: bool) -> None:
    """Bring the database back to what FILE holds, all of it or nothing; say what is lost by that.

    People may go on working: who saves or, on a server, looks at a page meanwhile waits or is told to try again.
    """
    config = Config.from_environment()
    losses, refused = copies.restore(config, file, force=force, dry_run=dry_run)
    lost = "; ".join(losses)
    if dry_run:
        click.echo(f"Nothing was changed. With what {file} holds there would be lost: {lost or 'nothing'}.")
        if refused:
            click.echo(f"--force would be refused; of another program: {refused}.")
        return
    with database.open_ready(config) as opened, reading(opened.engine).connect() as connection:
        left = ", ".join(map(str, soundness.of_others(connection)))
    click.echo(f"The database holds what {file} held.{f' Left as it was, of other programs: {left}.' if left else ''}")
    if lost:
        click.echo(f"Lost by it: {lost}.")


@command.command("roles")
@click.option("--owner", default=roles.OWNER, show_default=True, help="Who makes and upgrades the tables.")
@click.option("--panel", default=roles.PANEL, show_default=True, help="Whom the panel signs in as.")
@click.option("--reports", default=roles.REPORTS, show_default=True, help="Who only reads.")
@click.option("--neighbour", default=roles.NEIGHBOUR, show_default=True, help="Another program.")
@click.option(
    "--writes", multiple=True, default=("visitor_passes",), show_default=True, help="A register it may write."
)
def print_roles(owner: str, panel: str, reports: str, neighbour: str, writes: tuple[str, ...]) -> None:
    """Print the GRANTs for each kind of user of a PostgreSQL server; run them as the owner, after each upgrade."""
    config = Config.from_environment()
    if config.database_file is not None:
        raise ConfigurationError("SQLite knows no users: whoever may write the file may do everything in it.")
    if unknown := sorted(set(writes) - set(roles.writable())):
        raise ConfigurationError(f"other programs cannot write {unknown[0]}; choose of {', '.join(roles.writable())}.")
    people = {
        "owner": _quoted(owner),
        "panel": _quoted(panel),
        "reports": _quoted(reports),
        "neighbour": _quoted(neighbour),
    }
    for statement in roles.statements(*_places(config), writes=writes, **people):
        click.echo(statement)


def _places(config: Config) -> tuple[str, str]:
    """Schema and database, quoted. No table is read: before its GRANTs nobody but the owner may do that."""
    if config.database_schema is not None and config.database_url.database is not None:
        return _quoted(config.database_schema), _quoted(config.database_url.database)
    with (
        database.connect(config, as_owner=True) as opened,
        reading(opened.engine).connect() as connection,
    ):
        schema, name = connection.execute(text("SELECT current_schema(), current_database()")).one()
        return _quoted(schema), _quoted(name)


def _quoted(name: str) -> str:
    preparer = postgresql.dialect().identifier_preparer  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    return str(preparer.quote(name))
