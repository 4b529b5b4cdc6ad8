"""A served program and a browser: Debian's Chromium, driven by Playwright, or skipped with the reason."""

import gettext
import shutil
import threading
import weakref
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request, expect, sync_playwright
from werkzeug.serving import make_server

from tests.factories import World
from tests.marks import EVERYTHING

TRANSLATIONS = Path(__file__).parents[2] / "admin_app" / "translations"
LOCALES = {"en": "en-GB", "zh_Hans_CN": "zh-CN"}
SIZES = {"desktop": (1366, 768), "phone": (390, 844), "narrow": (320, 640), "zoomed": (683, 384)}
"""Wide, a phone, the narrowest that WCAG asks for, and 1366 × 768 at 200 %."""
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)


SCREENS = Path(__file__).parents[2] / "screens"
"""Pictures of the screens, left behind for people to look at."""


def screen(page: Page, name: str) -> None:
    """Keep a picture of the page."""
    SCREENS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENS / f"{name}.png")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium of this machine."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not installed")
    started = playwright.chromium.launch(executable_path=program, args=SWITCHES)
    yield started
    started.close()


@pytest.fixture(scope="session")
def served(program: Flask) -> Iterator[str]:
    """Where the program is served, by one server for all tests of this worker."""
    server = make_server("127.0.0.1", 0, program, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def address(served: str, app: Flask, world: World) -> str:
    """Where the program is served, on the world's database."""
    assert world.estate.id
    return served


class Traffic:
    """The requests of one page: how many it has begun, and which are not answered."""

    def __init__(self, page: Page) -> None:
        self.begun = 0
        self.open: set[Request] = set()
        page.on("request", self._begin)
        page.on("requestfinished", self._end)
        page.on("requestfailed", self._end)

    def _begin(self, request: Request) -> None:
        self.begun += 1
        self.open.add(request)

    def _end(self, request: Request) -> None:
        self.open.discard(request)


TRAFFIC: weakref.WeakKeyDictionary[Page, Traffic] = weakref.WeakKeyDictionary()


def settled(page: Page) -> None:
    """Wait until the page is loaded, its requests are answered, and its scripts have nothing more to do.

    Playwright's "networkidle" without the half second in which it wants nothing to happen.
    """
    page.wait_for_load_state()
    traffic, begun = TRAFFIC[page], -1
    while traffic.open or traffic.begun != begun:
        begun = traffic.begun
        page.evaluate("new Promise((done) => requestIdleCallback(done))")


def turn(name: str, number: int) -> int:
    """Which of so many variants the test of that name looks at: always the same one, and each of them has some test."""
    return zlib.crc32(name.encode()) % number


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All languages where everything is asked for, else one for each test, by its name."""
    if "language" in metafunc.fixturenames:
        every = sorted(LOCALES)
        chosen = every if EVERYTHING else [every[turn(metafunc.function.__name__, len(every))]]
        metafunc.parametrize("language", chosen, indirect=True)


def looks(language: str, name: str) -> list[tuple[str, str]]:
    """Theme and size, one by the *name* of what is looked at; where everything is asked for, half of them a language.

    Those of the languages together are all, so each pair of language, theme and size is looked at.
    """
    themes, sizes, place = ("light", "dark"), sorted(SIZES), sorted(LOCALES).index(language)
    every = [(theme, size) for theme in themes for size in sizes]
    if EVERYTHING:
        return [look for look in every if (themes.index(look[0]) + sizes.index(look[1]) + place) % 2 == 0]
    return [every[turn(name, len(every))]]


def parts(number: int, name: str) -> list[int]:
    """All parts of a long walk where everything is asked for, else one, by the *name* of the walk."""
    return list(range(number)) if EVERYTHING else [turn(name, number)]


@pytest.fixture
def language(request: pytest.FixtureRequest) -> str:
    """Each language of this run."""
    return str(request.param)


@pytest.fixture
def say(language: str) -> Callable[[str], str]:
    """An English text as the page shows it in this language."""
    return gettext.translation("messages", TRANSLATIONS, [language], fallback=language == "en").gettext


@pytest.fixture
def person(
    app: Flask, browser: Browser, address: str, language: str, sign_in: Callable[..., FlaskClient]
) -> Iterator[Callable[..., Page]]:
    """``person("clerk")``: an empty page of a browser where that person is signed in, in this language.

    Other sizes, no JavaScript on request. The door itself is passed without the browser, once a person: its page is
    walked elsewhere, and loading it and the desk each time would be a tenth of these tests.
    """
    contexts: list[BrowserContext] = []
    cookies: dict[str, str] = {}
    name = app.config["SESSION_COOKIE_NAME"]

    def signed_in(username: str, *, size: str = "desktop", scripts: bool = True) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            base_url=address,
            locale=LOCALES[language],
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            reduced_motion="reduce",  # colours are looked at as they end, not on their way
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if username not in cookies:
            cookie = sign_in(username).get_cookie(name)
            assert cookie is not None
            cookies[username] = cookie.value
        context.add_cookies([{"name": name, "value": cookies[username], "url": address}])
        page = context.new_page()
        TRAFFIC[page] = Traffic(page)
        return page

    yield signed_in
    for context in contexts:
        context.close()
