"""``/admin/waiting/``: in how many records of each register something is late, for the menu."""

from typing import Any

from flask import jsonify
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from views.register.base import LedgerView
from views.register.page import DeskPage
from views.request.gathering import gathered

MOST = 99
"""Counted so far only: the menu of every page asks for it."""


class WaitingView(DeskPage):
    """For everyone who is signed in: of the registers that they may read, what they may see."""

    register = "desk"
    title = _("What is late")
    endpoint_name = url_name = "waiting"
    in_menu = False

    @expose("/")
    def waiting_view(self) -> ResponseReturnValue:
        """How many there are, as JSON: ``{"tickets": "7", "key_loans": "99+"}``; of what has none nothing is said."""
        assert self.admin is not None
        questions: dict[str, Any] = {}
        for view in self.admin._views:
            if isinstance(view, LedgerView) and view.is_accessible() and (late := view.late()) is not None:
                ids = select(view.model.id).where(view.listed(), late).limit(MOST + 1)
                questions[view.endpoint] = select(func.count().label("number")).select_from(ids.subquery())
        numbers = {name: rows[0].number for name, rows in gathered(questions).items()} if questions else {}
        return jsonify(
            {name: f"{MOST}+" if number > MOST else str(number) for name, number in numbers.items() if number}
        )
