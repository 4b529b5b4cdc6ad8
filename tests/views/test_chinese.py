"""The page most people will use: nothing on it is left in English."""

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from tests import reading
from tests.check_translations import as_tuple, read
from tests.marks import first_sqlite
from tests.pages import addresses
from tests.records import Records

ALLOWED = re.compile(
    r"CSV|XLSX|Excel|GB18030|UTF|Ctrl|Enter|Esc|Alt|Meta|English|[A-Z]{3}-\d+|https?:\S+|[\w-]{20,}|Asia/Shanghai"
    r"|\b[A-Z0-9]{10}\b|\b[A-Z0-9]{5}\W[A-Z0-9]{5}\b"
    r"|Message (?=\{\{)|\{[{%].+?[%}]\}"
    r"|\b(elsewhere|gate|water|customer service|engineering|finance|greening|housekeeping|security)\b"
)
"""Names of keys, formats and zones, rule ids, codes to scan, placeholders of texts, and what the records of the tests say themselves."""
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
    people = {"clerk", "lead", "technician", "manager", "supervisor", "auditor", "admin", "stranger"}
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
