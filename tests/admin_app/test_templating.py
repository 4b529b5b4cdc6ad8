"""What stands still in a template is worked out once for each language, and for each place of the program."""

import pytest
from flask import render_template
from flask_babel import force_locale
from jinja2 import DictLoader

from admin_app import create_app
from tests.marks import only_sqlite

PAGES = {
    "texts.html": "{{ _('Search') }}|{{ _('%(count)s found', count=1) }}|{{ _('Search') if wanted else 1 }}",
    "places.html": "{{ url_for('auth.login') }}|{{ url_for('auth.login', next=place) }}",
    "above.html": "{{ _('Search') }}{% block below %}{% endblock %}",
    "below.html": "{% extends 'above.html' %}{% block below %} {{ _('Save') }}{% endblock %}",
}


@pytest.fixture
def draw(config, world):
    app = create_app(config)
    app.jinja_env.loader = DictLoader(PAGES)

    def drawn(name, locale, root="", **values):
        with app.test_request_context("/", base_url=f"http://localhost{root}"), force_locale(locale):
            return render_template(name, **values)

    return drawn


@only_sqlite
def test_each_language_has_its_texts(draw):
    for _ in range(2):
        assert draw("texts.html", "en", wanted=True) == "Search|1 found|Search"
        assert draw("texts.html", "zh_Hans_CN", wanted=True) == "搜索|共 1 条|搜索"
        assert draw("below.html", "en") == "Search Save"
        assert draw("below.html", "zh_Hans_CN") == "搜索 保存"


@only_sqlite
def test_each_place_of_the_program_has_its_addresses(draw):
    for _ in range(2):
        assert draw("places.html", "en", place="/a") == "/login|/login?next=/a"
        assert draw("places.html", "en", root="/desk", place="/b") == "/desk/login|/desk/login?next=/b"
