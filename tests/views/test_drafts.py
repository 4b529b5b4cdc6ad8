"""The browser is told that a form was saved only when it was: until then it keeps what was typed."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.factories import World
from tests.records import Records

DRAFT = "mwzlw14n-1v6k8lui"
CALL = {
    "kind": "repair",
    "severity": "ordinary",
    "channel": "phone",
    "summary": "灯坏了",
    "place": "大门",
    "draft": DRAFT,
}


def told(answer: Any) -> bool:
    """Whether the answer says that the draft was saved."""
    return any(
        cookie.startswith("saved_drafts=") and DRAFT in cookie for cookie in answer.headers.getlist("Set-Cookie")
    )


def test_what_was_saved_is_told_and_what_was_not_is_not(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], world: World, records: Records
) -> None:
    clerk, intake = sign_in("clerk"), "/admin/tickets/intake/"
    assert not told(post(clerk, intake, **CALL)), "nobody is named: INT-3"
    answer = post(clerk, intake, **CALL, reporter_name="张", form_key="k" * 20)
    assert told(answer)
    assert told(post(clerk, intake, **CALL, reporter_name="张", form_key="k" * 20)), "sent twice: it was saved before"
    note = f"/admin/tickets/step/comment/?id={records.tickets[1]}"
    assert not told(post(clerk, note, body="", kind="note", draft=DRAFT))
    assert told(post(clerk, note, body="已联系", kind="note", draft=DRAFT))
    assert not told(post(clerk, note, body="已联系", kind="note"))
    assert not told(post(clerk, note, body="已联系", kind="note", shown_estate="987", draft=DRAFT))


@pytest.mark.parametrize("draft", ["", "x", "ä" * 20, "a" * 50, "a b c d e f g h", "evil; path=/x; aaaaaa"])
def test_only_the_number_of_a_draft_is_repeated(
    post: Callable[..., Any], sign_in: Callable[..., FlaskClient], world: World, draft: str
) -> None:
    answer = post(sign_in("clerk"), "/admin/tickets/intake/", **CALL | {"draft": draft}, reporter_name="张")
    assert answer.status_code == 302
    assert not any("saved_drafts" in cookie for cookie in answer.headers.getlist("Set-Cookie"))


def test_nothing_is_told_to_who_is_not_signed_in(client: FlaskClient, world: World) -> None:
    answer = client.post("/admin/tickets/intake/", data=CALL)
    assert (answer.status_code, told(answer)) == (401, False)
