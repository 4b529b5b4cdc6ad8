"""Steps named with a verb and the end of a number, as they are said: “dispatch 024”, ``派单 024``, ``pd 024``."""

import re
import unicodedata
from collections.abc import Iterator

from flask import url_for
from sqlalchemy import select

from models.names import simplified
from models.operations.core import name_pinyin
from models.policy import may
from models.verbs import moves_of
from views.pages.open_matters import here, readable
from views.register.steps import Step, status_of
from views.request import context
from views.words.language import is_chinese

MOST = 6
_NAMED = re.compile(r"(?P<verb>\D{1,60}?)[\s#]*(?P<tail>(?:[A-Z]\d{6}-)?\d{2,})", re.ASCII | re.IGNORECASE)


def steps_named(text: str) -> list[tuple[str, str, str]]:
    """Address, name and sentence of each step that *text* names, of open matters, the newest first."""
    named = _NAMED.fullmatch(simplified(unicodedata.normalize("NFKC", text)).strip())
    return [] if named is None else list(_steps(named["verb"].strip().lower(), named["tail"].upper()))[:MOST]


def _steps(verb: str, tail: str) -> Iterator[tuple[str, str, str]]:
    actor = context.actor()
    for model, is_open, endpoint, view in readable():
        steps = [step for step in view.STEPS if step.link is None and not step.only_in_bulk and _is_called(step, verb)]
        steps = [step for step in steps if may(actor, step.verb, model)]
        steps.sort(key=lambda step: step.label.lower() != verb)  # what is called just so comes first
        if not steps:
            continue
        query = here(select(model), model, is_open, model.number.like(f"%{tail}")).order_by(model.id.desc())
        for record in context.session().scalars(query.limit(MOST)):
            for step in steps:
                moves = moves_of(endpoint, step.verb)
                is_legal = moves is None or status_of(record) in moves
                if step.when(record) and is_legal and may(actor, step.verb, record):
                    address = url_for(f"{endpoint}.step_view", verb=step.verb, id=record.id)
                    yield address, f"{step.label} {record.number}", record.summary


def _is_called(step: Step, text: str) -> bool:
    label = step.label.lower()
    words = name_pinyin(label).split() if is_chinese() and text.isascii() else []
    return label.startswith(text) or any(word.startswith(text) for word in words)
