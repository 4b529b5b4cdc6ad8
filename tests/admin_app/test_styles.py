"""One visual grammar: five sizes, light or dark by the system's wish, a page that shows it with a training estate."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

STATIC = Path(__file__).parents[2] / "admin_app" / "static"


def test_there_are_five_sizes_on_the_screen_and_points_on_paper() -> None:
    sizes = {
        (found, path.name)
        for path in [STATIC / "desk.css", *(STATIC / "css").iterdir()]
        if path.name != "gate.css"  # its answer is read from the barrier
        for found in re.findall(r"font-size: ([^;}]+)", path.read_text("utf-8"))
    }
    assert sizes
    assert {size for size, _name in sizes if not re.fullmatch(r"var\(--size-[1-5]\)|inherit|[\d.]+pt", size)} == set()


@pytest.mark.parametrize(
    ("chosen", "said"), [("", ""), ("dark", ' data-bs-theme="dark"'), ("light", ' data-bs-theme="light"')]
)
def test_light_or_dark_is_what_was_chosen_else_what_the_system_has(client: FlaskClient, chosen: str, said: str) -> None:
    client.set_cookie("theme", chosen)
    page = client.get("/login").text
    assert re.search(r"<html lang=\"[^\"]+\"([^>]*)>", page)[1] == said  # type: ignore[index]  # there is one
    assert page.index("js/theme.js") < page.index("<body")
