"""The gate: anyone checks a pass by its code and learns valid or not and why, nothing more (PAS-7)."""

import datetime

import pytest

from admin_app import throttle
from models.call import Call
from models.operations import passes
from models.passes import VisitorPass
from tests import reading
from tests.marks import first_sqlite
from tests.records import Records

HOUR = datetime.timedelta(hours=1)
WHY = {
    "revoked": "This pass was revoked.",
    "handed in": "This pass was handed in.",
    "early": "This pass is not valid yet.",
    "late": "This pass has expired.",
}


@pytest.fixture
def visitor(session, records: Records) -> VisitorPass:
    """A pass that is valid for some hours."""
    found: VisitorPass = session.get_one(VisitorPass, records.ids["visitor_passes"])
    return found


def read(client, **asked):
    answer = client.get("/gate/", query_string=asked)
    assert answer.status_code == 200
    return answer.text


def test_a_pass_is_found_valid_by_its_code_without_an_account__PAS_7(client, visitor):
    page = read(client, code=visitor.code)
    assert "This pass is valid." in page
    assert "Not valid" not in page


def test_nothing_of_the_pass_or_its_holder_is_told_at_the_gate__PAS_7(client, world, visitor):
    # Without what was typed and what is made by chance (the code itself may hold "B1").
    page = str(reading.one(reading.page(read(client, code=visitor.code)), "main")).replace(visitor.code, "")
    told = (
        visitor.holder_name,
        visitor.number,
        visitor.purpose,
        visitor.badge_number,
        world.units[0].code,
        world.estate.name,
    )
    assert [text for text in told if text and text in page] == []


@pytest.mark.parametrize("end", sorted(WHY))
def test_a_pass_that_is_not_valid_says_why__PAS_7(end, app, client, session, world, visitor, now):
    at = {"late": visitor.valid_until, "early": visitor.valid_from - HOUR}.get(end, now)
    if end == "revoked":
        passes.revoke(Call(session, world.actor("supervisor"), now, reason="误发"), [visitor]).all()
    if end == "handed in":
        passes.hand_in(Call(session, world.actor("clerk"), now), [visitor]).all()
    code = visitor.code
    session.commit()
    app.config["FRONTDESK_NOW"] = at
    page = read(client, code=code)
    assert "Not valid" in page
    assert WHY[end] in page


@pytest.mark.parametrize("code", ["x", "-" * 399, "' OR 1=1 --", "出入证", "<script>alert(1)</script>", "%"])
def test_an_unknown_code_is_said_to_be_none__PAS_7(client, code):
    page = read(client, code=code)
    assert "There is no pass with this code." in page
    assert "<script>alert" not in page


def test_a_scanner_may_type_the_whole_address_of_the_square_code__PAS_7(client, visitor):
    assert "This pass is valid." in read(client, code=f"https://desk.example.org/gate/?code={visitor.code} ")


def test_without_a_code_the_page_asks_for_it(client, visitor):
    for asked in ({}, {"code": " "}):
        page = read(client, **asked)
        assert 'name="code"' in page
        assert "alid" not in reading.words(reading.one(reading.page(page), "main"))


def test_the_printed_pass_leads_to_its_check_at_the_gate__PAS_7(sign_in, session, visitor):
    number, code, holder = visitor.id, visitor.code, visitor.holder_name
    session.rollback()
    clerk = sign_in("clerk")
    page = clerk.get(f"/admin/visitor-passes/print/?id={number}").text
    assert f"<code>{code[:5]}-{code[5:]}</code>" in page
    assert "<svg" in page
    assert holder in page
    assert f"/gate/?code={code}" in clerk.get(f"/admin/visitor-passes/details/?id={number}").text


def test_a_pass_that_has_ended_is_not_offered_for_printing__PAS_7(sign_in, session, world, visitor, now):
    address, offer = f"/admin/visitor-passes/details/?id={visitor.id}", "/admin/visitor-passes/print/"
    session.rollback()
    clerk = sign_in("clerk")
    assert offer in clerk.get(address).text
    passes.hand_in(Call(session, world.actor("clerk"), now), [visitor]).all()
    session.commit()
    assert offer not in clerk.get(address).text


TYPED = (
    *("{0}-{1}", " {0} {1} ", "{0}－{1}", "{0}–{1}", "{0}.{1}", "{0}·{1}", "{0}{1}.", "“{0}{1}”", "({0}/{1})"),
    *(
        "{0}\u200b{1}",
        "\u202a{0}{1}\u202c",
        "{0}\u00ad{1}",
        "{0}{1}\x00",
        "\ufeff{0}{1}",
        "code:{0}{1}",
        "Code＝{0}-{1}",
    ),
    *("通行码：{0}{1}", "pass {0}-{1}", "{0}-{1} thanks", "https://d/gate/?code={0}{1}&lang=zh#x", "#{0}_{1}。"),
)


@pytest.mark.parametrize("typed", TYPED)
def test_a_code_may_have_signs_in_and_around_it_and_any_case__PAS_7(visitor, session, now, typed):
    code = typed.format(visitor.code[:5], visitor.code[5:])
    for case in (str.lower, str.upper, str.title):
        assert passes.look_up(session, case(code), now) == (True, "This pass is valid."), case


def test_what_is_typed_at_the_gate_is_read_so_by_its_page__PAS_7(client, visitor):
    assert "This pass is valid." in read(client, code=f"code：{visitor.code[:5]}·{visitor.code[5:]}.".lower())


def test_the_long_code_of_an_old_pass_still_opens__PAS_7(client, visitor, session):
    for code in ("Zk3-_9abcdefghijklmnop", "aaaaaaaaaaaaaaaaaaaaaa"):
        visitor.code = code
        session.commit()
        assert "This pass is valid." in read(client, code=code)
        assert "This pass is valid." in read(client, code=f"https://d/gate/?code={code}.")
        assert "There is no pass with this code." in read(client, code=code.swapcase())


def answers(client, codes, address):
    place = {"REMOTE_ADDR": address}
    return [client.get("/gate/", query_string={"code": code}, environ_base=place).status_code for code in codes]


@pytest.fixture
def code(session, visitor):
    """The code of a valid pass; nothing is left open in which it was read."""
    found = visitor.code
    session.rollback()
    return found


def test_codes_of_no_pass_are_counted_for_each_address__PAS_7(app, client, code, now):
    wrong = [f"x{number}" for number in range(throttle.PER_ADDRESS + 2)]
    assert answers(client, wrong, "10.0.0.1") == [200] * throttle.PER_ADDRESS + [429] * 2
    assert answers(client, [code], "10.0.0.1") == [429], "who guesses is told nothing more"
    assert answers(client, [code] * 40, "10.0.0.2") == [200] * 40, "right codes are not counted"
    app.config["FRONTDESK_NOW"] = now + throttle.WINDOW
    assert answers(client, [code], "10.0.0.1") == [200]


@first_sqlite
def test_codes_of_no_pass_are_counted_in_all__PAS_7(client, monkeypatch):
    monkeypatch.setattr(throttle, "IN_ALL", 20)  # three hundred take long
    found = [answers(client, ["x"], f"10.0.1.{number}")[0] for number in range(22)]
    assert found == [200] * 20 + [429] * 2


def test_mistypes_lock_nobody_out_where_staff_have_signed_in__PAS_7(client, sign_in, code):
    answers(client, ["x"] * throttle.PER_ADDRESS, "127.0.0.1")
    guard = sign_in("clerk")
    assert answers(client, [code], "127.0.0.1") == [429]
    assert answers(guard, [*["x"] * (throttle.CODES_PER_KNOWN_PLACE - 1), code], "127.0.0.1")[-1] == 200
    guard.get("/gate/", query_string={"code": "x"})
    assert answers(guard, [code], "127.0.0.1") == [429], "but no machine tries all day either"
