"""What every request and answer has, whoever asks: headers, limits, CSRF tokens, strict input, an error page."""

import secrets
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any
from urllib.parse import unquote_to_bytes

from flask import (
    Flask,
    Request,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    render_template,
    render_template_string,
    request,
    session,
)
from flask_babel import gettext
from flask_login import current_user
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from gunicorn.http.errors import NoMoreData, ParseException
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    PendingRollbackError,
    SQLAlchemyError,
    TimeoutError as NoConnectionFree,
)
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix

from admin_app import logs
from admin_app.config import Config
from admin_app.hosts import REFUSED as HOST_REFUSED, HostCheck
from models.errors import OperationRefused, gettext_noop
from models.operations.imports import REGISTERS
from models.policy import may
from models.sentences import refusal_from
from models.spreadsheets import MAXIMUM_BYTES, in_memory
from views.request import context
from views.words import language

MAXIMUM_BODY = 16 * 1024 * 1024
MAXIMUM_FIELDS = 2 * 1024 * 1024
MAXIMUM_READ_AWAY = 4 * MAXIMUM_BYTES
MAXIMUM_READ_AWAY_OF_ALL = 4 * MAXIMUM_BODY
"""So much of a body too large is read from anybody: a browser shows the answer only after it could send everything."""
UPLOAD = "imports.new_view"
STATIC = "/static/"
HEALTH = "/healthz"
"""What a load balancer asks by the server's number."""
SESSION_SECONDS = 12 * 3600
STATIC_SECONDS = 3600

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none';"
        " base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

# Code -> heading and what to do. What happened in particular is said by the one who refused.
BARE_PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>{{ heading }}</title></head>
<body><h1>{{ heading }}</h1>{% if said %}<p>{{ said }}</p>{% endif %}<p>{{ advice }}</p>
<p>{{ code }} · {{ request_id }}</p><p><a href="/">⌂</a></p></body></html>"""
"""For the case that the page of an error cannot be drawn itself."""

PAGES = {
    400: (
        gettext_noop("This request cannot be understood"),
        gettext_noop("Go back, reload the page and try again. Nothing was changed."),
    ),
    401: (
        gettext_noop("Sign in first"),
        gettext_noop("You are not signed in, or no longer. Nothing was changed; sign in and do it again."),
    ),
    403: (
        gettext_noop("Your role does not allow this"),
        gettext_noop("Ask your supervisor, or an administrator if your role should allow it."),
    ),
    404: (
        gettext_noop("There is nothing here"),
        gettext_noop("The address is wrong, the record is gone, or it is not yours to see."),
    ),
    405: (gettext_noop("This cannot be done this way"), gettext_noop("Use the buttons of the page.")),
    409: (
        gettext_noop("This cannot be done now"),
        gettext_noop("Go back and reload the page to see how things stand. Nothing was changed."),
    ),
    413: (
        gettext_noop("This is too much at once"),
        gettext_noop("Send less: a smaller file, or fewer rows. Nothing was changed."),
    ),
    429: (gettext_noop("Too many attempts"), gettext_noop("Wait a quarter of an hour, then try again.")),
    500: (
        gettext_noop("Something went wrong here"),
        gettext_noop("It is not your mistake and nothing was changed. Tell your administrator this number."),
    ),
    503: (
        gettext_noop("The database does not answer"),
        gettext_noop("Nothing was changed. Try again in a moment; tell your administrator if it stays so."),
    ),
}
DATABASE_GONE: tuple[type[Exception], ...] = (
    *(OperationalError, InterfaceError),
    PendingRollbackError,  # of a session whose connection was lost a moment ago
    NoConnectionFree,
)
READ_ONLY = "25006"
"""PostgreSQL's code for a transaction that may not write: a server that is being moved or mended."""

csrf = CSRFProtect()


def init(app: Flask, config: Config) -> None:
    """Set limits, cookies, headers and error pages; the order of the before_request functions matters."""
    checked = HostCheck(app.wsgi_app, config.trusted_hosts, always=(HEALTH, STATIC))
    app.wsgi_app = checked  # type: ignore[method-assign]  # Flask's documented way
    if config.trusted_proxies:
        count = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]  # Flask's documented way
    app.config.update(
        FRONTDESK_PUBLIC_URL=config.public_url,
        FRONTDESK_TRUSTED_HOSTS=config.trusted_hosts,
        MAX_CONTENT_LENGTH=MAXIMUM_BODY,
        MAX_FORM_MEMORY_SIZE=MAXIMUM_FIELDS,
        SESSION_COOKIE_NAME="frontdesk",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.secure_cookies,
        PERMANENT_SESSION_LIFETIME=SESSION_SECONDS,
        SESSION_REFRESH_EACH_REQUEST=False,  # auth's gate does, once a minute
        SEND_FILE_MAX_AGE_DEFAULT=STATIC_SECONDS,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        WTF_CSRF_CHECK_DEFAULT=False,  # _check_token asks, once the request is known to be well formed
    )
    app.request_class = MemoryRequest
    app.before_request(_number_request)
    app.before_request(_refuse_foreign_host)
    app.before_request(_allow_upload)
    app.before_request(_refuse_malformed)
    app.after_request(_add_headers)
    csrf.init_app(app)
    app.context_processor(lambda: {"csrf_token": token})
    _register_error_pages(app)


class MemoryRequest(Request):
    """A request whose uploaded files are on no disk (RES-4), and outside of this process: another one reads them."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return in_memory()


def _allow_upload() -> None:
    """A file to import may be large, from those who may import at all; nobody else's body is read that far."""
    if request.endpoint != UPLOAD or request.method != "POST" or not current_user.is_authenticated:
        return
    if any(may(context.actor(), "import", register) for register in REGISTERS):
        request.max_content_length = MAXIMUM_BYTES + MAXIMUM_FIELDS
        if (request.content_length or 0) > request.max_content_length:
            _read_away(MAXIMUM_READ_AWAY)
            abort(413, gettext("The file is larger than 200 MB; split it."))


def _read_away(most: int) -> None:
    """Read the body, *most* bytes of it, and forget it; while it is left unread, the connection breaks off."""
    stream, left = request.environ["wsgi.input"], most
    if request.content_length is not None:
        left = min(left, request.content_length)
    elif not request.environ.get("wsgi.input_terminated"):
        return
    with suppress(OSError, ParseException):  # the client has gone, or sends what is no body
        while left > 0 and (block := stream.read(min(left, MAXIMUM_FIELDS))):
            left -= len(block)


def token() -> str:
    """This session's token, made once a request; a page has one in each of its forms."""
    made: str = g.get("csrf_token") or generate_csrf()
    return made


def check_token() -> None:
    """Refuse a POST without this session's token (400)."""
    csrf.protect()


def _number_request() -> None:
    g.request_id = secrets.token_hex(8)


def _refuse_foreign_host() -> None:
    if request.environ.get(HOST_REFUSED):
        abort(400, gettext("This server is not called by that name. Use the address that your administrator gave you."))


def request_id() -> str | None:
    """The number of this request, as log, error page and event log have it."""
    number: str | None = g.get("request_id")
    return number


def _refuse_malformed() -> None:
    """NUL bytes and broken UTF-8 in path, query or form: 400 here, instead of an error somewhere below."""
    if "\0" in request.path or "\ufffd" in request.path or _is_malformed(request.query_string):
        abort(400)
    if request.mimetype == "application/x-www-form-urlencoded":
        if _is_malformed(request.get_data()):
            abort(400)
    elif request.mimetype == "multipart/form-data":
        texts = [text for pair in request.form.items(multi=True) for text in pair]
        texts += [file.filename or "" for file in request.files.values()]
        if any("\0" in text or "\ufffd" in text for text in texts):
            abort(400)


def _is_malformed(encoded: bytes) -> bool:
    raw = unquote_to_bytes(encoded.replace(b"+", b" "))
    if b"\0" in raw:
        return True
    try:
        raw.decode()
    except UnicodeDecodeError:
        return True
    return False


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-ID"] = g.get("request_id", "")
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _register_error_pages(app: Flask) -> None:
    for kind, page in ERRORS.items():
        app.register_error_handler(kind, page)


def _http_error(error: HTTPException) -> Any:
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()  # redirects and answers that are complete as they are
    said = error.description if error.description != type(error).description else None
    answer = error_page(error.code, said)
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            answer.headers.setdefault(name, value)  # Allow, WWW-Authenticate, Retry-After
    return answer


def _too_large(error: RequestEntityTooLarge) -> Any:
    _read_away(MAXIMUM_READ_AWAY_OF_ALL)
    return _http_error(error)


def _database_gone(error: Exception) -> Any:
    logs.failure(error, f"{_request()}: the database does not answer", brief=True)
    return error_page(503)


def _unexpected(error: Exception) -> Any:
    if is_gone(error):
        return _database_gone(error)
    logs.failure(error, f"{_request()} failed")
    return error_page(500)


ERRORS: dict[type[Exception], Callable[[Any], Any]] = {
    CSRFError: lambda _error: error_page(
        400, gettext("The form was out of date, or did not come from this site; so nothing was done.")
    ),
    HTTPException: _http_error,
    RequestEntityTooLarge: _too_large,
    OperationRefused: lambda error: error_page(error.http_status, language.sentence(error)),
    IntegrityError: lambda error: ERRORS[OperationRefused](refusal_from(error)),
    StaleDataError: lambda _error: error_page(409, gettext("Someone else changed this record at the same time.")),
    DataError: lambda _error: error_page(400, gettext("A value is too large, or not of the kind that is needed.")),
    **dict.fromkeys(DATABASE_GONE, _database_gone),
    # A body whose pieces are not as long as they say, or that ends before its end.
    **dict.fromkeys((ParseException, NoMoreData), lambda _error: error_page(400)),
    Exception: _unexpected,
}
"""What was raised -> the page that says so."""


def is_gone(error: BaseException) -> bool:
    """Whether *error* means that the database cannot serve now, though nobody asked anything wrong of it."""
    if isinstance(error, DATABASE_GONE):
        return True
    if not isinstance(error, DBAPIError):
        return False
    cause = error.orig
    # A damaged file is of no class of its own: sqlite3.DatabaseError itself.
    return (
        error.connection_invalidated
        or getattr(cause, "sqlstate", None) == READ_ONLY
        or type(cause) is sqlite3.DatabaseError
    )


def _request() -> str:
    # The rule, not the address: that may hold a name or a phone number.
    rule = request.url_rule.rule if request.url_rule is not None else "an unknown address"
    return f"request {request_id()}: {request.method} {rule}"


def error_page(code: int, said: str | None = None) -> Response:
    """The page for an error: what happened (*said*, where it is known), what to do; JSON for those who want that.

    Asks the database nothing: who is not known yet stays so, the language is that of the session.
    """
    g.in_error_page = True
    desk = g.get("desk_session")
    if desk is not None:
        with suppress(SQLAlchemyError):  # of a connection that is lost
            desk.rollback()
    heading, advice = PAGES.get(code, PAGES[400] if code < 500 else PAGES[500])
    facts = {"code": code, "heading": gettext(heading), "said": said, "advice": gettext(advice)}
    facts["request_id"] = g.get("request_id", "")
    # After signing in, back to the form: what was typed is still in the browser's tab.
    has_page = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    facts["page"] = request.full_path.rstrip("?") if has_page else None
    facts["is_signed_in"] = context.actor() is not None or (code != 401 and "_user_id" in session)
    if _wants_json():
        answer = jsonify({"error": code, "message": said or facts["heading"], "request_id": facts["request_id"]})
    else:
        answer = current_app.make_response(_drawn(facts))
    answer.status_code = code
    return answer


def _wants_json() -> bool:
    wanted = request.accept_mimetypes
    if wanted.best_match(["text/html", "application/json"], "text/html") == "application/json":
        return True
    return request.mimetype == "application/json" and "text/html" not in {kind for kind, _quality in wanted}


def _drawn(facts: dict[str, Any]) -> str:
    try:
        return render_template("error.html", **facts)
    except Exception as error:  # whatever is broken, the person learns what to do
        logs.failure(error, f"{_request()}: the page of the error failed")
        return render_template_string(BARE_PAGE, **facts)
