"""The floor: what a person would write by hand for one page, with Flask, one template and the bare driver.

Each page reads (or writes) on the same database the same rows that Front Desk's page shows (or writes), through the
same indexes and past the same triggers, and nothing else: no form library, no translations, no menus, no filters.
Writing pages are in floor_writes.py.
"""

import base64
import csv
import datetime
import hashlib
import hmac
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Blueprint, Flask, Response, abort, current_app, render_template, request, session

from tests.bench.bare import Bare

PAGE = 50
COUNT_LIMIT = 10_000
READERS = {"clerk", "supervisor", "manager", "auditor"}
ZONE = ZoneInfo("Asia/Shanghai")
WORDS = {
    **{"received": "已接报", "dispatched": "已派单", "accepted": "已接单", "in_progress": "处理中", "waiting": "待料"},
    **{"done": "已完成", "closed": "已关闭", "cancelled": "已取消", "repair": "报修", "household_service": "居家服务"},
    **{"suggestion": "建议", "enquiry": "咨询", "query": "查询", "emergency": "紧急", "serious": "严重"},
    **{"ordinary": "一般", "minor": "轻微", "phone": "电话", "walk_in": "来访", "staff": "员工", "visit": "走访"},
    **{"forum": "论坛", "email": "邮件", "fax": "传真", "suggestion_box": "意见箱", "mini_programme": "小程序"},
    **{"import": "其他系统", "owner": "业主", "tenant": "租户", "family": "家属"},
}
SHOWN = (
    "t.id, t.number, t.status, t.due_at, t.kind, t.summary, u.code, t.place, m.name, s.name, t.registered_at"
    " FROM tickets t LEFT JOIN units u ON u.id = t.unit_id LEFT JOIN teams m ON m.id = t.team_id"
    " LEFT JOIN staff s ON s.id = t.assignee_id"
)

pages = Blueprint("floor", __name__)

MAIN_NUMBER = (
    "(SELECT c.value FROM resident_contacts c WHERE c.resident_id = residents.id ORDER BY c.valid DESC, c.id LIMIT 1)"
)


@dataclass
class Kept:
    """What the process keeps between requests."""

    bare: Bare
    cipher: AESGCM
    index_key: bytes
    seal_key: bytes


@dataclass
class Account:
    """Who asks, and in which estate."""

    id: int
    name: str
    estate_id: int
    estate: str
    roles: frozenset[str]


def create_floor(url: str, data_key: bytes, secret_key: str | bytes) -> Flask:
    """The application on the database at *url*."""
    from tests.bench import floor_callers, floor_writes

    app = Flask(__name__)
    app.secret_key = secret_key

    def derived(purpose: str) -> bytes:
        return hmac.new(data_key, f"frontdesk:{purpose}".encode(), hashlib.sha256).digest()

    app.extensions["floor"] = Kept(Bare(url), AESGCM(derived("encrypt")), derived("index"), derived("seal"))
    app.jinja_env.globals.update(local=local, words=WORDS)
    app.register_blueprint(pages)
    app.register_blueprint(floor_writes.pages)
    app.register_blueprint(floor_callers.pages)
    return app


def cookie(app: Flask, account_id: int) -> str:
    """The cookie of somebody who is signed in."""
    signer: Any = app.session_interface
    made: str = signer.get_signing_serializer(app).dumps({"account": account_id})
    return made


def kept() -> Kept:
    """The process's own things."""
    found: Kept = current_app.extensions["floor"]
    return found


def account(allowed: set[str]) -> Account:
    """Who is signed in, with roles and estate: one SELECT, as on each of our pages; 403 without an *allowed* role."""
    rows = kept().bare.rows(
        "SELECT s.id, s.name, a.estate_id, e.name, a.role FROM staff s"
        " LEFT JOIN staff_assignments a ON a.staff_id = s.id AND a.ended_at IS NULL"
        " LEFT JOIN estates e ON e.id = a.estate_id WHERE s.id = %s AND s.disabled_at IS NULL ORDER BY e.code",
        session.get("account", 0),
    )
    if not rows:
        abort(401)
    roles = frozenset(row[4] for row in rows if row[2] == rows[0][2])
    if not roles & allowed:
        abort(403)
    return Account(rows[0][0], rows[0][1], rows[0][2], rows[0][3], roles)


def local(value: Any) -> str:
    """An instant by the estate's clock."""
    if value is None:
        return "—"
    moment: datetime.datetime = kept().bare.moment(value).astimezone(ZONE)
    return moment.isoformat(" ", "minutes")[:16]


def digest(text: str) -> str:
    """The blind index of a phone number."""
    return hmac.new(kept().index_key, text.encode(), hashlib.sha256).hexdigest()[:32]


def masked(stored: str | None) -> str:
    """A phone number, decrypted and masked."""
    if not stored:
        return "—"
    raw = base64.b64decode(stored.partition(":")[2])
    digits = kept().cipher.decrypt(raw[:12], raw[12:], None).decode()
    return f"{digits[:3]}****{digits[-4:]}"


def fragments(text: str) -> str:
    """A query of the bigram index: pairs of Chinese characters, or the beginning of a word."""
    if text.isascii():
        return beginning(text)
    pairs = [text[place : place + 2] for place in range(len(text) - 1)]
    return " ".join(f'"{pair}"' for pair in pairs) if kept().bare.is_sqlite else " & ".join(f"'{p}'" for p in pairs)


def beginning(word: str) -> str:
    """A query of the bigram index for words that begin so."""
    return f'"{word}" *' if kept().bare.is_sqlite else f"'{word}':*"


def holding(table: str) -> str:
    """The ids of the rows of *table* that its bigram index finds."""
    if kept().bare.is_sqlite:
        return f"SELECT rowid FROM {table}_search WHERE {table}_search MATCH %s"
    return f"SELECT id FROM {table}_search WHERE tokens @@ CAST(%s AS tsquery)"


def counted_as(total: int) -> str:
    """The capped count as it is shown."""
    return f"{COUNT_LIMIT:,}+" if total > COUNT_LIMIT else f"{total:,}"


def tickets_page(
    who: Account, where: str, values: list[Any], order: str, place: str = "", at: tuple[Any, ...] = ()
) -> str:
    """Fifty tickets and the capped count in one SELECT; *place* narrows the page, not the count."""
    counted = f"(SELECT count(*) FROM (SELECT 1 FROM tickets t WHERE {where} LIMIT {COUNT_LIMIT + 1}) c)"
    shown = SHOWN.replace(" FROM", f", {counted} FROM", 1)
    rows = kept().bare.rows(
        f"SELECT {shown} WHERE {where}{place} ORDER BY {order} LIMIT {PAGE + 1}",
        *values,
        *values,
        *at,
    )
    total = rows[0][11] if rows else 0
    return render_template(
        "tickets.html", account=who, rows=rows[:PAGE], more=len(rows) > PAGE, total=counted_as(total)
    )


NEWEST = "t.registered_at DESC, t.id DESC"
LATEST_NUMBER = "t.id DESC"


@pages.get("/tickets")
def tickets() -> str:
    """List, page 1: account; 50 rows with unit, team and handler, and the capped count."""
    who = account(READERS)
    return tickets_page(who, "t.estate_id = %s", [who.estate_id], NEWEST)


@pages.get("/tickets/status/<status>")
def tickets_of_status(status: str) -> str:
    """The same, of one status."""
    who = account(READERS)
    return tickets_page(who, "t.estate_id = %s AND t.status = %s", [who.estate_id, status], NEWEST)


@pages.get("/tickets/after")
def tickets_after() -> str:
    """The same, from a place in the list on: a row value against the index."""
    who, bare = account(READERS), kept().bare
    moment, _, row_id = request.args["after"].rpartition("~")
    at = bare.time(datetime.datetime.fromisoformat(moment))
    place = " AND t.registered_at <= %s AND (t.registered_at, t.id) < (%s, %s)"
    return tickets_page(who, "t.estate_id = %s", [who.estate_id], NEWEST, place, (at, at, int(row_id)))


@pages.get("/tickets/on/<day>")
def tickets_on(day: str) -> str:
    """The same, from the end of a local date on."""
    who, bare = account(READERS), kept().bare
    next_day = datetime.date.fromisoformat(day) + datetime.timedelta(days=1)
    midnight = datetime.datetime.combine(next_day, datetime.time(), ZONE).astimezone(datetime.UTC)
    return tickets_page(
        who, "t.estate_id = %s", [who.estate_id], NEWEST, " AND t.registered_at < %s", (bare.time(midnight),)
    )


@pages.get("/tickets/phone/<phone>")
def tickets_by_phone(phone: str) -> str:
    """Tickets reported from that phone, or by the resident whose phone it is; by its digest."""
    who, sought = account(READERS), digest(phone)
    by_phone = (
        "t.id IN (SELECT id FROM tickets WHERE reporter_phone_digest = %s UNION SELECT id FROM tickets"
        " WHERE resident_id IN (SELECT resident_id FROM resident_contacts WHERE value_digest = %s))"
    )
    return tickets_page(who, f"t.estate_id = %s AND {by_phone}", [who.estate_id, sought, sought], LATEST_NUMBER)


@pages.get("/tickets/number/<number>")
def tickets_by_number(number: str) -> str:
    """The ticket of that number, by its unique index."""
    who = account(READERS)
    return tickets_page(who, "t.estate_id = %s AND t.number = %s", [who.estate_id, number], LATEST_NUMBER)


@pages.get("/tickets/room/<code>")
def tickets_by_room(code: str) -> str:
    """Tickets of that room, by its unique code."""
    who = account(READERS)
    by_room = "t.unit_id IN (SELECT id FROM units WHERE estate_id = %s AND code = %s)"
    values = [who.estate_id, who.estate_id, code]
    return tickets_page(who, f"t.estate_id = %s AND {by_room}", values, LATEST_NUMBER)


@pages.get("/tickets/text/<text>")
def tickets_by_text(text: str) -> str:
    """Tickets that say that, or whose resident is called that, by the bigram indexes."""
    who, sought = account(READERS), fragments(text)
    by_text = (
        f"t.id IN ({holding('tickets')} UNION SELECT id FROM tickets WHERE resident_id IN ({holding('residents')}))"
    )
    return tickets_page(who, f"t.estate_id = %s AND {by_text}", [who.estate_id, sought, sought], LATEST_NUMBER)


@pages.get("/residents/<text>")
def residents(text: str) -> str:
    """Residents whose name or pinyin has that, by the bigram index, with the capped count; then their homes.

    Phones are decrypted and masked.
    """
    who, bare = account(READERS), kept().bare
    where = f"estate_id = %s AND id IN ({holding('residents')})"
    values = [who.estate_id, fragments(text)]
    counted = f"(SELECT count(*) FROM (SELECT 1 FROM residents WHERE {where} LIMIT {COUNT_LIMIT + 1}) c)"
    rows = bare.rows(
        f"SELECT id, name, {MAIN_NUMBER} AS phone, vehicles, moved_in_on, updated_at, {counted}"
        f" FROM residents WHERE {where}"
        f" ORDER BY id DESC LIMIT {PAGE + 1}",
        *values,
        *values,
    )
    shown = [(row[0], row[1], masked(row[2]), *row[3:6]) for row in rows[:PAGE]]
    homes: dict[int, list[str]] = {row[0]: [] for row in shown}
    living = bare.among(
        "SELECT o.resident_id, u.code, o.kind FROM occupancies o JOIN units u ON u.id = o.unit_id"
        " WHERE o.until_on IS NULL AND o.resident_id IN {ids} ORDER BY o.id",
        list(homes),
    )
    for resident_id, code, kind in living:
        homes[resident_id].append(f"{code} ({WORDS.get(kind, kind)})")
    total = rows[0][6] if rows else 0
    return render_template(
        "residents.html", account=who, rows=shown, homes=homes, more=len(rows) > PAGE, total=counted_as(total)
    )


TEXTS = ("summary", "unit", "place", "resident", "reporter_name", "reporter_phone", "reporter_department")
TIMES = ("promised_at", "visit_from", "visit_until")
EDITED = ("detail", "wish", "severity", "channel", "category_id", "read_back")


@pages.get("/edit")
def edit() -> str:
    """The form of one ticket: its row with room and resident, and the categories to choose from."""
    who, bare = account({"clerk", "supervisor", "manager"}), kept().bare
    plain = ("id", "number", "version", "summary", "place", "reporter_name", "reporter_department", *TIMES, *EDITED)
    row = bare.row(
        f"SELECT {', '.join(f't.{name}' for name in plain)}, t.reporter_phone, u.code, r.name,"
        f" {MAIN_NUMBER.replace('residents.', 'r.')}"
        " FROM tickets t LEFT JOIN units u ON u.id = t.unit_id LEFT JOIN residents r ON r.id = t.resident_id"
        " WHERE t.id = %s AND t.estate_id = %s",
        int(request.args["id"]),
        who.estate_id,
    )
    if row is None:
        abort(404)
    ticket = dict(zip(plain, row, strict=False))
    phone, unit, resident, resident_phone = row[len(plain) :]
    ticket["unit"], ticket["reporter_phone"] = unit, masked(phone) if phone else ""
    ticket["resident"] = f"{resident} {masked(resident_phone)}" if resident else ""
    categories = bare.rows(
        "SELECT id, name FROM categories WHERE estate_id = %s AND register = 'tickets' AND enabled ORDER BY name, id",
        who.estate_id,
    )
    return render_template(
        "edit.html",
        account=who,
        ticket=ticket,
        texts=TEXTS,
        times=TIMES,
        categories=categories,
        severities=("serious", "ordinary", "minor"),
        channels=("phone", "walk_in", "staff", "visit", "forum", "email", "fax", "suggestion_box", "mini_programme"),
    )


EXPORTED = (
    "SELECT t.number, t.status, t.kind, t.severity, c.name, t.summary, u.code, t.place, t.reporter_name,"
    " t.reporter_phone, m.name, s.name, o.name, t.heard_at, t.registered_at, t.due_at, t.finished_at, t.closed_at,"
    " t.result FROM tickets t LEFT JOIN categories c ON c.id = t.category_id LEFT JOIN units u ON u.id = t.unit_id"
    " LEFT JOIN teams m ON m.id = t.team_id LEFT JOIN staff s ON s.id = t.assignee_id"
    " LEFT JOIN staff o ON o.id = t.desk_owner_id"
    " WHERE t.estate_id = %s AND t.registered_at >= %s ORDER BY t.registered_at DESC, t.id DESC"
)
HEADING = (
    *("编号", "状态", "类别", "严重", "分类", "摘要", "房号", "地点", "报事人", "电话", "部门", "责任人", "客服"),
    *("接报", "登记", "到期", "完成", "关闭", "结果"),
)
_FORMULA = re.compile(r"^[=+\-@\t\r\n]")


@pages.get("/export")
def export() -> Response:
    """Tickets from a date on as streamed CSV: the same columns, phones masked, formulas neutralised."""
    who, bare = account(READERS), kept().bare
    day = datetime.date.fromisoformat(request.args["from"])
    midnight = datetime.datetime.combine(day, datetime.time(), ZONE).astimezone(datetime.UTC)
    found = bare.stream(EXPORTED, who.estate_id, bare.time(midnight))
    return current_app.response_class(_lines(found, current_app.app_context()), mimetype="text/csv")


def _lines(found: Iterator[tuple[Any, ...]], context: Any) -> Iterator[str]:
    with context:
        yield "\ufeff"
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        writer.writerow(HEADING)
        for place, row in enumerate(found, 1):
            cells = [
                row[0],
                *(WORDS[word] for word in row[1:4]),
                *row[4:9],
                masked(row[9]) if row[9] else "",
                *row[10:13],
            ]
            cells += [local(moment) if moment else "" for moment in row[13:18]]
            cells.append(row[18])
            writer.writerow([f"'{text}" if text and _FORMULA.match(text) else text for text in cells])
            if place % 500 == 0:
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
        yield buffer.getvalue()
