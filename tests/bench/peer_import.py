"""Turn a copy of the peer benchmark's golden database into a Front Desk database with the same rows.

    FRONTDESK_DATABASE_URL=sqlite:////folder/copy.sqlite python -m tests.bench.peer_import

The golden residents, staff and tickets become one estate: tickets and residents keep their ids, tickets their numbers;
``urgent`` becomes ``serious``, golden category and due time are kept. Every row goes through the guards, with its
registering and its latest event, sealed. What our rules want and the golden rows lack is filled in: team, handler's
signature, result. One golden row is changed: the ticket in the middle, which the benchmark edits, is still in progress,
because a closed ticket is not edited here (JOB-6).
"""

import datetime
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import text

from admin_app import database
from admin_app.config import Config
from models.base import Base
from models.bulk import BulkRun, BulkState
from models.call import Call
from models.estates import FeeStatus, Unit, UnitUse
from models.follow_ups import FollowUp, FollowUpStatus
from models.matters import Channel, ClockRun, Severity
from models.operations import estates as estate_verbs, staff as staff_verbs
from models.operations.core import name_pinyin
from models.operations.estates import EstateDraft
from models.operations.staff import StaffDraft
from models.passwords import hashed
from models.personal import keyring_of
from models.phones import HOME, ContactKind
from models.residents import Resident, ResidentContact
from models.roles import Role
from models.session import DeskSession
from models.settings import Category, EstateSettings
from models.staff import Actor, Department, Team, actors_for, system_actor
from models.tickets import Acceptance, Ticket, TicketKind, TicketStatus
from seed.rows import RowWriter, event
from tests.bench.peer_golden import GoldenFile, GoldenSchema, golden_rows
from tests.bench.peer_reset import LATER, reset_statements

CHUNK = 4000
USERNAME = PASSWORD = "bench"
STAFF_PREFIX = "staff"
BULK_STAFF = 7
"""The benchmark gives jobs to the person with this id; its team has id 1."""

DEPARTMENTS = {
    "维修": Department.ENGINEERING,
    "保洁": Department.HOUSEKEEPING,
    "安保": Department.SECURITY,
    "客服": Department.CUSTOMER_SERVICE,
}
CATEGORIES = {
    "repair": "water",
    "housekeeping": "cleaning",
    "complaint": "other",
    "utilities": "electricity",
    "security": "low-voltage",
    "delivery": "public-facilities",
}
SEVERITIES = {"urgent": Severity.SERIOUS, "low": Severity.MINOR}
STATUSES = {status.value: status for status in TicketStatus}
WORKING = (TicketStatus.DISPATCHED, TicketStatus.IN_PROGRESS)
TICKETS = (
    "SELECT id, number, resident_id, category, status, priority, title, description, assignee_id, created_at, due_at,"
    " closed_at FROM {}tickets ORDER BY id"
)


def _chunks(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def main() -> None:
    """Import the database of the environment."""
    import_golden(Config.from_environment())


def import_golden(config: Config) -> None:
    """Replace the golden tables of the database by ours with the same content."""
    with golden_rows(config) as golden:
        ((first, middle),) = list(golden.rows("SELECT min(created_at), count(*) / 2 FROM {}tickets"))
        opening = _instant(first) - datetime.timedelta(days=1)
        with database.upgrade(config, now=opening) as opened, opened.writing() as session:
            work = _Import(session, golden, opening, int(middle))
            work.people()
            session.commit()
            for residents in _chunks(work.residents()):
                work.write_residents(residents)
                session.commit()
            for tickets in _chunks(golden.rows(TICKETS)):
                work.write_tickets(tickets)
                session.commit()
            work.prepare_bulk()
            session.commit()
            session.execute(text("ANALYZE"))
            session.commit()


def _instant(moment: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(moment).replace(tzinfo=datetime.UTC)


class _Import:
    """The new estate while it is being filled."""

    def __init__(
        self, session: DeskSession, golden: GoldenFile | GoldenSchema, opening: datetime.datetime, middle: int
    ) -> None:
        self.session, self.golden, self.opening, self.middle = session, golden, opening, middle
        self.writer = RowWriter(session)
        self.units: dict[str, int] = {}
        self.callers: dict[int, dict[str, Any]] = {}

    # ------------------------------------------------------------- people

    def people(self) -> None:
        """The estate, its teams, and the golden staff with accounts of their own; who signs in is the manager."""
        session, at = self.session, self.opening
        system = system_actor(session, source="seed")
        (estate,) = estate_verbs.register(Call(session, system, at), [EstateDraft("BENCH", "基准小区")]).all()
        self.estate_id = estate.id
        golden = list(self.golden.rows("SELECT id, name, role FROM {}staff ORDER BY id"))
        drafts = [StaffDraft(f"{STAFF_PREFIX}{row_id}", name, estate_id=estate.id) for row_id, name, _ in golden]
        people = staff_verbs.register(Call(session, system, at), drafts).all()
        department_of = {person.id: DEPARTMENTS[role] for person, (_, _, role) in zip(people, golden, strict=True)}
        first = department_of.get(BULK_STAFF)
        departments = sorted(set(department_of.values()), key=lambda item: (item is not first, item))
        teams = estate_verbs.register_teams(
            Call(session, system, at),
            [Team(estate_id=estate.id, name=item.value, department=item) for item in departments],
        ).all()
        for team in teams:
            crew = [person for person in people if department_of[person.id] is team.department]
            staff_verbs.grant_role(
                Call(session, system, at), crew, estate=estate, role=Role.TECHNICIAN, team=team
            ).all()
        manager = StaffDraft(USERNAME, USERNAME, hashed(PASSWORD), must_change_password=False, estate_id=estate.id)
        (bench,) = staff_verbs.register(Call(session, system, at), [manager]).all()
        staff_verbs.grant_role(Call(session, system, at), [bench], estate=estate, role=Role.MANAGER).all()
        team_of = {team.department: team.id for team in teams}
        actors = actors_for(session, [bench, *people], source="seed")
        self.bench: Actor = actors[0]
        self.workers = {
            row_id: (actor, team_of[department_of[actor.staff_id]])
            for (row_id, _, _), actor in zip(golden, actors[1:], strict=True)
        }
        self.settings = EstateSettings(session, [estate.id])
        found = session.query(Category.code, Category.id).filter(Category.estate_id == estate.id)
        self.categories = {row.code: row.id for row in found}
        self.clocks = {code: self._clock(code) for code in ("same-day", "slip-acknowledged", "on-site", "follow-up")}

    def _clock(self, code: str) -> int:
        clock = self.settings.clock(self.estate_id, code)
        assert clock is not None
        return clock.id

    def residents(self) -> Iterator[tuple[Any, ...]]:
        """The golden residents."""
        yield from self.golden.rows("SELECT id, name, phone, building, unit, room FROM {}residents ORDER BY id")

    def _new(self, row_id: int | None, at: datetime.datetime) -> dict[str, Any]:
        return {"id": row_id, "estate_id": self.estate_id, "created_at": at, "updated_at": at, "version": 1}

    def write_residents(self, golden: Sequence[tuple[Any, ...]]) -> None:
        """Residents and their units (``12-3-2301``)."""
        at, keyring = self.opening, keyring_of(self.session)
        units, residents, contacts = [], [], []
        homes = {row[0]: "-".join(part.rstrip("号楼单元") for part in row[3:6]) for row in golden}
        new = list(dict.fromkeys(code for code in homes.values() if code not in self.units))
        for code, row_id in zip(new, self.writer.ids(Unit, len(new)), strict=True):
            self.units[code] = row_id
            building, _, room = code.split("-")
            units.append(
                {
                    **self._new(row_id, at),
                    "building": building,
                    "floor": int(room[:-2]),
                    "code": code,
                    "use": UnitUse.HOME,
                    "fee_status": FeeStatus.PAID,
                }
            )
        for row_id, name, phone, *_ in golden:
            stored = {
                "phone": keyring.encrypt(phone),
                "phone_digest": keyring.digest(phone),
                "phone_tail_digest": keyring.digest(phone[-4:]),
            }
            residents.append({**self._new(row_id, at), "name": name, "name_pinyin": name_pinyin(name)})
            contact = {"resident_id": row_id, "kind": ContactKind.MOBILE, "country": HOME, "valid": True}
            contact |= {"value": stored["phone"], "value_digest": stored["phone_digest"]}
            contacts.append({**self._new(row_id, at), **contact, "tail_digest": stored["phone_tail_digest"]})
            unit_id = self.units[homes[row_id]]
            self.callers[row_id] = {
                "unit_id": unit_id,
                "resident_id": row_id,
                "reporter_name": name,
                **{f"reporter_{column}": value for column, value in stored.items()},
            }
        events = []
        tables: tuple[tuple[type[Base], list[dict[str, Any]]], ...] = (
            (Unit, units),
            (Resident, residents),
            (ResidentContact, contacts),
        )
        for model, rows in tables:
            self.writer.write(model, rows)
            events += [event(model, row, "register", self.bench, Role.MANAGER, at) for row in rows]
        self.writer.write_events(self.estate_id, events)
        self._continue(Resident)
        self._continue(ResidentContact)

    def _continue(self, model: type[Base]) -> None:
        """Let the ids of new rows follow those that were given."""
        if self.session.get_bind().dialect.name == "postgresql":
            table = model.__tablename__
            self.session.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
            )

    # ------------------------------------------------------------- tickets

    def write_tickets(self, golden: Sequence[tuple[Any, ...]]) -> None:
        """Tickets, clocks of the open ones, follow-ups of the finished ones, and their events."""
        tickets: list[dict[str, Any]] = []
        runs: list[dict[str, Any]] = []
        events: list[dict[str, Any]] = []
        finished: list[dict[str, Any]] = []
        for row in golden:
            ticket, verb = self._ticket(row)
            first = {**ticket, **self._at_first(ticket)}
            events.append(event(Ticket, first, "register", self.bench, Role.MANAGER, ticket["registered_at"]))
            if verb is not None:
                at = ticket["updated_at"]
                after = {name: value for name, value in self._last(ticket).items() if value is not None}
                before = dict.fromkeys(after)
                events.append(event(Ticket, ticket, verb, self.bench, Role.MANAGER, at, before=before, after=after))
            tickets.append(ticket)
            if ticket["status"] is not TicketStatus.CLOSED:
                runs += self._runs(ticket, _instant(str(row[10])))
            if ticket["status"] is TicketStatus.DONE:
                finished.append(ticket)
        follow_ups = self._follow_ups(finished, runs, events)
        self.writer.write(Ticket, tickets)
        self.writer.write(FollowUp, follow_ups)
        self.writer.write(ClockRun, runs)
        self.writer.write_events(self.estate_id, events)
        self._continue(Ticket)

    @staticmethod
    def _at_first(ticket: dict[str, Any]) -> dict[str, Any]:
        empty = dict.fromkeys((*LATER, "due_at"))
        return {**empty, "status": TicketStatus.RECEIVED, "version": 1}

    @staticmethod
    def _last(ticket: dict[str, Any]) -> dict[str, Any]:
        """What the latest verb changed."""
        names = {
            TicketStatus.DISPATCHED: ("status", "team_id", "assignee_id", "dispatched_at", "due_at"),
            TicketStatus.IN_PROGRESS: ("status", "arrived_at"),
            TicketStatus.DONE: ("status", "finished_at", "result", "acceptance"),
            TicketStatus.CLOSED: ("status", "closed_at", "closed_by_id"),
        }[ticket["status"]]
        return {name: ticket[name] for name in names}

    def _ticket(self, row: tuple[Any, ...]) -> tuple[dict[str, Any], str | None]:
        row_id, number, resident_id, category, word, priority, title, description, assignee_id, made, due, ended = row
        at = _instant(made)
        status = TicketStatus.IN_PROGRESS if row_id == self.middle else STATUSES[word]
        ticket = {
            **self._new(row_id, at),
            "number": number,
            "kind": TicketKind.REPAIR,
            "status": status,
            "severity": SEVERITIES.get(priority, Severity.ORDINARY),
            "channel": Channel.PHONE,
            "summary": title,
            "detail": description,
            **self.callers[resident_id],
            "category_id": self.categories[CATEGORIES[category]],
            "read_back": False,
            "heard_at": at,
            "registered_at": at,
            "due_at": None,
            "desk_owner_id": self.bench.staff_id,
            "repeats": 0,
            "must_complete": False,
            "imported_closed": False,
            **dict.fromkeys(LATER),
        }
        if status is TicketStatus.RECEIVED:
            ticket["due_at"] = _instant(due)
            return ticket, None
        worker, team_id = self.workers[assignee_id]
        soon = [at + datetime.timedelta(minutes=minutes) for minutes in (1, 2, 3, 4)]
        ticket.update(team_id=team_id, assignee_id=worker.staff_id, dispatched_at=soon[0], updated_at=soon[0])
        if status is TicketStatus.DISPATCHED:
            ticket.update(due_at=_instant(due), version=2)
            return ticket, "dispatch"
        ticket.update(accepted_at=soon[1], slip_taken_by_id=worker.staff_id, arrived_at=soon[2], updated_at=soon[2])
        if status is TicketStatus.IN_PROGRESS:
            ticket.update(due_at=_instant(due), version=4)
            return ticket, "start"
        end = _instant(ended) if ended is not None else soon[3]
        ticket.update(finished_at=end, result=f"{title}：已处理。", acceptance=Acceptance.SIGNED, updated_at=end)
        if status is TicketStatus.DONE:
            ticket.update(version=5)
            return ticket, "finish"
        ticket.update(slip_returned_at=end, slip_returned_to_id=self.bench.staff_id)
        ticket.update(closed_at=end, closed_by_id=self.bench.staff_id, version=7)
        return ticket, "close"

    def _run(self, code: str, ticket: dict[str, Any], start: datetime.datetime, due: Any, met: Any) -> dict[str, Any]:
        return {
            "estate_id": self.estate_id,
            "clock_id": self.clocks[code],
            "register": "tickets",
            "record_id": ticket["id"],
            "started_at": start,
            "due_at": due,
            "met_at": met,
            "created_at": start,
            "updated_at": met or start,
        }

    def _runs(self, ticket: dict[str, Any], due: datetime.datetime) -> list[dict[str, Any]]:
        """The clocks of an open ticket; what runs out first does so at the golden due time."""
        runs = [self._run("same-day", ticket, ticket["registered_at"], due, ticket["finished_at"])]
        given = ticket["dispatched_at"]
        if given is not None:
            runs.append(self._run("slip-acknowledged", ticket, given, due, ticket["accepted_at"]))
            runs.append(self._run("on-site", ticket, given, due, ticket["arrived_at"]))
        return runs

    def _follow_ups(
        self, tickets: Sequence[dict[str, Any]], runs: list[dict[str, Any]], events: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        rows = []
        for ticket, row_id in zip(tickets, self.writer.ids(FollowUp, len(tickets)), strict=True):
            at = ticket["finished_at"]
            due = at + datetime.timedelta(days=3)
            row = {
                **self._new(row_id, at),
                "register": "tickets",
                "record_id": ticket["id"],
                "status": FollowUpStatus.SCHEDULED,
                "assignee_id": ticket["desk_owner_id"],
                "due_at": due,
                "attempts": 0,
            }
            run = self._run("follow-up", ticket, at, due, None)
            runs.append({**run, "register": "follow_ups", "record_id": row_id})
            events.append(event(FollowUp, row, "schedule", self.bench, Role.MANAGER, at, rule="FUP-1"))
            rows.append(row)
        return rows

    # ------------------------------------------------------------- what the benchmark puts back

    def prepare_bulk(self) -> None:
        """Two bulk runs as a preview leaves them, and a table whose trigger puts tickets and previews back.

        The benchmark times one request; with us a bulk action is two, the preview and the run. Before each run its
        preview is put back by ``INSERT INTO bench_reset (ticket_id, run_id)``. What a preview costs: peer_preview.json.
        """
        team_id = next(team for actor, team in self.workers.values() if actor.staff_id == BULK_STAFF)
        arguments = {"team": team_id, "assignee": BULK_STAFF, "visit_from": None, "visit_until": None}
        for run_id, word in enumerate(("ticked", "matching"), 1):
            run = BulkRun(
                id=run_id,
                estate_id=self.estate_id,
                actor_id=self.bench.staff_id,
                register="tickets",
                verb="dispatch",
                arguments=arguments,
                idempotency_key=f"benchmark-{word}",
                state=BulkState.PREVIEWED,
            )
            self.session.add(run)
        self.session.flush()
        self._continue(BulkRun)
        is_sqlite = self.session.get_bind().dialect.name == "sqlite"
        for statement in reset_statements(self.clocks["same-day"], is_sqlite=is_sqlite):
            self.session.connection().exec_driver_sql(statement)


if __name__ == "__main__":
    main()
