"""What a module's ``MAKE`` has made, in a form that each of its tests loads again from its own copy of the database.

def MAKE(session, world, now):
    return keep(make_desk(session, world, now))

@pytest.fixture
def desk(here, session, world):
    return load(here, session, world)
"""

from types import SimpleNamespace
from typing import Any, NamedTuple

from models import Base
from models.session import DeskSession
from tests.factories import World


class Row(NamedTuple):
    """A record by its class and id."""

    model: type[Base]
    record_id: int


class Together(NamedTuple):
    """The names and values of a namespace that hang on no session."""

    values: dict[str, Any]


def keep(made: Any) -> Any:
    """*made* without its session and world: records as :class:`Row`, also in lists; all else as it is."""
    if isinstance(made, Base):
        number: int = made.id
        return Row(type(made), number)
    if isinstance(made, list):
        return [keep(each) for each in made]
    if isinstance(made, SimpleNamespace):
        values = {name: keep(each) for name, each in vars(made).items() if not isinstance(each, (DeskSession, World))}
        return Together(values)
    return made


def load(kept: Any, session: DeskSession, world: World) -> Any:
    """What :func:`keep` was given, of this session and world."""
    if isinstance(kept, Row):
        return session.get_one(kept.model, kept.record_id)
    if isinstance(kept, list):
        return [load(each, session, world) for each in kept]
    if isinstance(kept, Together):
        values = {name: load(each, session, world) for name, each in kept.values.items()}
        return SimpleNamespace(session=session, world=world, **values)
    return kept
