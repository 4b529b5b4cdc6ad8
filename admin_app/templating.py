"""Templates with what stands still in them worked out once for each language: their texts and their fixed addresses.

A page has some eighty of these, which took longer to look up than all the rest of the template took to draw.
"""

import re
from pathlib import Path
from typing import Any

from flask import Flask, has_request_context, request, url_for
from flask.templating import Environment
from flask_babel import gettext
from jinja2 import Template, nodes
from jinja2.visitor import NodeTransformer

from views.words.cells import marked
from views.words.language import language

_CONTROLLERS = {path.name for path in (Path(__file__).parent / "static/js/controllers").iterdir()}


def init(app: Flask) -> None:
    """Let *app* keep its templates so; before anything else asks for its templates."""
    app.jinja_environment = SettledEnvironment
    app.add_template_filter(controllers)


def controllers(page: str) -> list[str]:
    """The files of the controllers that a page's mark-up names: it loads them at once, not one after the other."""
    names = {name for value in re.findall(r' data-controller="([^"]+)"', page) for name in value.split()}
    files = {f"{name.replace('-', '_')}_controller.js" for name in names}
    return [f"js/controllers/{file}" for file in sorted(files & _CONTROLLERS)]  # others stand in everywhere.js


class SettledEnvironment(Environment):
    """The templates of the program; those of one language and one address of the program in an overlay each."""

    settled: dict[tuple[str, str], "SettledEnvironment"]

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **{**options, "lstrip_blocks": True})  # the indentation of what only decides
        self.settled = {}

    def _load_template(self, name: Any, globals: Any) -> Template:  # Jinja's own name
        if self.overlayed or not has_request_context():
            return super()._load_template(name, globals)
        reader = (language(), request.script_root)
        if reader not in self.settled:
            self.settled[reader] = self.overlay()
        return self.settled[reader]._load_template(name, globals)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        return _Settling().visit(template) if self.overlayed else template


class _Settling(NodeTransformer):
    """``_("text")`` and ``url_for("endpoint", name="value")`` of constants become what they give."""

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # Jinja's own name
        """The constant instead of the call."""
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.dyn_args or node.dyn_kwargs:
            return node
        values = [one.value for one in node.args if isinstance(one, nodes.Const)]
        named = {pair.key: pair.value.value for pair in node.kwargs if isinstance(pair.value, nodes.Const)}
        if len(values) + len(named) < len(node.args) + len(node.kwargs):
            return node
        if node.node.name == "_" and not named:
            # Flask-Babel's own way in templates: a text is mark-up, and a percent sign is written twice.
            return _constant(node, marked(gettext(*values)) % {})
        if node.node.name == "url_for" and not values[0].startswith("."):  # which stands for the page's own register
            return _constant(node, url_for(*values, **named))
        return node


def _constant(node: nodes.Node, value: str) -> nodes.Node:
    return nodes.Const(value, lineno=node.lineno, environment=node.environment)
