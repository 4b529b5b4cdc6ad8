"""``frontdesk import``: spreadsheets into our registers, by their headings or by a mapping of their source."""

from functools import partial
from pathlib import Path

import click

from admin_app.commands.imports.registers import HowToRead, import_register
from admin_app.commands.imports.sources import import_source
from admin_app.commands.imports.undo import undo
from models.operations.imports import REGISTERS


@click.group("import")
def command() -> None:
    """Import a spreadsheet into a register, or undo that. A second import of the same rows changes nothing.

    Columns are found by their headings, English or Chinese. What cannot be taken is refused with its row and reason.
    """


def import_file(
    register: str,
    file: Path,
    estate_code: str,
    username: str | None,
    failed_file: Path | None,
    sheet: str | None,
    header_row: int | None,
    leave_out: str | None,
    *,
    dry_run: bool,
    as_json: bool,
    year: int | None = None,
    everybody: str | None = None,
    mapping_file: Path | None = None,
    owner_name: str | None = None,
) -> None:
    """Import *file* by its headings, or by a mapping where there is one."""
    if mapping_file is None:
        if owner_name is not None:
            raise click.UsageError("--owner needs --map.")
        how = HowToRead(sheet, header_row, everybody, leave_out, year)
        import_register(register, file, estate_code, username, failed_file, how, dry_run=dry_run, as_json=as_json)
        return
    if {failed_file, sheet, header_row, leave_out, year} != {None}:
        raise click.UsageError(
            "--map reads the file as the mapping says: no --failed, --sheet, --header, --leave-out, --year."
        )
    import_source(file, mapping_file, estate_code, username, owner_name, dry_run=dry_run, as_json=as_json)


_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_SHARED: tuple[click.Parameter, ...] = (
    click.Argument(["file"], type=_FILE),
    click.Option(
        ["--estate", "estate_code"], required=True, metavar="CODE", help="The estate that takes the rows over."
    ),
    click.Option(["--as", "username"], metavar="NAME", help="Who does it; else the system account."),
    click.Option(
        ["--failed", "failed_file"],
        type=click.Path(path_type=Path, dir_okay=False, writable=True),
        help="Write the refused rows with reasons to this .xlsx, to be mended and imported again.",
    ),
    click.Option(["--sheet"], metavar="NAME", help="The sheet to read; else the first with rows."),
    click.Option(["--header", "header_row"], type=int, metavar="ROW", help="The row of the headings."),
    click.Option(
        ["--year"], type=click.IntRange(1900, 2999), help="Of which year days are that say none: 3月5日, 03-05."
    ),
    click.Option(
        ["--leave-out"],
        metavar="ROWS",
        help="Rows to leave out: 3,17, or “words” for sums and explanations (so by default), or “none”.",
    ),
    click.Option(["--dry-run"], is_flag=True, help="Say what would become of each row; change nothing."),
    click.Option(["--json", "as_json"], is_flag=True, help="One JSON document on standard output."),
)
_OWN: dict[str, tuple[click.Parameter, ...]] = {
    "residents": (
        click.Option(
            ["--everybody"], type=click.Choice(["owner", "tenant", "family"]), help="As what who says nothing else."
        ),
    ),
    "tickets": (
        click.Option(
            ["--map", "mapping_file"],
            type=_FILE,
            help="What the columns of another system's export mean (TOML): rows become tickets or complaints, repeats "
            "of one that was still open, or are not ours.",
        ),
        click.Option(["--owner", "owner_name"], metavar="NAME", help="With --map: desk owner; else the manager."),
    ),
}
for _register in REGISTERS:
    command.add_command(
        click.Command(
            _register,
            callback=partial(import_file, _register),
            params=[*_SHARED, *_OWN.get(_register, ())],
            help=f"Import FILE (.xlsx, .csv) into the register {_register}.",
        )
    )
command.add_command(undo)
