"""The page most people will use: nothing on it is left in English."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from models.call import Call
from models.complaints import ComplaintCategory
from models.operations import kinds, staff
from models.residents import Resident
from models.roles import Role
from tests import reading
from tests.check_translations import as_tuple, read
from tests.factories import World
from tests.marks import first_sqlite
from tests.operations.walks import new_ticket
from tests.pages import addresses
from tests.records import Records

ALLOWED = re.compile(
    r"CSV|XLSX|Excel|GB18030|UTF|Ctrl|Enter|Esc|Alt|Meta|English|[A-Z]{3}-\d+|https?:\S+|[\w-]{20,}|Asia/Shanghai"
    r"|\b[A-Z0-9]{10}\b|\b[A-Z0-9]{5}\W[A-Z0-9]{5}\b"
    r"|Message (?=\{\{)|\{[{%].+?[%}]\}"
    r"|\b(elsewhere|gate|water|customer service|engineering|finance|greening|housekeeping|security)\b"
)
"""Names of keys, formats and zones, rule ids, codes to scan, placeholders of texts, and what the tests' records say."""
HEADINGS = "/admin/imports/new/"
"""The page that tells by which English headings a spreadsheet's columns are known."""
WORD = re.compile(r"[A-Za-z]{3,}")
HAN = "[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef”’…]"
NARROW = re.compile(rf"(?<={HAN})\s?[:,;?!()]|[:,;?!()]\s?(?={HAN})")
"""Marks of English sentences beside Chinese characters, which have marks of their own width."""
USER_NAME = re.compile(r"\([a-z]+\d?\)")
"""As it stands behind a name in lists of colleagues, to be typed again just so."""
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")


def test_chinese_texts_have_chinese_marks() -> None:
    texts = [text for message in read() for text in as_tuple(message.string)]
    assert len(texts) > 1000
    # What a placeholder stands for may be Chinese too.
    assert [text for text in texts if NARROW.search(PLACEHOLDER.sub("某", text))] == []


@first_sqlite
def test_no_page_shows_english_to_chinese_readers(
    app: Flask, records: Records, sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in("manager")
    people = {"clerk", "lead", "technician", "manager", "supervisor", "auditor", "admin", "guard", "stranger"}
    left: dict[str, list[str]] = {}
    narrow: dict[str, str] = {}
    for address in sorted(set(addresses(app, records))):
        answer = client.get(address, headers={"Accept-Language": "zh-CN"})
        if address == HEADINGS or answer.status_code != 200 or "html" not in answer.content_type:
            continue
        page = reading.one(reading.page(answer), "main")
        page.strip_tags(["script", "style", "template"])
        text = ALLOWED.sub(" ", reading.words(page))
        words = [word for word in WORD.findall(text) if word.lower() not in people]
        for word in words:
            left.setdefault(word, []).append(address)
        said = USER_NAME.sub(" ", reading.words(page))
        for found in NARROW.finditer(said):
            narrow[said[max(0, found.start() - 20) : found.end() + 20]] = address
    wrong = [f"{word}: {where[:2]}" for word, where in left.items()]
    assert not wrong, "\n".join(wrong)
    assert not narrow, "\n".join(f"{text}  {where}" for text, where in narrow.items())


@first_sqlite
def test_whatever_an_event_tells_is_told_in_chinese(
    world: World, now: datetime, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    """What is no column (role, merged), what the program works out (sort_key, moved) and the codes of steps."""
    call = Call(world.session, world.actor("admin"), now)
    staff.grant_role(call, [world.staff["clerk"]], estate=world.estate, role=Role.SUPERVISOR).one()
    ticket = new_ticket(world, now, place="大堂", summary="道闸坏了")
    again = Call(world.session, world.actor("clerk"), now, reason="这是投诉")
    kinds.take_as_complaint(again, [ticket], category=ComplaintCategory.EQUIPMENT).one()
    people = [Resident(estate_id=world.estate.id, name=name, name_pinyin=name) for name in ("甲", "乙")]
    world.session.add_all(people)
    world.session.commit()
    supervisor, manager = sign_in("supervisor"), sign_in("manager")
    path = f"/admin/residents/step/unite/?id={people[0].id}"
    merging = {"other_id": f"id:{people[1].id}", "looked_at": "1"}
    shown = reading.value_of(reading.page(post(supervisor, path, **merging, effect="").text), "effect")
    assert post(supervisor, path, **merging, effect=shown).status_code == 302
    assert post(manager, "/admin/units/new/", code="9-901", use="home", fee_status="unknown").status_code == 302
    clock = {"code": "限时", "start_event": "tickets.accept", "stop_event": "tickets.finish", "minutes": "9"}
    assert post(manager, "/admin/clocks/new/", **clock, calendar="always").status_code == 302
    page = reading.page(manager.get("/admin/events/", headers={"Accept-Language": "zh-CN"}))
    told = reading.words(reading.one(page, "main"))
    assert {"来源：先前按其他类型受理", "角色：客服主管", "被合并的记录：乙", "起算点：接单"} <= set(
        re.findall(r"\w+：\w+", told)
    ), told
    assert re.findall(r"[A-Za-z_]{3,}：|['{}]", told) == []
