"""Pages made for one job, beside the registers: who may open them, and how they stand in the menu."""

from typing import Any

from sqlalchemy import ColumnElement

from models.estates import Estate
from models.policy import may, visible
from views.register.panel_view import PanelView
from views.register.scope import actor_here
from views.request import context


class DeskPage(PanelView):
    """A page of the panel that shows rows of *register* in its own way; the class attributes say which."""

    register: str = ""
    """The register whose permissions the page asks for."""
    verb = "read"
    """The verb that opens the page."""
    title: Any = ""
    group: Any = ""
    endpoint_name: str = ""
    url_name: str = ""

    def __init__(self) -> None:
        super().__init__(name=self.title, category=self.group, endpoint=self.endpoint_name, url=self.url_name)

    def is_accessible(self) -> bool:
        """Whether the person may open the page in any estate."""
        return may(context.actor(), self.verb, self.register)


def may_here(verb: str, register: str) -> bool:
    """Whether the person may do *verb* in the estate shown."""
    return may(actor_here(), verb, register)


def shown_here(model: type[Any]) -> ColumnElement[bool]:
    """The rows of *model* that the person may see, of the estate shown."""
    estate: Estate | None = context.current_estate()
    condition = visible(actor_here(), model)
    return condition if estate is None else (model.estate_id == estate.id) & condition
