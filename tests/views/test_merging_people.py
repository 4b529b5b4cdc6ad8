"""Two records of one person made one on a page: the tick counts for the preview that was shown with it (RES-1)."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from models.residents import Resident, ResidentMerge
from models.session import DeskSession
from tests import reading
from tests.factories import World
from tests.marks import first_sqlite


@first_sqlite
def test_nobody_is_merged_whose_preview_was_not_shown__RES_1(
    world: World, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Callable[..., Any]
) -> None:
    people = [Resident(estate_id=world.estate.id, name=name, name_pinyin=name) for name in ("A", "B", "C")]
    world.session.add_all(people)
    world.session.commit()
    first, second, third = (person.id for person in people)
    world.session.rollback()
    client, path = sign_in("supervisor"), f"/admin/residents/step/unite/?id={first}"

    def send(other: int, shown: str) -> tuple[int, str]:
        answer = post(client, path, other_id=f"id:{other}", looked_at="1", effect=shown)
        if answer.status_code == 302:
            return 302, ""
        page = reading.page(answer.text)
        assert "checked" not in reading.one(page, "input[name=looked_at]").attributes
        assert f"#{other}" in reading.words(reading.one(page, "main"))
        return answer.status_code, reading.value_of(page, "effect")

    status, shown = send(second, reading.value_of(reading.page(client.get(path)), "effect"))
    assert status == 409, "a tick before anything was shown says nothing"
    status, shown = send(third, shown)
    assert status == 409, "another person than the one of the preview"
    assert send(third, shown)[0] == 302
    assert look.scalars(select(ResidentMerge.merged_id)).all() == [third]
    old = client.get(f"/admin/residents/details/?id={third}")
    assert (old.status_code, old.location) == (302, f"/admin/residents/details/?id={first}"), "old links lead on"
    assert sign_in("stranger").get(f"/admin/residents/details/?id={third}").status_code == 404
