"""``frontdesk export``: a register of one estate as a file, the same that its list gives."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask import Flask, g
from sqlalchemy import select

from admin_app import create_app
from admin_app.config import Config, ConfigurationError
from admin_app.copies import new_file
from models.estates import Estate
from models.operations.staff import active_person
from models.policy import may, permissions, visible
from models.staff import actor_for

REGISTERS = sorted(register for register, verbs in permissions().items() if "export" in verbs)
KINDS = (".csv", ".xlsx")


@click.command("export")
@click.argument("register", type=click.Choice(REGISTERS), metavar="REGISTER")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--estate", "estate_code", metavar="CODE", help="The estate; may be left out where there is one.")
@click.option("--as", "username", metavar="NAME", help="Who does it; else the system account.")
@click.option(
    "--language",
    type=click.Choice(["en", "zh_Hans_CN"]),
    default="en",
    show_default=True,
    help="Of the headings and of words such as “owner”.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def command(
    register: str, file: Path, estate_code: str | None, username: str | None, language: str, as_json: bool
) -> None:
    """Write all rows of REGISTER into FILE: .csv, or .xlsx with typed cells.

    Personal numbers are masked, as in every export. What `frontdesk import` takes it reads again without a change.
    """
    if file.suffix.lower() not in KINDS:
        raise click.UsageError(f"FILE ends with {' or '.join(KINDS)}, which says its kind.")
    app = create_app(Config.from_environment())
    try:
        with _reading(app, register, estate_code, username, language) as estate:
            rows = _write(app, register, file)
    finally:
        app.extensions["frontdesk_database"].close()
    if as_json:
        report = {"register": register, "estate": estate.code, "file": str(file), "rows": rows}
        click.echo(json.dumps(report, ensure_ascii=False))
    else:
        click.echo(f"{rows} rows of {register} of {estate.code} are in {file}.")


@contextmanager
def _reading(
    app: Flask, register: str, estate_code: str | None, username: str | None, language: str
) -> Iterator[Estate]:
    """A request that reads the estate, as the panel has it. Raises ConfigurationError for who may not export."""
    from views.request import context  # the web is not loaded for those who only ask for help

    with app.test_request_context("/", headers={"Accept-Language": language.replace("_", "-")}):
        g.language = language
        desk = context.session()
        actor = actor_for(desk, active_person(desk, username or "system"), source="cli")
        if not may(actor, "export", register):
            raise ConfigurationError(f"{username} may not export {register}.")
        g.actor, g.estates = (
            actor,
            desk.scalars(select(Estate).where(visible(actor, Estate)).order_by(Estate.code)).all(),
        )
        g.current_estate = _chosen(g.estates, estate_code)
        yield g.current_estate


def _chosen(estates: Sequence[Estate], code: str | None) -> Estate:
    found = [estate for estate in estates if code in (None, estate.code)]
    if len(found) == 1:
        return found[0]
    codes = ", ".join(estate.code for estate in estates) or "none"
    raise ConfigurationError(
        f"there is no estate {code}; there are: {codes}." if code else f"say which estate: --estate CODE ({codes})."
    )


def _write(app: Flask, register: str, file: Path) -> int:
    """Write the rows; returns their number."""
    from views.register.sheets import csv_lines, write_xlsx  # likewise

    views = [view for view in app.extensions["admin"][0]._views if hasattr(view, "export_rows")]
    (view,) = (view for view in views if view.register == register)
    number = -1  # without the heading

    def counted() -> Iterator[list[Any]]:
        nonlocal number
        for row in view.export_rows(view.listing({})):
            number += 1
            yield row

    with new_file(file) as made:
        if file.suffix.lower() == ".csv":
            with made.open("w", encoding="utf-8", newline="") as text:
                text.writelines(csv_lines(counted()))
        else:
            with made.open("wb") as book:
                write_xlsx(counted(), book, str(view.title))
    return number
