"""The manager of an estate with all defaults, for the tests of what a manager sets."""

from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from models.call import Call
from models.errors import OperationRefused
from models.operations import settings


def open_settings(session, world, now):
    """The manager of an estate with all defaults."""
    made = SimpleNamespace(session=session, world=world, now=now, id=world.estate.id)
    made.common = {"actor": world.actor("manager"), "now": now}
    made.admin = {"actor": world.actor("admin"), "now": now}
    made.unknown = settings.provide_defaults(Call(session, world.actor("system"), now), world.estate)
    return made


def refused(rule):
    return pytest.raises(OperationRefused, match=rf"^{rule}: ")


def found(desk, model, **values):
    return desk.session.scalars(select(model).filter_by(estate_id=desk.id, **values)).one()


def counted(desk, model):
    return desk.session.scalar(select(func.count()).select_from(model).where(model.estate_id == desk.id))
