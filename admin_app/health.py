"""Whether this process can serve: for load balancers and people on call, without signing in."""

from flask import Blueprint, jsonify
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from models import migrations
from models.timekeeping import LAST_HEARD, keeps_time
from views.request import context

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> tuple[Response, int]:
    """``{"status", "database", "schema", "work"}``; 503 when the database does not answer or has other tables.

    *work* says whether a process ``frontdesk work`` keeps time: this one serves all the same.
    """
    desk = context.session()
    dialect = desk.get_bind().dialect.name
    try:
        revision = migrations.current(desk.connection())
    except SQLAlchemyError:
        return jsonify(status="unavailable", database=dialect, schema=None), 503
    if revision != migrations.head():
        return jsonify(status="other schema", database=dialect, schema=revision), 503
    work = "running" if keeps_time(desk.scalar(LAST_HEARD), context.now()) else "stopped"
    return jsonify(status="ok", database=dialect, schema=revision, work=work), 200
