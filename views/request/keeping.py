"""What a process keeps of its pages: statements and addresses, never rows, each by all that it depends on."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import request, url_for

from views.request import context

MOST_KEPT = 1000
_STATEMENTS: dict[tuple[Any, ...], Any] = {}

Made = TypeVar("Made")


def scope_key() -> tuple[Any, ...]:
    """All that the scope of a statement goes by: who asks, the estate shown, the kind of database."""
    actor, estate, desk = context.actor(), context.current_estate(), context.session()
    who = (actor.staff_id, actor.roles, actor.is_system) if actor is not None else None
    return who, estate.id if estate is not None else None, desk.get_bind().dialect.name


def kept_statement(key: tuple[Any, ...], made: Callable[[], Made]) -> Made:
    """The statement that *made* makes for *key* in the scope of the request: making it takes as long as asking it."""
    whole = (*scope_key(), *key)
    found = _STATEMENTS.get(whole)
    if found is None:
        found = made()
        if len(_STATEMENTS) >= MOST_KEPT:
            _STATEMENTS.clear()  # another thread may be here too: what was found is kept by its name
        _STATEMENTS[whole] = found
    return cast("Made", found)


def fixed_url(endpoint: str, **words: str) -> str:
    """The address of a page that goes by few *words* (a verb, a kind of file): a list has twenty of these."""
    return _url(request.script_root, request.blueprint, endpoint, **words)


@functools.lru_cache(1024)
def _url(_root: str, _blueprint: str | None, endpoint: str, **words: Any) -> str:
    return url_for(endpoint, **words)
