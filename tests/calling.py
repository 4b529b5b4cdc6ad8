"""A verb called with one bundle of arguments: what the call says (reason, preview, versions) and the verb's own."""

import datetime
from collections.abc import Callable, Sequence
from typing import Any

from models.call import Call
from models.session import DeskSession
from models.staff import Actor

SAID = ("expected", "preview", "reason")


def called(
    verb: Callable[..., Any],
    session: DeskSession,
    rows: Sequence[Any],
    *,
    actor: Actor,
    now: datetime.datetime,
    **arguments: Any,
) -> Any:
    """What *verb* answers."""
    said = {name: arguments.pop(name) for name in SAID if name in arguments}
    return verb(Call(session, actor, now, **said), rows, **arguments)
