"""Texts with placeholders that people write: of messages, of prints. Jinja reads them, and we accept them node by node.

    {{ number }}{% if room %} · {{ room }}{% endif %}      {% for line in lines %}{{ line.name }}{% endfor %}

A text may name what was declared for it (:class:`Names`), write a time with our filters, go through declared lines, and
leave something out by a plain condition. All else that Jinja knows is refused: calls, arithmetic, constants, macros. So
the sandbox that renders it has nothing to keep in, and what comes out has a bound all the same.
"""

import datetime
import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NoReturn

from babel.dates import format_date, format_skeleton, format_time
from jinja2 import ChainableUndefined, TemplateSyntaxError, nodes
from jinja2.environment import Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from models.errors import Msgid, OperationRefused, gettext_noop

LANGUAGES = ("zh_Hans_CN", "en")
"""The languages in which texts are written, the one that most people read first."""
LONGEST = 1_000_000
"""So many letters come out of a text at most."""
LONGEST_SOURCE = 20_000
MOST_NODES = 1_000
DEEPEST = 6


@dataclass(frozen=True)
class Names:
    """What a text may name, each with the words that say what it is: ``number``, or ``ticket.number``."""

    values: Mapping[str, Msgid]
    lines: Mapping[str, Mapping[str, Msgid]] = field(default_factory=dict)
    """Name of a list -> what each of its lines has."""

    def listed(self) -> list[str]:
        """All of them as a refusal names them."""
        return [*self.values, *(f"{name}: {', '.join(fields)}" for name, fields in self.lines.items())]


def _instant(value: Any, language: str) -> str:
    """How a value reads that no filter names the writing of."""
    if isinstance(value, datetime.datetime):
        return f"{_date(value, language)} {_time(value, language)}"
    if isinstance(value, datetime.date):
        return _date(value, language)
    return _plain(value)


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _date(value: Any, language: str) -> str:
    return format_skeleton("MMMd", value, locale=language) if isinstance(value, datetime.date) else _plain(value)


def _full_date(value: Any, language: str) -> str:
    return format_date(value, "long", locale=language) if isinstance(value, datetime.date) else _plain(value)


def _time(value: Any, language: str) -> str:
    if isinstance(value, datetime.datetime):
        return str(format_time(value, "HH:mm", tzinfo=value.tzinfo, locale=language))
    return _plain(value)


FILTERS = {"date": _date, "full_date": _full_date, "time": _time}
"""How a time may be written: its day, its day with the year, its hour."""


@functools.cache
def _environment(language: str) -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        autoescape=False,  # plain text, no page
        undefined=ChainableUndefined,
        cache_size=0,
        finalize=lambda value: _instant(value, language) if isinstance(value, datetime.date | None) else value,
    )
    made.globals.clear()
    made.tests.clear()
    made.filters.clear()
    made.filters.update({name: functools.partial(write, language=language) for name, write in FILTERS.items()})
    return made


class Text:
    """A text that was accepted."""

    def __init__(self, template: Template, literal: int) -> None:
        self._template = template
        self.literal = literal
        """How many letters it has of its own."""

    def render(self, values: Mapping[str, Any], most: int = LONGEST) -> str:
        """What it says of *values*, at most so many letters; what is not among them is empty.

        A value is a text, a number, a time in the zone in which it is read, or None; a list of mappings where the name
        is one of lines. Letters beyond *most* are cut off, and the last one shows it.
        """
        written, length = [], 0
        for piece in self._template.generate({name: _given(value) for name, value in _nested(values).items()}):
            written.append(piece)
            length += len(piece)
            if length > most:
                return "".join(written)[: most - 1] + "…"
        return "".join(written)


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """``ticket.number`` as the attribute of ``ticket`` that it is."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        of, _, attribute = name.partition(".")
        if attribute:
            found.setdefault(of, {})[attribute] = value
        else:
            found[of] = value
    return found


def _given(value: Any) -> Any:
    if isinstance(value, Mapping):
        return SimpleNamespace(**value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_given(each) for each in value]
    return value


def read(text: str, names: Names, *, rule: str, place: str, language: str) -> Text:
    """The text as it will be rendered. Refused (*rule*, at the field *place*): all that this module does not allow.

    The sentence says in which line, what it is, and which names there are.
    """
    reading = _Reading(names, rule, place)
    if len(text) > LONGEST_SOURCE:
        message = gettext_noop("A text has at most %(most)s letters.")
        raise OperationRefused(rule, message, field=place, most=LONGEST_SOURCE)
    environment = _environment(language)
    try:
        parsed = environment.parse(text)
        reading.parts(parsed.body, {}, 0)
        return Text(environment.from_string(parsed), reading.literal)
    except TemplateSyntaxError as error:
        reading.refuse_unread(error.lineno)
    except (RecursionError, ValueError, OverflowError):  # thousands of brackets, a figure of thousands of digits
        reading.refuse_unread(1)


_WHAT: dict[type[nodes.Node], Msgid] = {
    nodes.Const: gettext_noop("a constant"),
    nodes.Call: gettext_noop("a call"),
    nodes.Getitem: gettext_noop("square brackets"),
    nodes.Concat: gettext_noop("joining"),
    nodes.BinExpr: gettext_noop("arithmetic"),
    nodes.UnaryExpr: gettext_noop("arithmetic"),
    nodes.CondExpr: gettext_noop("a condition inside of a placeholder"),
    nodes.Compare: gettext_noop("this comparison"),
    nodes.Test: gettext_noop("a test with “is”"),
    nodes.Literal: gettext_noop("a list"),
    nodes.Macro: gettext_noop("a macro"),
    nodes.CallBlock: gettext_noop("a macro"),
    nodes.Import: gettext_noop("an import"),
    nodes.FromImport: gettext_noop("an import"),
    nodes.Include: gettext_noop("an import"),
    nodes.Extends: gettext_noop("an import"),
    nodes.Assign: gettext_noop("a name of your own"),
    nodes.AssignBlock: gettext_noop("a name of your own"),
    nodes.With: gettext_noop("a name of your own"),
    nodes.For: gettext_noop("this loop"),
}
_OTHER = gettext_noop("this block")


class _Reading:
    """One text, as far as it was accepted."""

    def __init__(self, names: Names, rule: str, place: str) -> None:
        self._names, self._rule, self._place = names, rule, place
        self._nodes = self.literal = 0
        self._line = 1

    def refuse_unread(self, line: int) -> NoReturn:
        """Refuse what is no text of this kind at all."""
        message = gettext_noop(
            "Line %(line)s cannot be read: a placeholder is written {{ %(name)s }}, a condition {%% if %(name)s %%} … "
            "{%% endif %%}."
        )
        raise OperationRefused(self._rule, message, field=self._place, line=line, name=next(iter(self._names.values)))

    def _refuse(self, node: nodes.Node, message: Msgid, **values: Any) -> NoReturn:
        names = ", ".join(self._names.listed())
        line = node.lineno or self._line  # a few blocks do not know theirs
        raise OperationRefused(self._rule, message, field=self._place, line=line, names=names, **values)

    def _refuse_kind(self, node: nodes.Node) -> NoReturn:
        what = next((words for kind, words in _WHAT.items() if isinstance(node, kind)), _OTHER)
        message = gettext_noop("Line %(line)s: not allowed here: %(what)s. You may write these names: %(names)s.")
        self._refuse(node, message, what=what)

    def _count(self, node: nodes.Node, depth: int) -> None:
        self._nodes += 1
        if self._nodes > MOST_NODES or depth > DEEPEST:
            self._refuse(node, gettext_noop("Line %(line)s: the text has too many parts, or too deep ones."))

    def parts(self, body: Iterable[nodes.Node], lines: Mapping[str, Mapping[str, Msgid]], depth: int) -> None:
        """Accept what stands between two marks; *lines*: the line of a loop around it -> what it has."""
        for node in body:
            self._line = node.lineno or self._line
            self._count(node, depth)
            if isinstance(node, nodes.Output):
                self.parts(node.nodes, lines, depth)
            elif isinstance(node, nodes.TemplateData):
                self.literal += len(node.data)
            elif isinstance(node, nodes.If):
                for branch in (node, *node.elif_):
                    self._condition(branch.test, lines, 0)
                    self.parts(branch.body, lines, depth + 1)
                self.parts(node.else_, lines, depth + 1)
            elif isinstance(node, nodes.For):
                self._loop(node, lines, depth)
            elif isinstance(node, nodes.Filter):
                self._filter(node, lines)
            else:
                self._name(node, lines)

    def _loop(self, node: nodes.For, lines: Mapping[str, Mapping[str, Msgid]], depth: int) -> None:
        target, over = node.target, node.iter
        plain = isinstance(target, nodes.Name) and not lines and node.test is None and not node.recursive
        if not plain or not isinstance(over, nodes.Name):
            self._refuse_kind(node)
        fields = self._names.lines.get(over.name)
        if fields is None:
            self._refuse_name(over, over.name)
        own = target.name if isinstance(target, nodes.Name) else ""
        if not own.isidentifier() or own.startswith("_") or own in _roots(self._names):
            self._refuse_kind(target)
        self.parts(node.body, {own: fields}, depth + 1)
        self.parts(node.else_, lines, depth + 1)

    def _filter(self, node: nodes.Filter, lines: Mapping[str, Mapping[str, Msgid]]) -> None:
        if node.name not in FILTERS or node.args or node.kwargs or node.dyn_args or node.dyn_kwargs:
            message = gettext_noop(
                "Line %(line)s: the filter “%(filter)s” is not allowed. Of times there are: %(filters)s."
            )
            self._refuse(node, message, filter=node.name, filters=", ".join(FILTERS))
        if node.node is None:
            self._refuse_kind(node)
        self._name(node.node, lines)

    def _condition(self, node: nodes.Node, lines: Mapping[str, Mapping[str, Msgid]], depth: int) -> None:
        self._count(node, depth)
        if isinstance(node, nodes.Not):
            self._condition(node.node, lines, depth + 1)
        elif isinstance(node, nodes.And | nodes.Or):
            self._condition(node.left, lines, depth + 1)
            self._condition(node.right, lines, depth + 1)
        elif isinstance(node, nodes.Compare):
            (first, *more) = node.ops
            if more or first.op not in {"eq", "ne"} or not isinstance(first.expr, nodes.Const):
                self._refuse_kind(node)
            self._name(node.expr, lines)
        else:
            self._name(node, lines)

    def _name(self, node: nodes.Node, lines: Mapping[str, Mapping[str, Msgid]]) -> None:
        if isinstance(node, nodes.Name) and node.ctx == "load":
            if node.name not in self._names.values:
                self._refuse_name(node, node.name)
        elif isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
            of, name = node.node.name, node.attr
            if name not in lines.get(of, {}) and f"{of}.{name}" not in self._names.values:
                self._refuse_name(node, f"{of}.{name}")
        elif isinstance(node, nodes.Getattr):
            self._refuse_name(node, f"….{node.attr}")
        else:
            self._refuse_kind(node)

    def _refuse_name(self, node: nodes.Node, name: str) -> NoReturn:
        message = gettext_noop("Line %(line)s: there is no “%(name)s”. You may write these names: %(names)s.")
        self._refuse(node, message, name=name[:60])


def _roots(names: Names) -> set[str]:
    return {name.partition(".")[0] for name in names.values} | set(names.lines)
