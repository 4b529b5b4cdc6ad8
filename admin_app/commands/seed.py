"""``frontdesk seed``: an estate with as many tickets as asked for, to see how a full database behaves."""

import time

import click
from tqdm import tqdm

from admin_app import clock, database
from admin_app.config import DATABASE_URL, ENVIRONMENT, Config, ConfigurationError
from models.operations.estates import CODE


@click.command("seed")
@click.option("--size", type=click.IntRange(100, 10_000_000), required=True, help="How many tickets.")
@click.option("--seed", type=int, required=True, help="The same number gives the same data on the same day.")
@click.option("--estate", "code", default="SCALE", show_default=True, help="Code of the new estate.")
@click.option("--dry-run", is_flag=True, help="Say what would be made; change nothing.")
def command(size: int, seed: int, code: str, dry_run: bool) -> None:
    """Fill an estate of its own with made-up residents and three years of tickets.

    For demo databases only. A million tickets take some minutes and some gigabytes.
    """
    from seed.scale import Plan, fill_scale, refuse_present
    from seed.staff import PASSWORD

    if not CODE.fullmatch(code):
        raise click.UsageError("The code of an estate has 1 to 20 letters, digits, hyphens or underscores.")
    config = Config.from_environment()
    if not config.is_demo:
        raise ConfigurationError(
            f"made-up data is for demo databases only, never for production; set {ENVIRONMENT}=demo, and {DATABASE_URL}"
            " to a database of its own."
        )
    plan = Plan(size, seed, code, clock.now().replace(microsecond=0))
    with database.open_ready(config) as opened:
        with opened.reading() as session:
            refuse_present(session, code)
        if dry_run:
            click.echo(
                f"Would make estate {code} with {plan.people} residents and {size} tickets,"
                f" {plan.first_day} to {plan.last_day}."
            )
            return
        started = time.monotonic()
        with tqdm(unit=" rows", leave=False, desc=code) as bar:

            def show(done: int, total: int, what: str) -> None:
                bar.set_description(what, refresh=False)
                bar.total = total
                bar.update(done - bar.n)

            fill_scale(opened.writing, plan, show)
    passed = time.monotonic() - started
    click.echo(
        f"Estate {code}: {size} tickets and {plan.people} residents in {passed:.0f} s ({size / passed:.0f} tickets/s).",
        err=True,
    )
    click.echo(f"Sign in as {code.lower()}.clerk, {code.lower()}.manager or {code.lower()}.supervisor; {PASSWORD}.")
