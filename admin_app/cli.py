"""The command line ``frontdesk``: errors are one line on standard error that says what to do, exit code not 0."""

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from typing import NoReturn

import click
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from admin_app import logs
from admin_app.config import ConfigurationError
from models.errors import OperationRefused
from models.sentences import refusal_from

COMMANDS = {
    "demo": "admin_app.commands.demo",
    "serve": "admin_app.commands.serve",
    "work": "admin_app.commands.work",
    "db": "admin_app.commands.db",
    "seed": "admin_app.commands.seed",
    "audit": "admin_app.commands.audit",
    "verify": "admin_app.commands.verify",
    "clock": "admin_app.commands.clock_preview",
    "staff": "admin_app.commands.staff",
    "policy": "admin_app.commands.policy",
    "import": "admin_app.commands.imports",
    "export": "admin_app.commands.exports",
}
"""Command -> module. One that is not built yet is absent, from the help too."""

FAILED = 1
MISUSED = 2
INTERRUPTED = 130


class LazyCommands(click.Group):
    """Loads a command's module when it is asked for, so that ``--help`` and small commands start quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands there are."""
        return [name for name, module in COMMANDS.items() if importlib.util.find_spec(module) is not None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, None when there is none."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command = importlib.import_module(COMMANDS[cmd_name]).command
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
def frontdesk() -> None:
    """Front Desk: the desk, the tickets, the keys and the visitors of a residential estate.

    Which database and keys it uses is said by FRONTDESK_ENV, FRONTDESK_DATABASE_URL, FRONTDESK_SECRET_KEY and
    FRONTDESK_DATA_KEY (or …_FILE).
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and leave with its exit code. A mistake of the program is said without anybody's data."""
    logs.set_up()
    try:
        code = run(arguments)
    except Exception as error:
        click.echo(logs.trace(error), err=True)
        code = _say(f"stopped by a mistake of the program: {logs.named(error)}.", FAILED)
    sys.exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. What goes wrong on purpose is said in one line."""
    try:
        answer = frontdesk.main(args=arguments, prog_name="frontdesk", standalone_mode=False)
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx is not None else "frontdesk"
        return _say(f"{_one_line(error.format_message())} See: {where} --help", MISUSED)
    except click.ClickException as error:
        return _say(_one_line(error.format_message()), FAILED)
    except (click.Abort, KeyboardInterrupt):
        return _say("stopped.", INTERRUPTED)
    except (ConfigurationError, OperationRefused) as error:
        return _say(_one_line(str(error)), FAILED)
    except DBAPIError as error:
        return _say(f"the database refused: {_refusal(error)}", FAILED)
    except BrokenPipeError:
        return FAILED
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _say(f"{place}{error.strerror or error}.", FAILED)
    return answer if isinstance(answer, int) else 0


def _refusal(error: DBAPIError) -> str:
    """What the database refused; not in its own words where these may hold a row's values.

    A server that was never reached, and SQLite of its file, speak of nothing else.
    """
    if isinstance(error, IntegrityError):
        return _one_line(str(refusal_from(error)))
    wordy = isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", None) is None
    return _one_line(str(error.orig)) if wordy else logs.named(error)


def _say(message: str, code: int) -> int:
    click.echo(f"frontdesk: {message}", err=True)
    return code


def _one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    main()
