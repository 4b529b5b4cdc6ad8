"""The ids of rules in what a person reads, each leading to the rule's own text."""

import re

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup

from models.rules import RULES
from views.words.cells import escaped, marked

_ID = re.compile(r"\b[A-Z]{3}-\d+\b")


def with_rules(text: object) -> Markup:
    """*text* as mark-up in which the id of each rule opens its text, beside the page: nothing typed there is lost."""
    return marked(_ID.sub(lambda found: _link(found[0], url_for("rules.index_view")), escaped(text)))


def _link(rule: str, page: str) -> str:
    said = RULES.get(rule)
    if said is None:
        return rule
    return f'<a class="rule" href="{page}#{rule}" target="_blank" title="{escaped(str(gettext(said)))}">{rule}</a>'
