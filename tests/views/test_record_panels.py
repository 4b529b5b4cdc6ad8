"""Steps and changes are asked for on the record's own page, around which everything of it stands."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from models.session import DeskSession
from models.tickets import Ticket
from tests import reading
from tests.factories import World
from tests.marks import first_sqlite
from tests.records import Records
from tests.views.test_statements import filled

SignIn = Callable[..., FlaskClient]
Post = Callable[..., Any]
OF_THE_PAGE = {"csrf_token", "version", "form_key", "shown_estate"}


def test_a_step_is_asked_for_on_the_record_and_leads_back_to_its_button(
    records: Records, sign_in: SignIn, post: Post
) -> None:
    clerk, ticket = sign_in("clerk"), records.tickets[1]
    record = reading.page(clerk.get(f"/admin/tickets/details/?id={ticket}"))
    step = reading.page(clerk.get(f"/admin/tickets/step/cancel/?id={ticket}"))
    for piece in ("h1", ".below-title", ".stages", ".turn"):
        assert reading.words(reading.one(step, piece)) == reading.words(reading.one(record, piece)), piece
    assert reading.facts(reading.one(step, ".record-facts")) == reading.facts(reading.one(record, ".record-facts"))
    assert reading.words(reading.one(step, ".history ol")) == reading.words(reading.one(record, ".history ol"))
    assert step.css(".change, .step-buttons, .entry-form") == [], "one thing at a time"
    (back,) = [address for text, address in reading.links(step) if text == "Back without saving"]
    place, _hash, anchor = back.partition("#")
    assert (place, anchor) == (f"/admin/tickets/details/?id={ticket}", "step-cancel")
    assert reading.words(reading.one(record, f"#{anchor}")).startswith("Cancel")
    refused = reading.page(post(clerk, f"/admin/tickets/step/cancel/?id={ticket}", reason="").text)
    assert reading.words(reading.one(refused, "h1")) == reading.words(reading.one(record, "h1"))
    assert reading.facts(reading.one(refused, ".record-facts")) == reading.facts(reading.one(record, ".record-facts"))


def test_a_fact_is_changed_by_itself_and_a_stale_change_is_noticed(
    records: Records, sign_in: SignIn, look: DeskSession
) -> None:
    clerk, other, ticket = sign_in("clerk"), sign_in("supervisor"), records.tickets[1]
    record = reading.page(clerk.get(f"/admin/tickets/details/?id={ticket}"))
    changes = {each.attributes["aria-label"]: each.attributes["href"] for each in record.css(".change")}
    address = changes["Change: Summary"]
    assert address == f"/admin/tickets/edit/?id={ticket}&only=summary"
    mine, theirs = filled(clerk.get(address).text), filled(other.get(address).text)
    assert set(mine) - OF_THE_PAGE == {"summary"}
    before = look.get_one(Ticket, ticket).detail
    look.rollback()
    assert other.post(address, data={**theirs, "summary": "阀门漏水"}).status_code == 302
    stale = clerk.post(address, data={**mine, "summary": "厨房漏水"})
    assert (stale.status_code, "阀门漏水" in stale.text, "厨房漏水" in stale.text) == (409, True, True)
    again = {**filled(stale.text), "choose-summary": "yours", "differs": ["summary"], "summary": "厨房漏水"}
    assert clerk.post(address, data=again).status_code == 302
    look.expire_all()
    row = look.get_one(Ticket, ticket)
    assert (row.summary, row.detail) == ("厨房漏水", before)


def test_what_belongs_together_is_changed_together(records: Records, sign_in: SignIn) -> None:
    clerk, ticket = sign_in("clerk"), records.tickets[1]
    for only in ("reporter_name", "reporter_phone"):
        fields = filled(clerk.get(f"/admin/tickets/edit/?id={ticket}&only={only}").text)
        assert set(fields) - OF_THE_PAGE == {"reporter_name", "reporter_phone", "reporter_department"}
    whole = filled(clerk.get(f"/admin/tickets/edit/?id={ticket}&only=no_such_field").text)
    assert len(whole) > len(fields)


def test_who_may_not_change_a_fact_is_not_offered_it(records: Records, sign_in: SignIn) -> None:
    ticket = records.tickets[1]
    page = reading.page(sign_in("auditor").get(f"/admin/tickets/details/?id={ticket}"))
    assert page.css(".change") == []
    assert sign_in("auditor").get(f"/admin/tickets/edit/?id={ticket}&only=summary").status_code == 403
    assert sign_in("stranger").get(f"/admin/tickets/edit/?id={ticket}&only=summary").status_code == 404


@first_sqlite
def test_each_field_of_each_register_can_be_changed_alone(
    world: World, pages: dict[str, Any], records: Records, sign_in: SignIn
) -> None:
    clients, tried = [sign_in(name) for name in ("manager", "admin")], 0
    for view in pages.values():
        if not getattr(view, "form_columns", None) or not view.has_page("edit"):
            continue
        number = records.ids.get(view.endpoint, 1)
        for field in view.form_columns:
            address = f"{view.url}/edit/?id={number}&only={field}"
            client = next((each for each in clients if each.get(address).status_code == 200), None)
            if client is None:
                continue
            fields = filled(client.get(address).text)
            answer = client.post(address, data=fields)
            if view.endpoint not in ("clocks", "working_hours", "calendar_days"):  # foretell what comes of it
                assert answer.status_code == 302, (address, reading.refused(answer.text))
            assert answer.status_code < 400, (address, reading.refused(answer.text))
            tried += 1
    assert tried > 60
