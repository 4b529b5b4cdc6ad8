"""What the environment may say, and the one line that is said when it does not do."""

import stat

import pytest

from admin_app.config import Config, ConfigurationError
from models.mark import DatabaseUse

KEYS = {"FRONTDESK_SECRET_KEY": "s" * 32, "FRONTDESK_DATA_KEY": "d" * 32}


def demo(path):
    return {"FRONTDESK_ENV": "demo", "FRONTDESK_DATABASE_URL": f"sqlite:///{path}"}


def refusal(given):
    with pytest.raises(ConfigurationError) as caught:
        Config.from_environment(given)
    said = str(caught.value)
    assert "\n" not in said
    return said


def test_production_is_what_nobody_said():
    config = Config.from_environment(KEYS)
    assert config.use is DatabaseUse.PRODUCTION
    assert config.database_file is not None
    assert config.database_file.parts[-2:] == ("instance", "frontdesk.db")
    assert config.secure_cookies


def test_demo_lies_elsewhere():
    config = Config.from_environment({**KEYS, "FRONTDESK_ENV": "demo"})
    assert config.database_file is not None
    assert config.database_file.parts[-2:] == ("instance", "demo.db")
    assert not config.secure_cookies


@pytest.mark.parametrize("missing", KEYS)
def test_outside_demo_nothing_starts_without_keys(missing):
    given = {name: value for name, value in KEYS.items() if name != missing}
    assert refusal(given).startswith(f"{missing} is not set")


@pytest.mark.parametrize("short", KEYS)
def test_short_keys_are_refused(short):
    assert "fewer than 32 bytes" in refusal({**KEYS, short: "x" * 31})


def test_one_key_for_two_purposes_is_refused():
    assert "are the same" in refusal(dict.fromkeys(KEYS, "k" * 40))


def test_a_key_may_lie_in_a_file(tmp_path):
    file = tmp_path / "key"
    file.write_text("f" * 40 + "\n")
    given = {"FRONTDESK_SECRET_KEY_FILE": str(file), "FRONTDESK_DATA_KEY": KEYS["FRONTDESK_DATA_KEY"]}
    assert Config.from_environment(given).secret_key == "f" * 40


@pytest.mark.parametrize("kind", ["missing", "folder", "bytes", "short"])
def test_a_file_without_a_key_is_named(tmp_path, kind):
    place = tmp_path / "key"
    if kind == "folder":
        place.mkdir()
    elif kind == "bytes":
        place.write_bytes(b"\xff" * 40)
    elif kind == "short":
        place.write_text("short")
    given = {"FRONTDESK_SECRET_KEY_FILE": str(place), "FRONTDESK_DATA_KEY": KEYS["FRONTDESK_DATA_KEY"]}
    assert "FRONTDESK_SECRET_KEY_FILE" in refusal(given)


def test_a_demo_makes_its_keys_beside_the_database_and_keeps_them(tmp_path):
    given = demo(tmp_path / "sub" / "demo.db")
    first, second = Config.from_environment(given), Config.from_environment(given)
    assert (first.secret_key, first.data_key) == (second.secret_key, second.data_key)
    made = sorted(path.name for path in (tmp_path / "sub").iterdir())
    assert made == ["demo.data-key", "demo.secret-key"]
    for name in made:
        assert stat.S_IMODE((tmp_path / "sub" / name).stat().st_mode) == 0o600


def test_a_damaged_key_of_a_demo_is_named(tmp_path):
    given = demo(tmp_path / "demo.db")
    Config.from_environment(given)
    (tmp_path / "demo.data-key").write_text("")
    assert "demo.data-key" in refusal(given)


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    assert "cannot make the folder" in refusal(demo(tmp_path / "file" / "demo.db"))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "is not the address of a database"),
        ("mysql://host/name", "'mysql', not supported here"),
        ("sqlite://", "must name a file"),
        ("sqlite:///:memory:", "must name a file"),
        ("sqlite:////tmp/a.db?mode=memory", "without options"),
        ("postgresql+asyncpg://host/name", "names the driver"),
        ("postgresql://user:hidden@host:port/name", "is not the address of a database"),
    ],
)
def test_addresses_that_will_not_do_are_refused_without_repeating_passwords(url, said):
    words = refusal({**KEYS, "FRONTDESK_DATABASE_URL": url})
    assert said in words
    assert "hidden" not in words


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FRONTDESK_ENV", "test"),
        ("FRONTDESK_SECURE_COOKIES", "maybe"),
        ("FRONTDESK_TRUSTED_PROXIES", "-1"),
        ("FRONTDESK_TRUSTED_PROXIES", "many"),
    ],
)
def test_words_that_are_not_known_are_refused(name, value):
    assert refusal({**KEYS, name: value}).startswith(name)


def test_keys_are_not_shown_by_accident():
    assert "sss" not in repr(Config.from_environment(KEYS))
    assert "ddd" not in repr(Config.from_environment(KEYS))
