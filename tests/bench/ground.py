"""What is measured on: a database with the scale estate, and samples of it that the scenarios ask for."""

import datetime
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from admin_app import database
from models.personal import Keyring
from seed.scale import Plan, fill_scale
from tests import postgres
from tests.bench.bare import Bare
from tests.conftest import configured
from tests.fixed import DATA_KEY

CODE = "SCALE"
MANAGER = f"{CODE.lower()}.manager"
SEED = 20261122
SAMPLES = 16
ZONE = ZoneInfo("Asia/Shanghai")
MOST_AT_ONCE = 10_000
LIKE_A_TAIL = len("6-403")  # has four digits, so Front Desk also looks for phones that end in them
OPEN = "('received', 'dispatched', 'accepted', 'in_progress', 'waiting', 'done')"
_CHINESE = re.compile("[\u4e00-\u9fff]{2,}")


class Unavailable(Exception):
    """This kind of database cannot be had on this machine; the text says why."""


@contextmanager
def filled(dialect: str, rows: int) -> Iterator[str]:
    """The address of a throw-away database with the scale estate of *rows* tickets."""
    with place(dialect) as url:
        now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        with database.upgrade(configured(url), now=now) as opened:
            fill_scale(opened.writing, Plan(rows, SEED, CODE, now), lambda *_progress: None)
        yield url


@contextmanager
def place(dialect: str) -> Iterator[str]:
    """The address of an empty database."""
    if dialect == "sqlite":
        with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
            yield f"sqlite:///{Path(folder) / 'bench.db'}"
        return
    server, reason = postgres.start()
    if server is None:
        raise Unavailable(reason)
    try:
        yield server.create_database()
    finally:
        server.stop()


@dataclass
class Samples:
    """What is asked for: a few of each, spread over the estate, the same for ours and for the floor."""

    estate_id: int
    account_id: int
    team_id: int
    phones: list[str]
    tails: list[str]
    """The last four of these."""
    numbers: list[str]
    rooms: list[str]
    names: list[str]
    pinyin: list[str]
    texts: list[str]
    places: list[str]
    """``instant~id`` around the middle of the table."""
    days: list[str]
    """Dates around the middle of the table."""
    open_ids: list[int]
    export_from: str
    """The local date from which on about 10,000 tickets were registered, or half of them where there are fewer."""


def take_samples(bare: Bare, rows: int) -> Samples:
    """Look them up."""
    (estate_id,) = bare.row("SELECT id FROM estates WHERE code = %s", CODE)
    (account_id,) = bare.row("SELECT id FROM staff WHERE username = %s", MANAGER)
    (team_id,) = bare.row("SELECT id FROM teams WHERE estate_id = %s AND department = 'engineering'", estate_id)
    keyring = Keyring(DATA_KEY)
    first, last = bare.row("SELECT min(id), max(id) FROM tickets WHERE estate_id = %s", estate_id)
    found = [
        bare.row(
            "SELECT t.number, t.reporter_phone, t.summary, u.code, r.name, r.name_pinyin FROM tickets t"
            " JOIN units u ON u.id = t.unit_id JOIN residents r ON r.id = t.resident_id WHERE t.estate_id = %s"
            " AND t.reporter_phone IS NOT NULL AND u.use <> 'place' AND t.id >= %s ORDER BY t.id LIMIT 1",
            estate_id,
            first + (last - first) * number // (SAMPLES + 1),
        )
        for number in range(SAMPLES)
    ]
    reported = [row for row in found if row is not None]
    phones = [keyring.decrypt(row[1]) for row in reported]
    middle = bare.rows(
        "SELECT registered_at, id FROM tickets WHERE estate_id = %s ORDER BY registered_at DESC, id DESC"
        f" LIMIT {SAMPLES} OFFSET {rows // 2}",
        estate_id,
    )
    moments = [(bare.moment(at), row_id) for at, row_id in middle]
    middle_day = moments[0][0].astimezone(ZONE).date()
    (newest,) = bare.row(
        "SELECT registered_at FROM tickets WHERE estate_id = %s ORDER BY registered_at DESC"
        f" LIMIT 1 OFFSET {min(MOST_AT_ONCE, rows // 2) - 1}",
        estate_id,
    )
    return Samples(
        estate_id=estate_id,
        account_id=account_id,
        team_id=team_id,
        phones=phones,
        tails=[phone[-4:] for phone in phones],
        numbers=[row[0] for row in reported],
        rooms=[row[3] for row in reported if len(row[3]) > LIKE_A_TAIL] or [row[3] for row in reported],
        names=[row[4][-2:] for row in reported],
        pinyin=[row[5].split()[0][:-1] for row in reported],
        texts=[words[0][:2] for row in reported if (words := _CHINESE.findall(row[2]))],
        places=[f"{at.isoformat()}~{row_id}" for at, row_id in moments],
        days=[(middle_day - datetime.timedelta(days=number)).isoformat() for number in range(SAMPLES)],
        open_ids=spread(ids(bare, f"status IN {OPEN}", estate_id)),
        export_from=bare.moment(newest).astimezone(ZONE).date().isoformat(),
    )


def ids(bare: Bare, condition: str, estate_id: int) -> list[int]:
    """Ids of the tickets that *condition* is true of."""
    return [
        row[0]
        for row in bare.rows(f"SELECT id FROM tickets WHERE estate_id = %s AND {condition} ORDER BY id", estate_id)
    ]


def spread(rows: list[Any]) -> list[Any]:
    """A few of *rows*, evenly."""
    return rows[:: max(1, len(rows) // SAMPLES)][:SAMPLES]


def top_up(bare: Bare, samples: Samples, wanted: int, at: datetime.datetime) -> None:
    """Make so many received tickets that there are *wanted*: copies of closed ones taken *at*, with a clock each."""
    lacking = wanted - len(ids(bare, "status = 'received'", samples.estate_id))
    if lacking <= 0:
        return
    now, due = bare.time(at), bare.time(at + datetime.timedelta(hours=8))
    copied: tuple[str, ...] = (
        "estate_id",
        "kind",
        "summary",
        "detail",
        "severity",
        "channel",
        "category_id",
        "unit_id",
        "place",
    )
    copied += ("resident_id", "reporter_name", "reporter_phone", "reporter_phone_digest", "reporter_phone_tail_digest")
    names = ", ".join((*copied, "desk_owner_id"))
    (last,) = bare.row("SELECT max(id) FROM tickets")
    with bare.transaction():
        left, times = lacking, 0
        while left > 0:
            times += 1
            bare.run(
                f"INSERT INTO tickets ({names}, number, status, heard_at, registered_at, due_at, created_at,"
                f" updated_at) SELECT {names}, 'R9{last + times:07}-' || id, 'received', %s, %s, %s, %s, %s"
                f" FROM tickets WHERE estate_id = {samples.estate_id} AND kind = 'repair' AND status = 'closed'"
                f" AND id <= {last} ORDER BY id LIMIT {left}",
                *(now, now, due, now, now),
            )
            (made,) = bare.row("SELECT count(*) FROM tickets WHERE id > %s", last)
            left = lacking - made
        bare.run(
            "INSERT INTO clock_runs (estate_id, register, record_id, clock_id, started_at, due_at)"
            " SELECT t.estate_id, 'tickets', t.id, c.id, t.registered_at, t.due_at FROM tickets t JOIN clocks c"
            f" ON c.estate_id = t.estate_id AND c.code = 'same-day' WHERE t.id > {last}"
        )
