"""What every page of the panel has, whether it is a register's or not."""

from collections.abc import Callable

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin import BaseView

from views.request import context


class PanelView(BaseView):
    """What every page of the panel does in its own way instead of Flask-Admin's."""

    in_menu = True
    """Whether the menu leads to it; if not, another page does."""

    def is_visible(self) -> bool:
        """Whether the menu leads to it."""
        return self.in_menu

    def inaccessible_callback(self, name: str, **_kwargs: object) -> ResponseReturnValue:
        """To the sign-in page for nobody, 403 for somebody."""
        return redirect(url_for("auth.login")) if context.actor() is None else abort(403)

    def _run_view(self, fn: Callable[..., ResponseReturnValue], *args: object, **kwargs: object) -> ResponseReturnValue:
        """Run a page; Flask-Admin would call it a second time after a TypeError."""
        return fn(self, *args, **kwargs)
