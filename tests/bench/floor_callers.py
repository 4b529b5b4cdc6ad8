"""The floor of the look-up of callers: the likeliest eight for the end of a phone, a room or pinyin, as JSON."""

from typing import Any

from flask import Blueprint, Response, jsonify

from tests.bench.floor import WORDS, account, beginning, digest, fragments, holding, kept, masked

CALLERS = (
    "SELECT r.id, u.id, r.name, u.code, o.kind, (SELECT c.value FROM resident_contacts c WHERE c.resident_id = r.id"
    " ORDER BY c.valid DESC, c.id LIMIT 1) FROM residents r LEFT JOIN occupancies o"
    " ON o.resident_id = r.id AND o.until_on IS NULL LEFT JOIN units u ON u.id = o.unit_id"
    " WHERE r.estate_id = %s AND {found} ORDER BY {near}"
    "CASE o.kind WHEN 'owner' THEN 0 WHEN 'tenant' THEN 1 ELSE 2 END, length(r.name), r.name_pinyin, r.id LIMIT 8"
)
LIVING = "r.id IN (SELECT resident_id FROM occupancies WHERE until_on IS NULL AND unit_id IN ({units}))"
PINYIN = (
    "CASE WHEN ' ' || r.name_pinyin || ' ' LIKE %s THEN 0 WHEN r.name_pinyin LIKE %s THEN 1"
    " WHEN ' ' || r.name_pinyin || ' ' LIKE %s THEN 2 ELSE 3 END, "
)
TAKERS = {"clerk", "supervisor", "manager"}

pages = Blueprint("floor_callers", __name__, url_prefix="/callers")


@pages.get("/tail/<tail>")
def by_tail(tail: str) -> Response:
    """By the last four of a phone, the room whose number is written so, or a number plate that begins or ends so."""
    who = account(TAKERS)
    living = LIVING.format(units=holding("units"))
    by_tail = "r.id IN (SELECT resident_id FROM resident_contacts WHERE tail_digest = %s)"
    found = f"({by_tail} OR {living} OR r.id IN ({holding('residents')}))"
    return _callers(CALLERS.format(found=found, near=""), who.estate_id, digest(tail), f"r{tail}", _plate(tail))


def _plate(tail: str) -> str:
    begins = beginning(tail)
    return f'{begins} OR "p{tail}"' if kept().bare.is_sqlite else f"{begins} | 'p{tail}'"


@pages.get("/room/<code>")
def by_room(code: str) -> Response:
    """By the number of the room."""
    who = account(TAKERS)
    living = LIVING.format(units="SELECT id FROM units WHERE estate_id = %s AND code = %s")
    query = CALLERS.format(found=f"{living} AND u.code = %s", near="")
    return _callers(query, who.estate_id, who.estate_id, code, code)


@pages.get("/pinyin/<text>")
def by_pinyin(text: str) -> Response:
    """By the beginning of a name's pinyin; whole syllables first, then who is called so by the first reading."""
    who = account(TAKERS)
    query = CALLERS.format(found=f"r.id IN ({holding('residents')})", near=PINYIN)
    return _callers(query, who.estate_id, fragments(text), f"% {text} %", f"{text}%", f"% {text}%")


def _callers(query: str, *values: Any) -> Response:
    return jsonify(
        [
            {
                "resident": resident_id,
                "unit": unit_id,
                "name": name,
                "room": room or "",
                "kind": WORDS[kind] if kind else "",
                "phone": masked(phone) if phone else "",
                "before": "",
            }
            for resident_id, unit_id, name, room, kind, phone in kept().bare.rows(query, *values)
        ]
    )
