"""The page most people will use: nothing on it is left in English."""

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from tests import reading
from tests.pages import addresses
from tests.records import Records

ALLOWED = re.compile(
    r"CSV|XLSX|Excel|GB18030|UTF|Ctrl|Enter|Esc|Alt|Meta|English|[A-Z]{3}-\d+|https?:\S+|[\w-]{20,}|Asia/Shanghai"
    r"|\b[A-Z0-9]{10}\b|\b[A-Z0-9]{5}\W[A-Z0-9]{5}\b"
    r"|\b(elsewhere|gate|water|customer service|engineering|finance|greening|housekeeping|security)\b"
)
"""Names of keys, formats and zones, rule ids, codes to scan, and what the records of the tests say themselves."""
HEADINGS = "/admin/imports/new/"
"""The page that tells by which English headings a spreadsheet's columns are known."""
WORD = re.compile(r"[A-Za-z]{3,}")


def test_no_page_shows_english_to_chinese_readers(
    app: Flask, records: Records, sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in("manager")
    people = {"clerk", "lead", "technician", "manager", "supervisor", "auditor", "admin", "stranger"}
    left: dict[str, list[str]] = {}
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
    wrong = [f"{word}: {where[:2]}" for word, where in left.items()]
    assert not wrong, "\n".join(wrong)
