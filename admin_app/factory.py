"""Putting the program together."""

from flask import Blueprint, Flask, redirect
from werkzeug.wrappers import Response

from admin_app import (
    account,
    auth,
    database,
    drafts,
    forgotten,
    gate,
    health,
    i18n,
    logs,
    preferences,
    security,
    styleguide,
    templating,
)
from admin_app.config import Config
from views import register_views

home = Blueprint("home", __name__)


class Panel(Flask):
    """Flask, whose own log of failures is as wordless as ours."""

    def log_exception(self, exc_info: logs.ExcInfo | None) -> None:
        """What failed outside of pages: in a hook, or in answering a failure."""
        if exc_info is not None and exc_info[1] is not None:
            logs.failure(exc_info[1], "a request failed")


def create_app(config: Config | None = None) -> Flask:
    """The application on a database that is ready for it; raises ConfigurationError with what to do."""
    if config is None:
        config = Config.from_environment()
    opened = database.open_ready(config)
    logs.set_up()
    app = Panel("admin_app")
    templating.init(app)
    app.secret_key = config.secret_key
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # of Flask's default provider
    database.lend_to(app, opened)
    database.close_after_requests(app)
    # The order of these is the order of their checks: a well-formed request, then a signed-in person, then a token.
    security.init(app, config)
    i18n.init(app)
    preferences.init(app)
    drafts.init(app)
    auth.init(app)
    i18n.settle_each_request(app)
    for blueprint in (home, account.blueprint, forgotten.blueprint, gate.blueprint, health.blueprint):
        app.register_blueprint(blueprint)
    if config.is_demo:
        app.register_blueprint(styleguide.blueprint)
    register_views(app)
    return app


@home.get("/")
def index() -> Response:
    """The desk."""
    return redirect(auth.DESK)
