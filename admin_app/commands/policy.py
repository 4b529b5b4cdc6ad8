"""``frontdesk policy``: who may do what, register by register, verb by verb."""

import click

from models.policy_document import ROLES, lines, registers


@click.command("policy")
@click.argument("register", required=False, metavar="[REGISTER]")
def command(register: str | None) -> None:
    """Print who may do what: of REGISTER, or of all. C clerk, T technician, L lead, S supervisor, M manager, A auditor,
    D administrator, G gate guard; a technician and a lead to what is theirs."""
    if register is not None and register not in registers():
        raise click.UsageError(f"There is no register {register}: {', '.join(registers())}.")
    for name in [register] if register is not None else registers():
        click.echo(name)
        for verb, label, *rest in lines(name):
            marks, (moves, many, rule) = rest[: len(ROLES)], rest[len(ROLES) :]
            letters = " ".join(letter if mark else "." for letter, mark in zip("CTLSMADG", marks, strict=True))
            click.echo("  ".join((f"  {verb:24}", letters, label, moves, many, rule)).rstrip())
        click.echo()
