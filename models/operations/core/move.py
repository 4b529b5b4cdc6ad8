"""How every verb works on its batch: guard, then change, then event. Only here a status is written.

A verb opens a :class:`Move` (one locked read of all rows), refuses the rows a rule forbids, says what changes on the
others, and ends with :meth:`Move.finish`, which writes rows, clocks and events set-wise in the caller's transaction.
"""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import bindparam, inspect, select, update
from sqlalchemy.orm.attributes import set_committed_value

from models.base import Base, LabelledEnum
from models.call import Call
from models.errors import Msgid, OperationRefused, Outcome, StaleRecord, gettext_noop
from models.events import fact, record_events
from models.operations.core.added_clocks import NO_STEPS
from models.operations.core.clocks import RunningClocks
from models.operations.core.telling import tell
from models.operations.core.ways_out import CHUNK
from models.personal import Keyring, keyring_of
from models.policy import role_for
from models.roles import Role
from models.rules import known_rule
from models.settings import EstateSettings
from models.staff import Actor
from models.verbs import verb_label

Row = TypeVar("Row", bound=Base)

FEW = 20
"""Up to so many rows are written one by one, more of them at once where they become the same."""


class Move(Generic[Row]):
    """One verb over one batch of rows of one table."""

    def __init__(
        self,
        call: Call,
        model: type[Row],
        rows: Iterable[Row],
        *,
        verb: str,
        moves: Mapping[Any, Any] | None = None,
        rule: str | None = None,
        role: Role | None = None,
    ) -> None:
        """Lock and reread *rows* in id order; refuse those gone, stale, forbidden to *actor*, or in another state.

        *role* names the role of a verb from which this one follows: what that one may is not asked again.
        """
        self.call, self.model, self.verb, self.rule = call, model, verb, rule
        self.session, self.actor, self.now, self.preview = call.session, call.actor, call.now, call.preview
        self.also: Mapping[str, Any] = {}
        """Further facts that each event of this verb keeps beside the changed columns, as codes."""
        self._notes: dict[int, dict[str, Any]] = {}
        self.outcome = Outcome()
        self._register = model.__tablename__
        self._changes: dict[int, dict[str, Any]] = {}
        self._additions: list[Base] = []
        self._roles: dict[int, Role] = {}
        self._role = role
        self._targets = moves
        self._afterwards: list[Callable[[Outcome], None]] = []
        self.rows: list[Row] = self._lock(list(rows))
        for row in list(self.rows):
            self._guard(row, call.expected)
        self.settings = EstateSettings(self.session, {estate_of(row) for row in self.rows})
        self.clocks = RunningClocks(
            self.session, self._register, self.rows, self.settings, now=self.now, preview=self.preview
        )
        if call.bulk_run_id is not None:
            self.clocks.account = self.outcome.clocks

    def _lock(self, rows: Sequence[Row]) -> list[Row]:
        self.session.flush()
        ids = sorted({row.id for row in rows})
        found = _held(self.call, self.model, rows)
        ids = [row_id for row_id in ids if row_id not in found]
        for start in range(0, len(ids), CHUNK):
            chunk = self.session.scalars(_reread(self.model, not self.preview), {"ids": ids[start : start + CHUNK]})
            found.update((row.id, row) for row in chunk)
        gone = gettext_noop("This record is no longer there.")
        self.outcome.refused += [(row, OperationRefused("GONE", gone)) for row in rows if row.id not in found]
        return [found[key] for key in sorted(found)]

    def _guard(self, row: Row, expected: Mapping[int, int]) -> None:
        role = self._role or role_for(self.actor, self.verb, row)
        if role is None:
            self.refuse(row, "ROLE", gettext_noop("Your role does not allow this here: %(verb)s."), verb=self.label)
            return
        self._roles[row.id] = role
        if row.id in expected and expected[row.id] != getattr(row, "version", None):
            self.rows.remove(row)
            self.outcome.refused.append((row, StaleRecord(row, expected[row.id])))
        elif self._targets is not None and self._status(row) not in self._targets:
            self.refuse(
                row,
                self.model.status_rule,
                gettext_noop("%(record)s is “%(status)s”; “%(verb)s” needs: %(allowed)s."),
                record=str(row),
                status=self._status(row),
                verb=self.label,
                allowed=list(self._targets),
            )

    @property
    def label(self) -> Msgid:
        """The verb as a person reads it."""
        return verb_label(self.verb)

    def role_of(self, row: Row) -> Role:
        """The role that lets the actor do this to *row*: what follows from it is done in that role too."""
        return self._roles[row.id]

    @staticmethod
    def _status(row: Any) -> LabelledEnum:
        status = row.status
        assert isinstance(status, LabelledEnum)
        return status

    def target(self, row: Row) -> Any:
        """The status that the transition table gives for *row*."""
        assert self._targets is not None
        return self._targets[self._status(row)]

    def refuse(self, row: Row, rule: str, message: Msgid, **values: Any) -> None:
        """Take *row* out of the batch, with the sentence that says why; ``field=`` names the argument it is about."""
        self.reject(row, OperationRefused(rule, message, **values))

    def reject(self, row: Row, refusal: OperationRefused) -> None:
        """Take *row* out of the batch with a *refusal* that is there already."""
        self.rows.remove(row)
        self.outcome.refused.append((row, refusal))

    def refuse_unless(self, condition: object, rule: str, message: Msgid, **values: Any) -> None:
        """Refuse all remaining rows unless *condition* holds: for arguments that are wrong for the whole batch."""
        known_rule(rule)
        if not condition:
            for row in list(self.rows):
                self.refuse(row, rule, message, **values)

    def refuse_where(self, wrong: Callable[[Row], object], rule: str, message: Msgid, **values: Any) -> None:
        """Refuse the rows that are *wrong*. The sentence may name the ``record``, and what functions say of it."""
        for row in [row for row in self.rows if wrong(row)]:
            said = {name: value(row) if callable(value) else value for name, value in values.items()}
            self.refuse(row, rule, message, **{"record": str(row), **said})

    def set(self, row: Row, **values: Any) -> None:
        """Say that these columns of *row* become *values*; written by :meth:`finish`."""
        self._changes.setdefault(row.id, {}).update(values)

    def move(self, row: Row, status: Any = None, **values: Any) -> None:
        """Like :meth:`set`, with the new status: the transition table's, or *status* where the verb chooses."""
        self.set(row, status=self.target(row) if status is None else status, **values)

    def go_on(self, stamps: Iterable[str] = ()) -> None:
        """Give each row the status that the table gives, where none was said; *stamps* are when and by whom."""
        stamped = {name: self.now if name.endswith("_at") else self.actor.staff_id for name in stamps}
        for row in self.rows if stamped or self._targets is not None else ():
            following = {} if self._targets is None else {"status": self.target(row)}
            self._changes[row.id] = {**following, **stamped, **self._changes.get(row.id, {})}

    def keep_time(self) -> None:
        """Start and meet the clocks that the table says begin and end with this verb; what ends a row cancels them."""
        for limit in self.model.time_limits:
            for row in self.rows:
                status = self._changes.get(row.id, {}).get("status")
                if limit.stops == self.verb:
                    self.clocks.meet(row, self.now, limit.code)
                elif limit.starts == self.verb and limit.for_all:
                    self.clocks.start(row, limit.code, self.now)
                elif status is not None and status not in self.model.open_statuses:
                    self.clocks.cancel(row, self.now, limit.code)
        for row in self.rows if self.verb not in NO_STEPS and not self.preview else ():
            self.clocks.keep_added(row, self.verb, self._changes.get(row.id, {}), self.now)

    def note(self, row: Row, **facts_of_row: Any) -> None:
        """Say what the event of *row* alone keeps beside the changed columns, as codes."""
        self._notes.setdefault(row.id, {}).update(facts_of_row)

    def add(self, child: Base) -> None:
        """Say that *child* (an entry, an attempt) is to be written with the batch."""
        child.created_at = child.updated_at = self.now
        self._additions.append(child)

    def afterwards(self, do: Callable[[Outcome], None]) -> None:
        """Say what is to be done when the batch is written; not at all for a preview."""
        self._afterwards.append(do)

    def finish(self) -> Outcome:
        """Write everything, one statement a kind of change, or nothing for a preview. Returns the outcome."""
        self.outcome.done, self.outcome.foretold = list(self.rows), self._changes if self.preview else {}
        if self.preview or not self.rows:
            return self.outcome
        self.session.add_all(self._additions)
        self.session.flush()
        for row in self.rows:
            status = self._changes.get(row.id, {}).get("status")
            if status is not None and status is not self._status(row):
                self.clocks.stand(row, status, self.now)
        dated_by = self.model.dated_by
        column = self.model.__table__.columns.get(dated_by)
        for row_id, due_at in self.clocks.write():
            # A follow-up keeps the time it was due; a pass has none.
            if column is not None and (due_at is not None or column.nullable):
                self._changes.setdefault(row_id, {})[dated_by] = due_at
        keyring = keyring_of(self.session)
        events = []
        befores = {}
        for row in self.rows:
            changed = {
                name: value
                for name, value in self._changes.get(row.id, {}).items()
                if differs(getattr(row, name), value)
            }
            before = befores[row.id] = {name: getattr(row, name) for name in changed}
            self._changes[row.id] = changed
            after = {**facts(row, changed, keyring), **self.also, **self._notes.get(row.id, {})}
            events.append(self._event(row, facts(row, before, keyring), after))
        # In this order: guards ask for the event of what a verb alone may do (models.final_guards).
        ids = record_events(self.session, events)
        self._write()
        tell(self.call, self.verb, self.rows, ids, befores)
        for do in self._afterwards:
            do(self.outcome)
        return self.outcome

    def _event(self, row: Row, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
        version = getattr(row, "version", None)
        return event_row(
            row,
            self.call,
            role=self.role_of(row).value,
            verb=self.verb,
            version=None if version is None else version + 1,
            before=before,
            after=after,
            rule=self.rule,
        )

    def _write(self) -> None:
        table: Any = self.model.__table__
        versioned = "version" in table.c
        groups: dict[tuple[str, ...], list[Row]] = {}
        for row in self.rows:
            groups.setdefault(tuple(sorted(self._changes[row.id])), []).append(row)
        for names, rows in groups.items():
            values = [tuple(self._changes[row.id][name] for name in names) for row in rows]
            if len(rows) > FEW and all(value == values[0] for value in values):
                fixed: dict[str, Any] = {"updated_at": self.now, **dict(zip(names, values[0], strict=True))}
                if versioned:
                    fixed["version"] = table.c.version + 1
                for start in range(0, len(rows), CHUNK):
                    ids = [row.id for row in rows[start : start + CHUNK]]
                    self.session.execute(update(table).where(table.c.id.in_(ids)).values(fixed))
            else:
                self.session.connection().execute(
                    _rewrite(table, names),
                    [
                        {"_id": row.id, "_now": self.now, **{f"_{name}": self._changes[row.id][name] for name in names}}
                        for row in rows
                    ],
                )
        for row in self.rows:
            for name, value in self._changes[row.id].items():
                set_committed_value(row, name, value)
            set_committed_value(row, "updated_at", self.now)
            if versioned:
                set_committed_value(row, "version", getattr(row, "version") + 1)  # noqa: B009  # not every row has one


def _held(call: Call, model: type[Row], rows: Iterable[Row]) -> dict[int, Row]:
    """Those of *rows* that are as the database has them: just locked or, for a preview, read by a page that only reads.

    What somebody has set on a row was written by the flush before.
    """
    found: dict[int, Row] = {}
    for row in rows:
        state: Any = inspect(row)
        known = row in call.locked or (call.preview and call.session.only_reads)
        if known and state.session is call.session and not state.expired:
            found[row.id] = row
    return found


# Built once: for a batch of one, building and hashing a statement takes longer than running it.


@functools.cache
def _reread(model: Any, lock: bool) -> Any:
    """The rows of *model* by :ids, in id order, as they are now."""
    query = select(model).where(model.id.in_(bindparam("ids", expanding=True))).order_by(model.id)
    query = query.execution_options(populate_existing=True)
    return query.with_for_update(key_share=True) if lock else query


@functools.cache
def _rewrite(table: Any, names: tuple[str, ...]) -> Any:
    """The update of one row :_id of *table*, at :_now, in the columns *names*."""
    values: dict[str, Any] = {"updated_at": bindparam("_now"), **{name: bindparam(f"_{name}") for name in names}}
    if "version" in table.c:
        values["version"] = table.c.version + 1
    return update(table).where(table.c.id == bindparam("_id")).values(values)


def event_row(
    row: Base,
    call: Call,
    *,
    role: str,
    verb: str,
    version: int | None,
    before: dict[str, Any],
    after: dict[str, Any],
    rule: str | None = None,
) -> dict[str, Any]:
    """One row for the event log."""
    return {
        "estate_id": row.id if row.__tablename__ == "estates" else getattr(row, "estate_id", None),
        "at": call.now,
        "actor_id": call.actor.staff_id,
        "role": role,
        "session_id": call.actor.session_id,
        "address": call.actor.address,
        "verb": verb,
        "register": row.__tablename__,
        "record_id": row.id,
        "record_version": version,
        "before": before,
        "after": after,
        "reason": call.reason or None,
        "rule": rule and known_rule(rule),
        "request_id": call.actor.request_id,
        "bulk_run_id": call.bulk_run_id,
        "source": call.actor.source,
    }


def create(
    call: Call, rows: Sequence[Row], *, verb: str, rule: str | None = None, role: Role | None = None
) -> list[Row]:
    """Write new *rows* and one event each; the caller has guarded them. Returns them with ids.

    *role* names the role of a verb from which these rows follow; without it, the one that lets *actor* do *verb*.
    """
    # Before the flush: as soon as an estate is stored, nobody has a role in it yet.
    roles = [role or role_for(call.actor, verb, row) for row in rows]
    for row in rows:
        row.created_at = row.updated_at = call.now
    call.session.add_all(rows)
    call.session.flush()
    keyring = keyring_of(call.session)
    events = []
    for row, held in zip(rows, roles, strict=True):
        present = {
            column.key: getattr(row, column.key)
            for column in row.__table__.columns
            if column.computed is None and column.key not in {"id", "created_at", "updated_at", "version", "estate_id"}
        }
        after = facts(row, {name: value for name, value in present.items() if value is not None}, keyring)
        events.append(
            event_row(
                row,
                call,
                role=held.value if held else "",
                verb=verb,
                version=getattr(row, "version", None),
                before={},
                after=after,
                rule=rule,
            )
        )
    tell(call, verb, rows, record_events(call.session, events, of_new=True), {})
    return list(rows)


def refuse_role(actor: Actor, verb: str, row: Base) -> OperationRefused | None:
    """The refusal when *actor* may not do *verb* to the (new) *row*, else None."""
    if role_for(actor, verb, row) is not None:
        return None
    message = gettext_noop("Your role does not allow this here: %(verb)s.")
    return OperationRefused("ROLE", message, verb=verb_label(verb))


def facts(row: Base, values: Mapping[str, Any], keyring: Keyring) -> dict[str, Any]:
    """Column values as JSON codes for an event; personal ones as keyed digest, secrets not at all."""
    columns = row.__table__.columns
    return {name: fact(columns[name].info, value, keyring) for name, value in values.items()}


def differs(old: Any, new: Any) -> bool:
    """Whether a column would become something else."""
    return bool(old != new)


def estate_of(row: Base) -> int:
    """The estate of *row*; an estate is its own, what belongs to none is 0."""
    if row.__tablename__ == "estates":
        return row.id
    return getattr(row, "estate_id", None) or 0
