"""The reader's language and zone: the person's own choice, else the switch in the header, else the browser."""

from typing import Any, cast

from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, Domain, force_locale, get_translations

from views.words.language import LANGUAGES, language, zone

COOKIE = "language"
SESSION_LANGUAGE = "language"
"""Where the session keeps the person's own choice, for pages that must not ask the database who reads them."""
SOURCE_LANGUAGE = "en"
CHINESE = "zh_Hans_CN"


def init(app: Flask) -> None:
    """Set up Flask-Babel and what templates need to offer the other language."""
    Babel(app, default_locale=SOURCE_LANGUAGE, locale_selector=chosen_language, timezone_selector=zone)

    @app.context_processor
    def _languages() -> dict[str, object]:
        return {"languages": LANGUAGES, "language": language(), "html_lang": html_lang(language())}


class LanguageDomain(Domain):
    """The texts of one language: Flask-Babel's own domain works out the language again for every single text."""

    def __init__(self, texts: Any) -> None:
        super().__init__()
        self._texts = texts

    def get_translations(self) -> Any:
        """The texts."""
        return self._texts


def settle_each_request(app: Flask) -> None:
    """Fix the language of each request once it is known who asks; pages ask for hundreds of texts."""
    domains: dict[str, LanguageDomain] = {}

    @app.before_request
    def _settle() -> None:
        chosen = chosen_language()
        if chosen not in domains:
            with force_locale(chosen):
                domains[chosen] = LanguageDomain(get_translations())
        domains[chosen].as_default()
        g.language = chosen


def chosen_language() -> str:
    """One of LANGUAGES for this request; the source language where there is none, as on the command line."""
    if not has_request_context():
        return SOURCE_LANGUAGE
    person = g.get("signed_in")
    own = person.language if person is not None else session.get(SESSION_LANGUAGE)
    for wanted in (own, request.cookies.get(COOKIE)):
        if wanted in LANGUAGES:
            return cast("str", wanted)
    for tag, _quality in request.accept_languages:
        primary = tag.replace("_", "-").split("-")[0].lower()
        if primary == "zh":
            return CHINESE
        if primary == SOURCE_LANGUAGE:
            return SOURCE_LANGUAGE
    return SOURCE_LANGUAGE


def html_lang(locale: str) -> str:
    """The tag for ``<html lang>``."""
    return "zh-Hans-CN" if locale == CHINESE else locale
