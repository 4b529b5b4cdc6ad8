"""The id of a rule in what is refused leads to the rule's own text, in the reader's language."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from models.rules import RULES
from models.session import DeskSession
from models.tickets import Ticket, TicketStatus
from models.verbs import find
from tests import factories, reading
from tests.records import Records


@pytest.mark.parametrize(("language", "said"), [("en", "nobody's identity"), ("zh_Hans_CN", "邻里纠纷")])
def test_everybody_reads_what_each_rule_asks_for(sign_in, records: Records, language: str, said: str) -> None:
    person: FlaskClient = sign_in("technician")
    person.post("/account/language", data={"language": language, "csrf_token": factories.token(person, "/account")})
    page = reading.page(person.get("/admin/rules/"))
    assert said in reading.words(page.css_first("#INT-4"))
    assert {node.attributes["id"] for node in page.css(".rules > div")} == RULES.keys()


def test_what_cannot_be_done_leads_to_the_rule_that_is_in_its_way__JOB_1(sign_in, records: Records) -> None:
    page = reading.page(sign_in("clerk").get(f"/admin/tickets/details/?id={records.ids['tickets']}"))
    links = {node.attributes["href"]: node.attributes["title"] for node in page.css("#content a.rule")}
    assert links["/admin/rules/#JOB-1"] == RULES["JOB-1"]
    assert {node.attributes["target"] for node in page.css("a.rule")} == {"_blank"}, "what is typed on the page stays"


def opened(node: reading.Node) -> dict[str, str]:
    """The rules whose text opens inside *node*: id -> what they ask for."""
    found = node.css("details.rule-said")
    return {
        reading.words(each.css_first("summary")).split()[1]: reading.words(reading.one(each, "p")) for each in found
    }


def ways(node: reading.Node) -> dict[str, str]:
    """What helps, by its address, with who may do it."""
    (line,) = node.css(".ways-on")
    addresses = [link.attributes["href"] or "" for link in line.css("a")]
    return dict(zip(addresses, [reading.words(who) for who in line.css("a + small")], strict=True))


def test_what_is_blocked_for_want_of_something_says_what_helps_who_may_and_what_its_rule_asks_for__JOB_6(
    sign_in, records: Records
) -> None:
    job = records.tickets[0]
    page = reading.page(sign_in("clerk").get(f"/admin/tickets/details/?id={job}"))
    blocked = reading.one(page, "#why-close").parent
    assert blocked is not None
    assert opened(blocked) == {"JOB-6": RULES["JOB-6"]}
    helping = ways(blocked)
    assert f"/admin/tickets/step/take_slip_back/?id={job}" in helping
    assert helping["/admin/follow-ups/"] == "(clerk; supervisor; manager)"


def test_a_refused_step_names_the_step_that_helps_even_to_who_may_not_take_it__INT_1(
    sign_in, post, records: Records, world: factories.World, session: DeskSession
) -> None:
    job = session.get_one(Ticket, records.tickets[1])
    job.status, job.dispatched_at, job.team_id = TicketStatus.DISPATCHED, job.registered_at, records.team
    job.assignee_id, another = world.person("technician").id, world.person("technician2").id
    session.commit()
    answer = post(sign_in("clerk"), f"/admin/tickets/step/assign/?id={records.tickets[1]}", assignee=f"id:{another}")
    assert answer.status_code == 409
    (box,) = reading.page(answer.text).css("main [role=alert]")
    assert opened(box) == {"INT-1": RULES["INT-1"]}
    (line,) = box.css(".ways-on")
    assert reading.words(line) == "What helps: Reassign (team lead; supervisor; manager)"
    assert line.css("a") == [], "a clerk reassigns nothing"


def test_what_is_wrong_at_a_field_has_the_text_of_its_rule_beside__INT_3(sign_in, post, records: Records) -> None:
    call = {"kind": "repair", "severity": "ordinary", "channel": "phone", "summary": "灯坏了"}
    answer = post(sign_in("clerk"), "/admin/tickets/intake/", **call)
    assert answer.status_code == 409
    assert opened(reading.one(reading.page(answer.text), ".problems")) == {"INT-3": RULES["INT-3"]}


def test_a_page_that_a_role_may_not_open_says_which_may__INT_2(sign_in, records: Records) -> None:
    refused = sign_in("technician").get("/admin/tickets/intake/")
    assert refused.status_code == 403
    assert "This needs one of these roles: clerk; supervisor; manager." in reading.words(reading.page(refused.text))


def test_what_is_said_to_help_are_verbs_and_rules_that_there_are(pages) -> None:
    declared = [(view, rule, name) for view in pages.values() for rule, names in helping(view) for name in names]
    assert len(declared) > 30
    for view, rule, name in declared:
        register, _dot, verb = name.rpartition(".")
        assert rule in RULES
        assert find(register or view.register, verb) is not None, name
        assert register or verb == "amend" or any(step.verb == verb for step in view.steps), name


def helping(view: Any) -> Any:
    return getattr(view, "unblocked_by", {}).items()
