"""Entries, repeated reports and who answers: what every matter declares of :mod:`models.operations.matters.verbs`."""

from typing import Generic, TypeVar

from models.base import Base
from models.errors import gettext_noop
from models.operations.core import operation, verb
from models.operations.matters import verbs, watching
from models.roles import CLERKS, SUPERVISORS, Role

Row = TypeVar("Row", bound=Base)


class Entries(Generic[Row]):
    """The verbs of one register of matters; its clerks and who *works* in it may add an entry."""

    def __init__(self, model: type[Row], *, works: frozenset[Role]) -> None:
        opening = verbs.not_archived
        self.report_again = verb(
            model,
            roles=CLERKS,
            label=gettext_noop("Add repeated report"),
            rule="INT-6",
            compares=False,
            opening=opening,
        )(verbs.report_again)
        self.change_owner = verb(
            model,
            roles=SUPERVISORS,
            label=gettext_noop("Change desk owner"),
            rule="INT-1",
            why=gettext_noop("Say why."),
            opening=opening,
        )(verbs.change_owner)
        self.lower_severity = verb(
            model,
            roles=SUPERVISORS,
            label=gettext_noop("Lower severity"),
            rule="INT-7",
            why=gettext_noop("Say why it is less serious."),
            opening=opening,
        )(verbs.lower_severity)
        self.promise = verb(
            model,
            roles=CLERKS,
            label=gettext_noop("Promise an answer"),
            rule="INT-5",
            opening=opening,
        )(verbs.promise)
        self.allow_later = verb(
            model,
            roles=SUPERVISORS,
            label=gettext_noop("Later than the limit"),
            rule="INT-14",
            why=gettext_noop("Say why it is later than the limit allows."),
            opening=opening,
        )(verbs.allow_later)
        self.name_follower = verb(model, roles=SUPERVISORS, label=gettext_noop("Name follower"), opening=opening)(
            verbs.name_follower
        )
        self.comment = verb(
            model, roles=CLERKS | works, label=gettext_noop("Add entry"), compares=False, opening=opening
        )(verbs.comment)
        readers = CLERKS | works
        self.watch = operation(model, roles=readers, label=gettext_noop("Watch"))(watching.watch)
        self.stop_watching = operation(model, roles=readers, label=gettext_noop("Stop watching"))(
            watching.stop_watching
        )
