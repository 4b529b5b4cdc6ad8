"""What the environment says: which database, which keys, demo or production. A refusal is one line."""

import contextlib
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from admin_app import hosts
from models.mark import DatabaseUse
from models.personal import MINIMUM_KEY_BYTES, Keyring

ENVIRONMENT = "FRONTDESK_ENV"
DATABASE_URL = "FRONTDESK_DATABASE_URL"
OWNER_DATABASE_URL = "FRONTDESK_OWNER_DATABASE_URL"
DATABASE_SCHEMA = "FRONTDESK_DATABASE_SCHEMA"
SECRET_KEY = "FRONTDESK_SECRET_KEY"  # noqa: S105  # the name of a variable
DATA_KEY = "FRONTDESK_DATA_KEY"
SECURE_COOKIES = "FRONTDESK_SECURE_COOKIES"
TRUSTED_PROXIES = "FRONTDESK_TRUSTED_PROXIES"
PUBLIC_URL = "FRONTDESK_PUBLIC_URL"
TRUSTED_HOSTS = "FRONTDESK_TRUSTED_HOSTS"
MAIL_URL = "FRONTDESK_MAIL_URL"
SMS_URL = "FRONTDESK_SMS_URL"
YES = frozenset({"1", "yes", "true", "on"})
NO = frozenset({"0", "no", "false", "off"})

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


class ConfigurationError(Exception):
    """The program cannot start or go on as it is set up; the text is one line saying what to do."""


@dataclass(frozen=True)
class Config:
    """How one process of the program is set up."""

    use: DatabaseUse
    database_url: URL
    secret_key: str | bytes = field(repr=False)
    data_key: bytes = field(repr=False)
    secure_cookies: bool = True
    trusted_proxies: int = 0
    public_url: str | None = None
    """Where people reach the panel, without a slash at its end: what a pass's square code begins with."""
    trusted_hosts: tuple[str, ...] = ()
    """Names that requests may call this server by; any well-formed one where there are none."""
    owner_database_url: URL | None = None
    """The same database on a server, signed in to as the owner of its tables: for upgrades alone."""
    database_schema: str | None = None
    """Where on a server our tables are; None for where its user's tables are anyway."""

    mail_url: str | None = field(default=None, repr=False)
    """By which server mail is sent, as Apprise writes it; None for none."""
    sms_url: str | None = field(default=None, repr=False)
    """The gateway that sends text messages, which gets ``phone`` and ``id`` beside the text; None for none."""

    @property
    def is_demo(self) -> bool:
        """Whether this is the training estate, with its published passwords."""
        return self.use is DatabaseUse.DEMO

    @property
    def keyring(self) -> Keyring:
        """The keys for personal data and seals, derived from the data key."""
        return Keyring(self.data_key)

    @property
    def database_file(self) -> Path | None:
        """The file of an SQLite database, None for a server's."""
        if self.database_url.get_backend_name() != "sqlite" or not self.database_url.database:
            return None
        return Path(self.database_url.database)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Config":
        """Read the variables that interface.md names; raises ConfigurationError."""
        given = os.environ if environ is None else environ
        use = _use(given)
        url = _database_url(given, use)
        owner_url = _owner_url(given, url)
        if use is DatabaseUse.DEMO:
            beside = demo_name(url)
            secret_key = _key(given, SECRET_KEY) or _kept_key(beside.with_name(f"{beside.name}.secret-key"))
            data_key = _key(given, DATA_KEY) or _kept_key(beside.with_name(f"{beside.name}.data-key"))
        else:
            secret_key, data_key = _required_key(given, SECRET_KEY), _required_key(given, DATA_KEY)
        if _bytes(secret_key) == _bytes(data_key):
            raise ConfigurationError(f"{SECRET_KEY} and {DATA_KEY} are the same; give each a key of its own.")
        return cls(
            use=use,
            database_url=url,
            secret_key=secret_key,
            data_key=_bytes(data_key),
            secure_cookies=_yes_or_no(given, SECURE_COOKIES, default=use is DatabaseUse.PRODUCTION),
            trusted_proxies=_small_number(given, TRUSTED_PROXIES),
            public_url=(public_url := _public_url(given)),
            trusted_hosts=_trusted_hosts(given, public_url, use),
            owner_database_url=owner_url,
            database_schema=_schema(given, url),
            mail_url=_way_out(given, MAIL_URL, "mailto", "mailtos"),
            sms_url=_way_out(given, SMS_URL, "json", "jsons"),
        )


def instance_folder() -> Path:
    """Where databases lie unless told otherwise: ``instance`` in the checkout, or in the folder one works in."""
    checkout = Path(__file__).resolve().parent.parent
    return (checkout if (checkout / "pyproject.toml").exists() else Path.cwd()) / "instance"


def _use(given: Mapping[str, str]) -> DatabaseUse:
    word = given.get(ENVIRONMENT) or DatabaseUse.PRODUCTION.value
    try:
        return DatabaseUse(word)
    except ValueError:
        raise ConfigurationError(f"{ENVIRONMENT} is {word!r}; set it to 'production' or 'demo'.") from None


def _database_url(given: Mapping[str, str], use: DatabaseUse) -> URL:
    text = given.get(DATABASE_URL)
    if not text:
        name = "demo.db" if use is DatabaseUse.DEMO else "frontdesk.db"
        return URL.create("sqlite", database=str(instance_folder() / name))
    return _address(text, DATABASE_URL)


def _address(text: str, variable: str) -> URL:
    example = "write sqlite:////folder/file.db or postgresql://user@host/name"
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # The text itself may hold a password, so it is not repeated.
        raise ConfigurationError(f"{variable} is not the address of a database; {example}.") from None
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ConfigurationError(f"{variable} names {url.get_backend_name()!r}, not supported here; {example}.")
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:" or url.query:
            raise ConfigurationError(f"{variable} must name a file for SQLite, without options; {example}.")
        return URL.create("sqlite", database=str(Path(url.database).absolute()))
    if url.drivername not in {"postgresql", "postgresql+psycopg"}:
        raise ConfigurationError(f"{variable} names the driver {url.drivername!r}; write postgresql://…")
    return url.set(drivername="postgresql+psycopg")


def _owner_url(given: Mapping[str, str], url: URL) -> URL | None:
    text = given.get(OWNER_DATABASE_URL)
    if not text:
        return None
    owner = _address(text, OWNER_DATABASE_URL)
    place = ("host", "port", "database", "query")
    if "sqlite" in {url.get_backend_name(), owner.get_backend_name()}:
        raise ConfigurationError(f"{OWNER_DATABASE_URL} is for a server; SQLite knows no users, leave it unset.")
    if any(getattr(url, part) != getattr(owner, part) for part in place):
        raise ConfigurationError(f"{OWNER_DATABASE_URL} names another database than {DATABASE_URL}; only users differ.")
    return owner


def _schema(given: Mapping[str, str], url: URL) -> str | None:
    name = given.get(DATABASE_SCHEMA)
    if not name:
        return None
    if url.get_backend_name() == "sqlite":
        raise ConfigurationError(f"{DATABASE_SCHEMA} is for a server; SQLite has no schemas, leave it unset.")
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", name) or name.startswith("pg_"):
        raise ConfigurationError(
            f"{DATABASE_SCHEMA} is {name!r}; write small letters, digits and underscores, at most 63."
        )
    return name


def demo_name(url: URL) -> Path:
    """The name beside which a demo's keys lie: the database's own, or ``instance/demo`` for a server's."""
    if url.get_backend_name() == "sqlite":
        return Path(str(url.database)).with_suffix("")
    return instance_folder() / "demo"


def _key(given: Mapping[str, str], name: str) -> str | bytes | None:
    if value := given.get(name):
        return _long_enough(value, name)
    if place := given.get(f"{name}_FILE"):
        try:
            return _key_in(Path(place), f"the file of {name}_FILE")
        except OSError as error:
            raise ConfigurationError(f"{name}_FILE names {place!r}, which cannot be read: {error.strerror}.") from None
    return None


def _key_in(path: Path, name: str) -> str | bytes:
    """The key in a file: a text without space around it or, where it is no text, the bytes as they are."""
    raw = path.read_bytes()
    try:
        return _long_enough(raw.decode().strip(), name)
    except UnicodeDecodeError:
        return _long_enough(raw, name)


def _bytes(key: str | bytes) -> bytes:
    return key.encode() if isinstance(key, str) else key


Key = TypeVar("Key", str, bytes)


def _long_enough(value: Key, name: str) -> Key:
    if len(_bytes(value)) < MINIMUM_KEY_BYTES:
        raise ConfigurationError(
            f"{name} has fewer than {MINIMUM_KEY_BYTES} bytes; make one with: "
            'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    return value


def _required_key(given: Mapping[str, str], name: str) -> str | bytes:
    value = _key(given, name)
    if value is None:
        raise ConfigurationError(
            f"{name} is not set; set it, or {name}_FILE, to at least {MINIMUM_KEY_BYTES} random bytes"
            f" ({ENVIRONMENT}=demo makes its own keys)."
        )
    return value


def _kept_key(path: Path) -> str | bytes:
    """The demo's key in *path*, made at the first start; whole or not there, readable by its owner only."""
    if not path.exists():
        make_folder(path.parent)
        try:
            handle, made = tempfile.mkstemp(dir=path.parent, prefix=".key-")  # mkstemp makes it 0600
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(secrets.token_urlsafe(48) + "\n")
            with contextlib.suppress(FileExistsError):  # another process was first: its key counts
                os.link(made, path)
            Path(made).unlink()
        except OSError as error:
            raise ConfigurationError(f"cannot write {path}: {error.strerror}.") from None
    try:
        return _key_in(path, str(path))
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror}.") from None


def make_folder(path: Path) -> None:
    """Make a folder that only its owner may enter; raises ConfigurationError where that cannot be done."""
    try:
        path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"cannot make the folder {path}: {error.strerror}; choose another place.") from None


def _yes_or_no(given: Mapping[str, str], name: str, *, default: bool) -> bool:
    word = (given.get(name) or "").strip().lower()
    if not word:
        return default
    if word in YES | NO:
        return word in YES
    raise ConfigurationError(f"{name} is {word!r}; set it to 'yes' or 'no' (1, true, on; 0, false, off).")


def _public_url(given: Mapping[str, str]) -> str | None:
    text = (given.get(PUBLIC_URL) or "").strip().rstrip("/")
    if not text:
        return None
    try:
        parts = urlsplit(text)
        is_plain = parts.scheme in ("http", "https") and hosts.is_well_formed(parts.netloc) and parts.port != 0
        is_plain = is_plain and text == f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        is_plain = False
    if not is_plain:
        raise ConfigurationError(
            f"{PUBLIC_URL} is {text!r}; write where people reach the panel, for example https://desk.example.org."
        )
    return text


def _way_out(given: Mapping[str, str], name: str, *schemes: str) -> str | None:
    text = (given.get(name) or "").strip()
    if text and not text.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        # The text itself may hold a password, so it is not repeated.
        raise ConfigurationError(f"{name} must begin with {schemes[1]}:// (or {schemes[0]}://), as Apprise writes it.")
    return text or None


def _trusted_hosts(given: Mapping[str, str], public_url: str | None, use: DatabaseUse) -> tuple[str, ...]:
    named = [name.strip().lower() for name in (given.get(TRUSTED_HOSTS) or "").split(",") if name.strip()]
    for name in named:
        if not hosts.is_well_formed(name.removeprefix(".")) or hosts.without_port(name) != name:
            raise ConfigurationError(
                f"{TRUSTED_HOSTS} names {name!r}; write names without port, with commas between: desk.example.org"
                " (.example.org for all below it)."
            )
    own = [hosts.without_port(urlsplit(public_url).netloc.lower())] if public_url is not None else []
    if named or own or use is DatabaseUse.DEMO:
        # Whoever sits at the server itself, and what looks after it from there, is always let in.
        of_demo = [hosts.BY_NUMBER] if use is DatabaseUse.DEMO else []
        return tuple(dict.fromkeys([*named, *own, *hosts.LOCAL, *of_demo]))
    return ()


def _small_number(given: Mapping[str, str], name: str) -> int:
    word = given.get(name) or "0"
    if word.isascii() and word.isdigit() and len(word) == 1:
        return int(word)
    raise ConfigurationError(f"{name} is {word!r}; set it to the number of proxies in front, 0 to 9.")
