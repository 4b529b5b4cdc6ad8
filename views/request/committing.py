"""The one place in the panel that commits."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from models.errors import OperationRefused
from models.sentences import refusal_from
from models.session import DeskSession
from views.request import context


@contextmanager
def committing() -> Iterator[DeskSession]:
    """The request's session, committed at the end.

    What a rule or the database refuses is put back, and raised as OperationRefused with its sentence.
    """
    desk = context.session()
    try:
        yield desk
        desk.commit()
        context.note_saved()
    except IntegrityError as error:
        desk.rollback()
        raise refusal_from(error) from error
    except OperationRefused:
        desk.rollback()
        raise
