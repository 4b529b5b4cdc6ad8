"""How long a session lasts, and how often its cookie is written."""

from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from admin_app.auth import SESSION_WRITTEN
from admin_app.security import SESSION_SECONDS
from tests.marks import only_sqlite

MINUTE = 60


def aged(app, client, seconds):
    """Let the session of *client* be *seconds* older."""

    class Earlier(TimestampSigner):
        def get_timestamp(self):
            return super().get_timestamp() - seconds

    signer = app.session_interface.get_signing_serializer(app)
    earlier = URLSafeTimedSerializer(
        app.secret_key,
        salt=app.session_interface.salt,
        serializer=app.session_interface.serializer,
        signer=Earlier,
        signer_kwargs=signer.signer_kwargs,
    )
    kept = signer.loads(client.get_cookie("frontdesk").value)
    if SESSION_WRITTEN in kept:
        kept[SESSION_WRITTEN] -= seconds
    client.set_cookie("frontdesk", earlier.dumps(kept))


def is_written(answer):
    return any(cookie.startswith("frontdesk=") for cookie in answer.headers.getlist("Set-Cookie"))


@only_sqlite
def test_a_cookie_is_written_again_after_a_minute(app, sign_in):
    client = sign_in("manager")
    client.get("/admin/")  # writes the token of the forms into the session
    assert not is_written(client.get("/admin/"))
    aged(app, client, MINUTE + 1)
    assert is_written(client.get("/admin/"))
    assert not is_written(client.get("/admin/"))


@only_sqlite
def test_a_session_that_is_used_does_not_end(app, sign_in):
    client = sign_in("manager")
    for _ in range(2):
        aged(app, client, SESSION_SECONDS - MINUTE)
        assert client.get("/admin/").status_code == 200


@only_sqlite
def test_a_session_that_is_not_used_ends(app, sign_in):
    client = sign_in("manager")
    aged(app, client, SESSION_SECONDS + 2)
    assert client.get("/admin/").location.startswith("/login")
