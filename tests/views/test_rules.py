"""The id of a rule in what is refused leads to the rule's own text, in the reader's language."""

import pytest
from flask.testing import FlaskClient

from models.rules import RULES
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
