"""A forgotten password, as the person and the administrator see it: asked, approved, set in the browser that asked."""

import pytest
from sqlalchemy import select

from admin_app import throttle
from models.password_requests import PasswordRequest
from models.roles import Role as StaffRole
from models.staff import Staff, StaffAssignment
from tests import reading
from tests.factories import PASSWORD, token

NEW = "a longer password"


@pytest.fixture
def asking(client, world):
    """A browser in which the clerk has asked; and the code that it shows."""
    answer = client.post("/forgotten/", data={"username": "clerk", "csrf_token": token(client, "/forgotten/")})
    assert answer.location == "/forgotten/"
    return client, shown_code(client)


def shown_code(browser):
    """The code that its person reads out."""
    codes = [reading.words(node) for node in reading.page(browser.get("/forgotten/")).css("main strong")]
    (code,) = [text for text in codes if len(text) == len("ABC-DEF") and text[3] == "-"]
    return code


def waiting(session):
    """The id of the request that waits."""
    number = session.scalar(select(PasswordRequest.id))
    session.commit()  # nothing to write: holds no lock while the pages do
    return number


def choose(client, new=NEW, repeated=NEW, path="/forgotten/"):
    data = {"new": new, "repeated": repeated, "csrf_token": token(client, path)}
    return client.post("/forgotten/password", data=data)


def approve(admin, person, number):
    page = f"/admin/staff/step/approve_reset/?id={person.id}"
    return admin.post(page, data={"request": str(number), "csrf_token": token(admin, page)})


def test_the_administrator_approves_the_code_that_is_read_out_and_learns_no_password(asking, sign_in, session, world):
    client, code = asking
    admin, clerk = sign_in("admin"), world.staff["clerk"]
    page = admin.get(f"/admin/staff/step/approve_reset/?id={clerk.id}").text
    assert code in page
    assert 'type="password"' not in page
    assert code not in admin.get(f"/admin/staff/step/approve_reset/?id={world.staff['clerk2'].id}").text
    assert clerk.name in admin.get("/admin/staff/?flt_state=asking").text
    assert choose(client, path="/login").status_code == 400, "not approved yet"
    number = waiting(session)
    assert approve(admin, clerk, number).status_code == 302
    assert 'name="new"' in client.get("/forgotten/").text
    assert choose(client, "short", "short").status_code == 400
    assert choose(client, NEW, NEW + "x").status_code == 400
    assert choose(client).location == "/login"
    for password, expected in ((PASSWORD, 401), (NEW, 302)):
        data = {"username": "clerk", "password": password, "csrf_token": token(client)}
        assert client.post("/login", data=data).status_code == expected


def test_another_browser_sets_nothing(asking, app, sign_in, session, world):
    number = waiting(session)
    approve(sign_in("admin"), world.staff["clerk"], number)
    stranger = app.test_client()
    assert choose(stranger, path="/login").status_code == 400
    stranger.post("/forgotten/", data={"username": "clerk", "csrf_token": token(stranger, "/forgotten/")})
    assert choose(stranger, path="/login").status_code == 400


def test_an_administrator_of_one_estate_approves_nothing_for_who_works_in_another_too(asking, sign_in, session, world):
    clerk = world.staff["clerk"]
    session.add(StaffAssignment(estate_id=world.other.id, staff_id=clerk.id, role=StaffRole.SUPERVISOR))
    session.commit()
    number = waiting(session)
    answer = approve(sign_in("admin"), clerk, number)
    assert answer.status_code == 403
    assert "also works in an estate that is not yours" in answer.text
    client, _code = asking
    assert choose(client, path="/login").status_code == 400
    assert session.scalar(select(Staff.password_hash).where(Staff.id == clerk.id)) == clerk.password_hash


def test_asking_is_limited_and_says_nothing_of_who_there_is(app, world):
    client = app.test_client()
    csrf = token(client, "/forgotten/")
    pages = set()
    for name in ("clerk", "nobody"):
        assert client.post("/forgotten/", data={"username": name, "csrf_token": csrf}).status_code == 302
        page = reading.page(client.get("/forgotten/"))
        pages.add(reading.words(page).replace(shown_code(client), ""))
    assert len(pages) == 1
    for _ in range(throttle.PER_ADDRESS - 2):
        assert client.post("/forgotten/", data={"username": "x", "csrf_token": csrf}).status_code == 302
    assert client.post("/forgotten/", data={"username": "clerk", "csrf_token": csrf}).status_code == 429
    data = {"username": "clerk", "password": PASSWORD, "csrf_token": csrf}
    assert client.post("/login", data=data).status_code == 302, "who knows the password signs in all the same"


@pytest.mark.parametrize("name", ["", "   ", "\u3000", "\t\n"])
def test_who_types_no_name_gets_no_code_but_is_told_at_the_field(app, session, name):
    client = app.test_client()
    answer = client.post("/forgotten/", data={"username": name, "csrf_token": token(client)})
    assert answer.status_code == 400
    page = reading.page(answer.text)
    field = reading.one(page, "#username")
    assert (field.attributes["aria-invalid"], field.attributes["aria-describedby"]) == ("true", "username-error")
    assert reading.words(reading.one(page, "#username-error")) == "Type your user name."
    assert session.scalars(select(PasswordRequest.id)).all() == []
