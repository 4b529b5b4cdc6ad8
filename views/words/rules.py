"""The ids of rules in what a person reads, each leading to the rule's own text, which opens beside a refusal."""

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


def rules_said(*texts: object) -> Markup:
    """What each rule that *texts* name asks for, to be opened beside them."""
    named = dict.fromkeys(rule for text in texts if text for rule in _ID.findall(str(text)) if rule in RULES)
    return marked("".join(_said(rule) for rule in named))


def _said(rule: str) -> str:
    summary, text = gettext("What %(rule)s asks for", rule=rule), str(gettext(RULES[rule]))
    return f'<details class="rule-said"><summary>{escaped(summary)}</summary><p>{escaped(text)}</p></details>'


def _link(rule: str, page: str) -> str:
    said = RULES.get(rule)
    if said is None:
        return rule
    return f'<a class="rule" href="{page}#{rule}" target="_blank" title="{escaped(str(gettext(said)))}">{rule}</a>'
