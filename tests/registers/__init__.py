"""What the tests that walk over all registers need of each; a register's own module says it, and they gather it here.

``tests/registers/test_parcels.py`` has, beside its tests, ``TRIED = Tried("parcels", …)``. What is missing is named by
``tests/views/test_declarations.py``.
"""

import datetime
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from models.session import DeskSession
from tests.factories import World


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One register as the tests try it."""

    register: str
    grants: str
    """Who may do what, a line each, as in ``tests/grants.py``."""
    record: Callable[[DeskSession, World, datetime.datetime], int]
    """Makes one by its verb, two hours before that instant. Returns its id."""
    new: tuple[str, Mapping[str, str]]
    """Who fills in its form, and what is typed there."""
    shown: Mapping[str, str]
    """What the page that follows says."""
    rows: Callable[[Any], None]
    """Puts rows inside and outside of each filter (``tests/views/maker.py``)."""
    listed: str
    """Those that its list shows without a filter."""
    filters: Mapping[str, str]
    """Filter and value -> the rows that are left."""
    holds: str
    """What its pages hold, as in ``tests/views/what_pages_hold.toml``: ``choosable`` where it is more than is shown,
    facts where ``shown`` is not enough."""
    different: Callable[[int], dict[str, Any]] = lambda n: {"number": f"N{n}"}
    """What differs in each of very many rows of it."""
    changed: tuple[str, str] = ("", "")
    """A field of its edit form and what is typed there, where it has one."""
    done_by: frozenset[str] = field(default=frozenset())
    """Its columns that say who did something: nobody takes these over."""


@functools.cache
def tried() -> tuple[Tried, ...]:
    """All that have a module here."""
    modules = (import_module(found.name) for found in iter_modules(__path__, f"{__name__}."))
    return tuple(module.TRIED for module in modules if hasattr(module, "TRIED"))
