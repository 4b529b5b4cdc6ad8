"""Entries on a matter, written by the verbs that leave one."""

import datetime

from models.matters import Comment, CommentKind, Matter
from models.staff import Actor


def comment_on(matter: Matter, kind: CommentKind, body: str, *, actor: Actor, now: datetime.datetime) -> Comment:
    """A new entry on *matter* (not yet in the session)."""
    return Comment(
        estate_id=matter.estate_id,
        register=matter.__tablename__,
        record_id=matter.id,
        at=now,
        author_id=actor.staff_id,
        kind=kind,
        body=body,
    )
