"""Pages made for one job, beside the registers: who may open them, and how they stand in the menu."""

from collections.abc import Callable
from typing import Any

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from sqlalchemy import ColumnElement

from models.estates import Estate
from models.policy import may, visible
from views.register.scope import actor_here
from views.request import context


class DeskPage(BaseView):
    """A page of the panel that shows rows of *register* in its own way; the class attributes say which."""

    register: str = ""
    """The register whose permissions the page asks for."""
    verb = "read"
    """The verb that opens the page."""
    title: Any = ""
    group: Any = ""
    endpoint_name: str = ""
    url_name: str = ""
    in_menu = True
    """Whether the menu leads to it; if not, another page does."""

    def __init__(self) -> None:
        super().__init__(name=self.title, category=self.group, endpoint=self.endpoint_name, url=self.url_name)

    def is_accessible(self) -> bool:
        """Whether the person may open the page in any estate."""
        return may(context.actor(), self.verb, self.register)

    def is_visible(self) -> bool:
        """Whether the menu leads to it."""
        return self.in_menu

    def inaccessible_callback(self, name: str, **_kwargs: object) -> ResponseReturnValue:
        """To the sign-in page for nobody, 403 for somebody."""
        return redirect(url_for("auth.login")) if context.actor() is None else abort(403)

    def _run_view(self, fn: Callable[..., ResponseReturnValue], *args: object, **kwargs: object) -> ResponseReturnValue:
        return fn(self, *args, **kwargs)


def may_here(verb: str, register: str) -> bool:
    """Whether the person may do *verb* in the estate shown."""
    return may(actor_here(), verb, register)


def shown_here(model: type[Any]) -> ColumnElement[bool]:
    """The rows of *model* that the person may see, of the estate shown."""
    estate: Estate | None = context.current_estate()
    condition = visible(actor_here(), model)
    return condition if estate is None else (model.estate_id == estate.id) & condition
