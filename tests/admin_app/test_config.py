"""What the environment may say, and the one line that is said when it does not do."""

import stat

import pytest

from admin_app.config import Config, ConfigurationError
from admin_app.hosts import is_trusted
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


@pytest.mark.parametrize("raw", [b"\xff" * 32, bytes(range(128, 176)), b"\n" + b"\xfe" * 40 + b"\n", b"\x00\xff" * 16])
def test_a_key_file_of_random_bytes_is_taken_as_it_is(tmp_path, raw):
    files = {"FRONTDESK_SECRET_KEY_FILE": raw, "FRONTDESK_DATA_KEY_FILE": raw[::-1] + b"\xff"}
    given = {}
    for name, content in files.items():
        given[name] = str(tmp_path / name)
        (tmp_path / name).write_bytes(content)
    config = Config.from_environment(given)
    assert (config.secret_key, config.data_key) == tuple(files.values())
    assert config.keyring.decrypt(config.keyring.encrypt("x")) == "x"


def test_one_key_for_two_purposes_is_refused_of_bytes_too(tmp_path):
    (tmp_path / "key").write_bytes(b"\xff" * 32)
    place = str(tmp_path / "key")
    assert "are the same" in refusal({"FRONTDESK_SECRET_KEY_FILE": place, "FRONTDESK_DATA_KEY_FILE": place})


@pytest.mark.parametrize("kind", ["missing", "folder", "few bytes", "short", "empty", "blank"])
def test_a_file_without_a_key_is_named(tmp_path, kind):
    place = tmp_path / "key"
    if kind == "folder":
        place.mkdir()
    elif kind != "missing":
        place.write_bytes({"few bytes": b"\xff" * 31, "short": b"short", "empty": b"", "blank": b" \n" * 40}[kind])
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


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        *((word, True) for word in ("1", "yes", "true", "on", "YES", "True", " yes ")),
        *((word, False) for word in ("0", "no", "false", "off", "No", "FALSE")),
        ("", True),
    ],
)
def test_yes_and_no_are_said_in_every_usual_way(word, meant):
    assert Config.from_environment({**KEYS, "FRONTDESK_SECURE_COOKIES": word}).secure_cookies is meant


@pytest.mark.parametrize("word", ["2", "nein", "maybe", "01", "y"])
def test_other_words_are_named(word):
    assert word in refusal({**KEYS, "FRONTDESK_SECURE_COOKIES": word})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://desk.example.org", "https://desk.example.org"),
        ("https://desk.example.org/", "https://desk.example.org"),
        ("http://10.0.0.5:8443", "http://10.0.0.5:8443"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
        ("", None),
    ],
)
def test_the_public_address_is_taken_and_trusted(given, kept):
    config = Config.from_environment({**KEYS, "FRONTDESK_PUBLIC_URL": given})
    assert config.public_url == kept
    assert bool(config.trusted_hosts) is (kept is not None)


@pytest.mark.parametrize(
    "given",
    [
        *("desk.example.org", "ftp://desk.example.org", "https://", "https://desk.example.org/panel"),
        *("https://user@desk.example.org", "https://desk.example.org?x=1", "https://a b", "https://x:99999999"),
        *("https://" + "x" * 64, "https://desk..org", "https://desk.example.org:0", "https://[::1"),
    ],
)
def test_what_is_no_address_of_the_panel_is_named(given):
    assert "FRONTDESK_PUBLIC_URL" in refusal({**KEYS, "FRONTDESK_PUBLIC_URL": given})


def test_trusted_hosts_are_a_list_and_the_server_itself_belongs_to_them():
    config = Config.from_environment({**KEYS, "FRONTDESK_TRUSTED_HOSTS": "Desk.example.org, .example.net"})
    assert config.trusted_hosts == ("desk.example.org", ".example.net", "localhost", "127.0.0.1", "[::1]")
    assert Config.from_environment(KEYS).trusted_hosts == ()
    for wrong in ("desk:8000", "https://desk", "a b", "x" * 64, "*"):
        assert "FRONTDESK_TRUSTED_HOSTS" in refusal({**KEYS, "FRONTDESK_TRUSTED_HOSTS": wrong})


def test_a_demo_is_called_by_the_names_of_its_own_computer_and_by_every_number(tmp_path):
    trusted = Config.from_environment(demo(tmp_path / "demo.db")).trusted_hosts
    for host in ("localhost:8000", "127.0.0.1", "[::1]:8000", "10.0.0.9:8000", "[2001:db8::1]"):
        assert is_trusted(host, trusted), host
    for host in ("desk.example.org", "10.0.0.9.evil.com", "evil"):
        assert not is_trusted(host, trusted), host
