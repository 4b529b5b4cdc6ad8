"""Rows of keys that are out and of valid passes, for the day an estate changes over to this desk (KEY-2, PAS-7).

What the other desk has lent or issued is taken over as it is: when, to whom, until when. Approvals, checks of identity
and papers are what that desk did; who imports answers for it, and the event says so.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from models.call import Call
from models.errors import OperationRefused, gettext_noop
from models.import_cells import ANONYMOUS, word_key
from models.import_headings import COLUMNS
from models.import_terms import key_and_pieces, names_several_keys
from models.keys import ApprovalStatus, BorrowerKind, Key, KeyApproval, KeyLoan, KeyOrigin
from models.operations.core import check_phone, create, phone_columns, take_numbers
from models.operations.imports.matters import in_utc, no_unit, refuse_hidden, unit_of, zone_of
from models.operations.imports.units import KnownUnits, Result, TellApart, hold_estate
from models.operations.keys import FREE_BORROWERS, KeyDraft, key_gone, on_loan, open_loans, register as register_keys
from models.operations.passes import new_code
from models.passes import PassKind, VisitorPass
from models.residents import OccupancyKind
from models.session import DeskSession
from models.settings import EstateSettings
from models.spreadsheets import RULE, SheetRow
from models.staff import Actor
from models.tags import tag_key

ONE_MINUTE = datetime.timedelta(minutes=1)
ONE_DAY = datetime.timedelta(days=1)
PURPOSE = gettext_noop("taken over from another desk")


@dataclass
class _CustodyImport:
    """What both have in common: a row becomes a record, or is known, or is refused."""

    session: DeskSession
    estate_id: int
    columns: Sequence[str | None]
    actor: Actor
    now: datetime.datetime
    preview: bool = False
    header: Sequence[str] = ()
    everybody: OccupancyKind | None = None

    def __post_init__(self) -> None:
        self._units = KnownUnits(self.session, self.estate_id)
        self._apart = TellApart(self.header, self.columns)
        self._zone = zone_of(self.session, self.estate_id)
        self._calendar = EstateSettings(self.session, [self.estate_id]).calendar(self.estate_id)

    def look_through(self, chunks: Iterable[Sequence[SheetRow]]) -> None:
        """Nothing to see before a preview: what an earlier row has taken is remembered."""

    def _each(self, register: str, rows: Sequence[SheetRow], become: Callable[[dict[str, Any], SheetRow], Any]) -> Any:
        """The results, and the new records, of *rows*."""
        if not self.preview:
            hold_estate(self.session, self.estate_id)
        results: list[Result] = ["unchanged"] * len(rows)
        made: list[Any] = []
        for at, row in enumerate(rows):
            try:
                values = COLUMNS[register].read(self.columns, row)
                new = become(values, row)
            except OperationRefused as refusal:
                results[at] = refusal.with_traceback(None)  # which would keep all rows of the chunk
                continue
            if new is not None:
                results[at] = "imported"
                made.append(new)
        return results, made

    def _person(self, values: dict[str, Any], name: str) -> str | None:
        person: str | None = values.get(name)
        return None if person is None or word_key(person) in ANONYMOUS else person

    def _time(self, values: dict[str, Any], name: str) -> datetime.datetime | None:
        return in_utc(values.get(name), self._zone)


class LoansImport(_CustodyImport):
    """Takes rows of keys that are out; a key that is not registered yet is, where the row says its hook and place."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._new: dict[str, tuple[Key, KeyLoan]] = {}
        """Keys and loans of a preview, which are nowhere else."""
        self._hooks: set[str] = set()

    def take(self, rows: Sequence[SheetRow]) -> list[Result]:
        """Do what *rows* say; one result each."""
        query = select(Key).where(Key.estate_id == self.estate_id)
        self._keys = {key.number: key for key in self.session.scalars(query)}
        by_id = open_loans(self.session, [key.id for key in self._keys.values()])
        self._out = {number: by_id[key.id] for number, key in self._keys.items() if key.id in by_id}
        for number, (key, loan) in self._new.items():
            self._keys.setdefault(number, key)
            self._out.setdefault(number, loan)
        self._tags: dict[str, set[str]] = {}
        for number in self._keys:
            self._tags.setdefault(tag_key(number), set()).add(number)
        results, loans = self._each("key_loans", rows, self._loan)
        if not self.preview:
            self._approve([loan for loan in loans if loan.borrower_kind not in FREE_BORROWERS])
            create(Call(self.session, self.actor, self.now), loans, verb="take_over", rule="KEY-2")
        found: list[Result] = results
        return found

    def _loan(self, values: dict[str, Any], row: SheetRow) -> KeyLoan | None:
        name, (number, count) = self._person(values, "borrower_name"), self._key_of(values)
        lent_at = self._time(values, "lent_at")
        if not number or not name or lent_at is None:
            raise OperationRefused("KEY-2", gettext_noop("Write down which key it is, who has it, and since when."))
        key = self._called(number)
        if key is not None and self._is_known(key, name, lent_at, came_back="returned_at" in values):
            return None
        refuse_hidden(values)
        if values.get("returned_at"):
            raise OperationRefused(
                "KEY-2", gettext_noop("This key has come back; only keys that are out are taken over.")
            )
        if lent_at > self.now:
            raise OperationRefused("KEY-2", gettext_noop("A key cannot have been lent in the future."))
        if key is not None and (out := self._out.get(key.number)) is not None:
            raise on_loan(key, out.borrower_name)
        if key is not None and (refusal := key_gone(key)):
            raise refusal
        check_phone(values.get("borrower_phone"), "KEY-3", "borrower_phone")
        if key is not None and count not in (None, key.pieces):
            message = gettext_noop(
                "The row says %(said)s pieces of key %(number)s, and the register %(count)s: put one of them right."
            )
            raise OperationRefused("KEY-2", message, said=count, number=key.number, count=key.pieces)
        due_at = self._due(values, lent_at)
        if due_at < lent_at:
            raise OperationRefused("KEY-4", gettext_noop("The time to come back lies before the loan."))
        if key is None:
            key = self._registered(values, row, number, count or 1, lent_at)
        loan = KeyLoan(
            estate_id=self.estate_id,
            key_id=key.id,
            borrower_kind=values.get("borrower_kind", BorrowerKind.OTHER),
            borrower_name=name,
            borrower_phone=phone_columns(self.session, values.get("borrower_phone"))["phone"],
            purpose=values.get("purpose") or str(PURPOSE),
            pieces=key.pieces,
            lent_at=lent_at,
            lent_by_id=self.actor.staff_id,
            due_at=due_at,
            note=values.get("note"),
        )
        self._out[key.number] = loan
        if self.preview:
            self._new[key.number] = key, loan
        return loan

    def _key_of(self, values: dict[str, Any]) -> tuple[str, int | None]:
        """The number of the key and how many pieces of it the row says; refuses several keys in one cell."""
        number, count = values.get("key", ""), values.get("pieces")
        if number not in self._keys:
            number, said = key_and_pieces(number)
            if number not in self._keys and names_several_keys(number):
                message = gettext_noop("“%(value)s” names several keys: write each of them in a row of its own.")
                raise OperationRefused("KEY-2", message, value=number[:40])
            if None not in (said, count) and said != count:
                message = gettext_noop("The row says two numbers of pieces, %(one)s and %(other)s.")
                raise OperationRefused("KEY-2", message, one=said, other=count)
            count = said if count is None else count
        return number, count

    def _due(self, values: dict[str, Any], lent_at: datetime.datetime) -> datetime.datetime:
        """When the key is due (KEY-4): a day that is named is the last one; where nothing is said, it is today."""
        said = values.get("due_at")
        if said is None:
            return self._calendar.end_of_day(self.now)
        if isinstance(said, datetime.timedelta):
            return lent_at + said if said % ONE_DAY else self._calendar.end_of_day(lent_at + said)
        due_at = self._time(values, "due_at")
        assert due_at is not None
        return self._calendar.end_of_day(due_at) if said.time() == datetime.time() else due_at

    def _called(self, number: str) -> Key | None:
        """The key of that *number*, however it is written; refused where several are called so."""
        called = self._tags.get(tag_key(number), set())
        if number not in self._keys and len(called) > 1:
            message = gettext_noop("Several keys are called like %(number)s; write the number as the register has it.")
            raise OperationRefused("KEY-1", message, number=number)
        return self._keys.get(number) or (self._keys[next(iter(called))] if called else None)

    def _registered(
        self, values: dict[str, Any], row: SheetRow, number: str, count: int, received_at: datetime.datetime
    ) -> Key:
        """The key that a row brings with its loan (KEY-1); refused where the row does not say enough."""
        hook = values.get("hook", "")
        unit_id = unit_of(self._units, self._apart, values, row)
        place = values.get("place")
        if not hook or (unit_id is None and place is None):
            message = gettext_noop(
                "There is no key %(number)s in this estate. Register it first; or add the columns of its hook and of "
                "its unit or place to the file, and it is registered with its loan."
            )
            raise OperationRefused("KEY-1", message, number=number)
        draft = KeyDraft(
            self.estate_id,
            values.get("origin") or (KeyOrigin.COMMON if unit_id is None else KeyOrigin.ENTRUSTED),
            hook,
            values.get("seal", ""),
            unit_id=unit_id,
            place=place,
            number=number,
            pieces=count,
            received_at=received_at,
            note=str(PURPOSE),
            is_out=True,
        )
        if self.preview and tag_key(hook) in self._hooks:
            message = gettext_noop("An earlier row of the file has a key on the hook %(name)s already.")
            raise OperationRefused("KEY-1", message, name=hook)
        self._hooks.add(tag_key(hook))
        outcome = register_keys(Call(self.session, self.actor, self.now, preview=self.preview), [draft])
        for _draft, refusal in outcome.refused:
            raise refusal
        key = Key(estate_id=self.estate_id, number=number, pieces=count) if self.preview else outcome.done[0]
        self._keys[number] = key
        self._tags.setdefault(tag_key(number), set()).add(number)
        return key

    def _is_known(self, key: Key, name: str, lent_at: datetime.datetime, *, came_back: bool) -> bool:
        out = self._out.get(key.number)
        if out is not None and out.borrower_name == name:
            if not came_back:
                return True
            if abs(out.lent_at - lent_at) <= ONE_MINUTE:
                message = gettext_noop(
                    "Here key %(number)s is still out, and the row says that it came back: return it."
                )
                raise OperationRefused("KEY-4", message, number=key.number)
        known = select(KeyLoan.id).where(
            KeyLoan.key_id == key.id,
            KeyLoan.borrower_name == name,
            KeyLoan.lent_at.between(lent_at - ONE_MINUTE, lent_at + ONE_MINUTE),
        )
        return self.session.scalars(known.limit(1)).first() is not None

    def _approve(self, loans: Sequence[KeyLoan]) -> None:
        """The other desk's consent, for which who imports answers: a key out to others needs one (KEY-3)."""
        approvals = [
            KeyApproval(
                estate_id=self.estate_id,
                key_id=loan.key_id,
                borrower_kind=loan.borrower_kind,
                borrower_name=loan.borrower_name,
                purpose=loan.purpose,
                requested_at=self.now,
                requested_by_id=self.actor.staff_id,
                status=ApprovalStatus.USED,
                decided_at=self.now,
                decided_by_id=self.actor.staff_id,
                decision_reason=str(PURPOSE),
                due_at=loan.due_at,
            )
            for loan in loans
        ]
        create(Call(self.session, self.actor, self.now), approvals, verb="take_over", rule="KEY-3")
        for loan, approval in zip(loans, approvals, strict=True):
            loan.approval_id = approval.id


class PassesImport(_CustodyImport):
    """Takes rows of passes that are valid."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._seen: dict[Any, tuple[int, Any]] = {}
        """Number or, without one, holder, unit and end of a pass -> the row that says it, and all three."""

    def take(self, rows: Sequence[SheetRow]) -> list[Result]:
        """Do what *rows* say; one result each."""
        results, passes = self._each("visitor_passes", rows, self._pass)
        if not self.preview:
            unnumbered = [one for one in passes if not one.number]
            day = self._calendar.local_date(self.now)
            numbers = take_numbers(self.session, self.estate_id, VisitorPass.number_prefix, day, len(unnumbered))
            for one, number in zip(unnumbered, numbers, strict=True):
                one.number = number
            create(Call(self.session, self.actor, self.now), passes, verb="take_over", rule="PAS-7")
        found: list[Result] = results
        return found

    def _pass(self, values: dict[str, Any], row: SheetRow) -> VisitorPass | None:
        if isinstance(span := values.get("valid_until"), tuple):
            begins, values["valid_until"] = span
            if values.setdefault("valid_from", begins) != begins:
                message = gettext_noop("The row says twice from when the pass is valid, and not the same.")
                raise OperationRefused("PAS-7", message)
        name, until = self._person(values, "holder_name"), self._time(values, "valid_until")
        unit_id = unit_of(self._units, self._apart, values, row)
        if place := values.get("place"):
            raise no_unit(place)
        if not name or until is None:
            raise OperationRefused("PAS-7", gettext_noop("Write down whose pass it is, and until when it is valid."))
        if values["valid_until"].time() == datetime.time():
            until = self._calendar.end_of_day(until)  # a day that is named is the last one
        number, facts = values.get("number"), (name, unit_id, until)
        first, known = self._seen.setdefault(number or facts, (row.number, facts))
        if first != row.number:
            message = gettext_noop("Row %(row)s of the file is the same pass.")
            if known != facts:
                message = gettext_noop(
                    "Row %(row)s of the file has pass %(number)s already, with another holder, unit or end: "
                    "each pass has a number of its own."
                )
            raise OperationRefused(RULE, message, row=first, number=number)
        if self._is_known(number, name, unit_id, until):
            return None
        refuse_hidden(values)
        if until <= self.now:
            raise OperationRefused("PAS-7", gettext_noop("This pass has ended; only valid passes are taken over."))
        begin = self._time(values, "valid_from") or self.now
        if begin >= until:
            raise OperationRefused("PAS-7", gettext_noop("A pass must be valid for some time."))
        check_phone(values.get("phone"), "PAS-1", "phone")
        kind = values.get("kind", PassKind.VISITOR)
        return VisitorPass(
            estate_id=self.estate_id,
            kind=kind,
            number=values.get("number") or "",
            code=new_code(),
            holder_name=name,
            organisation=values.get("organisation"),
            **phone_columns(self.session, values.get("phone")),
            purpose=values.get("purpose"),
            permit_number=values.get("permit_number"),
            permit_until=until if kind is PassKind.WORKER else None,
            host_unit_id=unit_id,
            valid_from=begin,
            valid_until=until,
            issued_at=min(begin, self.now),
            issued_by_id=self.actor.staff_id,
        )

    def _is_known(self, number: str | None, name: str, unit_id: int | None, until: datetime.datetime) -> bool:
        query = select(VisitorPass.holder_name, VisitorPass.valid_until)
        query = query.where(VisitorPass.estate_id == self.estate_id)
        if number:
            known = self.session.execute(query.where(VisitorPass.number == number)).one_or_none()
            if known is not None and known.holder_name != name:
                message = gettext_noop("Pass %(number)s is %(name)s's already.")
                raise OperationRefused("PAS-7", message, number=number, name=known.holder_name)
            # A last day is read as its end, also where our own list writes that end.
            if known is not None and abs(known.valid_until - until) > ONE_DAY:
                message = gettext_noop(
                    "Here pass %(number)s is valid until %(until)s, and the row says until %(said)s: if it was "
                    "extended, issue another one."
                )
                raise OperationRefused("PAS-7", message, number=number, until=known.valid_until, said=until)
            return known is not None
        query = query.where(VisitorPass.holder_name == name, VisitorPass.valid_until == until)
        here = VisitorPass.host_unit_id == unit_id if unit_id is not None else VisitorPass.host_unit_id.is_(None)
        return self.session.execute(query.where(here).limit(1)).first() is not None
