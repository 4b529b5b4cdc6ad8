"""The run of an audit on screen and on paper: by rule, explained finding by finding, nothing lost."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models.audits import AuditFinding, AuditLine, AuditRun
from models.session import DeskSession
from tests import reading
from tests.factories import World
from tests.operations import audits
from views.registers.audit_lines import Group, Line, Sheet

DAY = datetime.timedelta(days=1)


def make(_session: DeskSession, world: World, now: datetime.datetime) -> int:
    """An audit with a finding of each kind."""
    audits.everything(world, now - DAY)
    return int(audits.run(world, now).one().id)


MAKE = make


@pytest.fixture
def run(here: int) -> int:
    """That audit."""
    return here


def page_of(run: int, **asked: str) -> str:
    return f"/admin/audits/details/?id={run}" + "".join(f"&{name}={value}" for name, value in asked.items())


def lines(look: DeskSession, run: int, *, overdue: bool = True) -> list[AuditLine]:
    query = select(AuditLine).where(AuditLine.run_id == run, AuditLine.overdue.is_(overdue)).order_by(AuditLine.id)
    found = list(look.scalars(query.execution_options(populate_existing=True)))
    look.expunge_all()  # otherwise they would be read again, in a transaction that stays open
    look.rollback()
    return found


def test_findings_stand_by_rule_with_their_counts__AUD_1(
    run: int, look: DeskSession, sign_in: Callable[..., FlaskClient]
) -> None:
    page = reading.page(sign_in("clerk").get(page_of(run)))
    rows = look.execute(
        select(AuditFinding.kind, AuditFinding.rule)
        .join(AuditLine, AuditLine.finding_id == AuditFinding.id)
        .where(AuditLine.run_id == run)
    ).all()
    look.rollback()
    assert len(page.css("section[aria-labelledby^=list-]")) == len(set(rows))
    overdue = lines(look, run)
    assert f"0 of {len(overdue)} explained" in reading.words(page)
    only = reading.page(sign_in("clerk").get(page_of(run, show="open")))
    assert {reading.typed(box) for box in only.css("input[name=line]")} == {str(line.id) for line in overdue}
    assert sign_in("clerk").get(page_of(run, list="gone")).status_code == 400
    assert sign_in("clerk").get(page_of(run, show="gone")).status_code == 400


def test_the_common_note_replaces_no_note_written_one_by_one__AUD_3(
    run: int, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    own, without = lines(look, run)[:2]
    address, supervisor, clerk = f"/admin/audits/note/?id={run}", sign_in("supervisor"), sign_in("clerk")
    assert post(supervisor, address, **{f"note-{own.id}": "已约明天"}).status_code == 302
    for shown in ("", "已约明天"):
        drawn = {"line": str(own.id), f"was-{own.id}": shown, f"note-{own.id}": shown, "note": "明日处理"}
        answer = post(clerk, address, **drawn)
        assert answer.status_code == 400
        assert "Each ticked finding has a note already" in answer.text
    both = {"line": [str(own.id), str(without.id)], "note": "明日处理"}
    answer = post(clerk, address, **both)
    assert answer.status_code == 302
    said = clerk.get(answer.headers["Location"]).text
    assert "1 finding explained." in said
    assert "1 keeps the note that it had." in said
    assert [line.note for line in lines(look, run)[:2]] == ["已约明天", "明日处理"]


def test_nothing_that_was_typed_beside_a_late_finding_is_cut_away__AUD_3(
    run: int, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    line = lines(look, run)[0]
    unchanged = {f"note-{number}": "x" for number in range(10_000, 11_100)}
    unchanged |= {name.replace("note", "was"): "x" for name in unchanged}
    typed = {**unchanged, f"note-{line.id}": "已联系"}
    assert post(sign_in("clerk"), f"/admin/audits/note/?id={run}", **typed).status_code == 302
    assert lines(look, run)[0].note == "已联系"
    many = {name: "y" for name in unchanged if name.startswith("note")}
    assert post(sign_in("clerk"), f"/admin/audits/note/?id={run}", **many).status_code == 413


def test_each_finding_is_explained_beside_it_and_the_next_is_offered__AUD_3(
    run: int, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    clerk = sign_in("clerk")
    overdue = lines(look, run)
    given = {f"note-{line.id}": f"已联系 {line.id}" for line in overdue[:2]}
    answer = post(clerk, f"/admin/audits/note/?id={run}&show=open", **given)
    assert answer.status_code == 302
    assert "show=open" in answer.location
    assert [line.note for line in lines(look, run)[:3]] == [f"已联系 {line.id}" for line in overdue[:2]] + [None]
    page = reading.page(clerk.get(answer.location))
    assert f"2 of {len(overdue)} explained" in reading.words(page)
    focused = reading.one(page, "[autofocus]").attributes["name"]
    assert focused in {f"note-{line.id}" for line in overdue[2:]}
    supervisor = sign_in("supervisor")
    rest = {f"note-{line.id}": "明日处理" for line in overdue[2:]}
    again = "form[action$='/audits/run/']"
    assert reading.page(clerk.get("/admin/")).css(again) != []
    assert post(supervisor, f"/admin/audits/note/?id={run}", **rest).status_code == 302
    assert post(supervisor, f"/admin/audits/step/sign_off/?id={run}").status_code == 302
    assert look.get_one(AuditRun, run).signed_off_at is not None
    for address in ("/admin/", f"/admin/audits/details/?id={run}"):
        assert reading.page(clerk.get(address)).css(again) == [], "what is signed is not run again (AUD-2)"


def test_what_was_not_touched_is_not_written_again__AUD_3(
    run: int, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    clerk, colleague = sign_in("clerk"), sign_in("supervisor")
    first, second, *_rest = lines(look, run)
    assert post(clerk, f"/admin/audits/note/?id={run}", **{f"note-{first.id}": "多行 说明"}).status_code == 302
    sent = {f"note-{first.id}": "多行 说明", f"was-{first.id}": "多行\n说明", f"note-{second.id}": "等配件"}
    assert post(colleague, f"/admin/audits/note/?id={run}", **sent).status_code == 302
    assert lines(look, run)[0].noted_by_id != lines(look, run)[1].noted_by_id


def test_a_colleagues_note_is_shown_before_it_is_replaced__AUD_3(
    run: int, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    clerk, colleague = sign_in("clerk"), sign_in("supervisor")
    first, second, *_rest = lines(look, run)
    address = f"/admin/audits/note/?id={run}"
    assert post(clerk, address, **{f"note-{first.id}": "业主出差"}).status_code == 302
    mine = {f"note-{first.id}": "备用钥匙已取", f"was-{first.id}": "", f"note-{second.id}": "<i>等配件</i>"}
    stale = post(colleague, address, **mine)
    assert stale.status_code == 400
    for text in ("业主出差", "备用钥匙已取", "&lt;i&gt;等配件"):
        assert text in stale.text
    assert [line.note for line in lines(look, run)[:2]] == ["业主出差", None]
    assert post(colleague, address, **{**mine, f"was-{first.id}": "业主出差"}).status_code == 302
    assert [line.note for line in lines(look, run)[:2]] == ["备用钥匙已取", "<i>等配件</i>"]


@pytest.mark.parametrize(
    ("text", "kept"), [("", ""), ("   ", ""), ("x" * 2001, "x" * 2001)], ids=["empty", "blank", "too long"]
)
def test_a_note_that_cannot_be_is_refused_and_nothing_typed_is_lost__AUD_3(
    text: str, kept: str, run: int, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    clerk = sign_in("clerk")
    first, second, *_rest = lines(look, run)
    address = f"/admin/audits/note/?id={run}"
    assert post(clerk, address, **{f"note-{first.id}": "在办"}).status_code == 302
    sent = {f"note-{first.id}": text, f"was-{first.id}": "在办", f"note-{second.id}": "等配件"}
    refused = post(clerk, address, **sent)
    assert refused.status_code in (400, 409)
    assert 'value="等配件"' in refused.text
    assert kept in refused.text
    assert [line.note for line in lines(look, run)[:2]] == ["在办", None]


def test_a_finding_of_another_run_is_left_alone(
    run: int, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    clerk = sign_in("clerk")
    address = f"/admin/audits/note/?id={run}"
    assert post(clerk, address, **{"note-987654": "说明"}).status_code == 400
    assert post(clerk, address, **{"note-x": "说明"}).status_code == 400
    assert post(clerk, f"{address}0000", **{"note-1": "说明"}).status_code == 404
    assert all(line.note is None for line in lines(look, run))


def test_auditors_read_and_write_nothing__AUD_3(
    run: int, look: DeskSession, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    auditor = sign_in("auditor")
    assert "data-explain" not in auditor.get(page_of(run)).text
    first, *_rest = lines(look, run)
    assert post(auditor, f"/admin/audits/note/?id={run}", **{f"note-{first.id}": "说明"}).status_code == 403


def test_the_control_sheet_counts_and_lists_everything__AUD_3(
    run: int, look: DeskSession, sign_in: Callable[..., FlaskClient]
) -> None:
    page = reading.page(sign_in("auditor").get(f"/admin/audits/print/?id={run}"))
    overdue, number = len(lines(look, run)), len(lines(look, run)) + len(lines(look, run, overdue=False))
    assert sum(len(reading.rows(section)) for section in page.css("section")) == number
    assert [reading.words(cell) for cell in page.css("tfoot td")] == [str(number), str(overdue), "0"]


def line(number: int, **said: Any) -> Line:
    """A finding in short."""
    fair = {"number": f"T-{number}", "url": "", "owner": "", "rule": "JOB-1", "since": "", "age": "", "due": ""}
    return Line(id=number, **{**fair, "overdue": True, "note": "", "noted_by": "", **said})


def test_the_next_finding_to_explain_is_the_next_open_one_from_the_top_again_at_the_end__AUD_3() -> None:
    lines = [line(1), line(2, note="x"), line(3), line(4, overdue=False), line(5)]
    sheet = Sheet([Group("a", "A", "JOB-1", lines[:2]), Group("b", "B", "JOB-1", lines[2:])])
    assert {after: sheet.next_open(after) for after in (0, 1, 2, 3, 4, 5)} == {0: 1, 1: 3, 2: 3, 3: 5, 4: 5, 5: 1}
    assert Sheet([Group("a", "A", "JOB-1", [line(1)])]).next_open(1) == 1
    assert Sheet([Group("a", "A", "JOB-1", [line(1, note="x")])]).next_open(1) is None
    assert [(group.overdue, group.explained, group.count) for group in sheet.groups] == [(2, 1, 2), (2, 0, 3)]
    assert (sheet.overdue, sheet.explained) == (4, 1)


def test_what_is_drawn_of_the_findings_is_what_was_asked_for__AUD_3() -> None:
    def drawn(shown: str, only: str = "", many: int = 3) -> list[tuple[str, list[int], int]]:
        groups = [Group("a", "A", "JOB-1", [line(number) for number in range(many)])]
        groups += [Group("b", "B", "JOB-1", [line(900, note="x"), line(901, overdue=False, note="y")])]
        sheet = Sheet(groups)
        sheet.narrow(shown, only)
        return [(group.key, [each.id for each in group.drawn], group.left_off) for group in sheet.groups]

    assert drawn("all") == [("a", [0, 1, 2], 0), ("b", [900, 901], 0)]
    assert drawn("open") == [("a", [0, 1, 2], 0)]
    assert drawn("explained") == [("b", [900, 901], 0)]
    assert drawn("all", "b") == [("b", [900, 901], 0)]
    assert drawn("open", "b") == []
    assert drawn("all", many=151)[0] == ("a", list(range(150)), 1)
    assert drawn("all", "a", many=151) == [("a", list(range(151)), 0)]


def test_a_step_says_by_whom_and_until_when_and_the_day_before_is_told__AUD_3(
    run: int, look: DeskSession, world: World, sign_in: Callable[..., FlaskClient], post: Any
) -> None:
    first, second, third = lines(look, run)[:3]
    clerk, address, person = sign_in("clerk"), f"/admin/audits/note/?id={run}", world.person("technician")
    given = {"line": [str(first.id)], "note": "去催", f"note-{second.id}": "换锁", "by": str(person.id)}
    for wrong in ({"by": "0"}, {"until": "soon"}, {"until": "2001-01-01T08:00"}):
        refused = post(clerk, address, **{**given, **wrong})
        assert refused.status_code in (400, 409), wrong
        assert 'value="换锁"' in refused.text
        assert [line.note for line in lines(look, run)[:3]] == [None] * 3
    assert post(clerk, address, **given, until="2026-11-20T09:00").status_code == 302
    until = datetime.datetime(2026, 11, 20, 1, tzinfo=datetime.UTC)
    told = [(line.note, line.step_by_id, line.until) for line in lines(look, run)[:3]]
    assert told == [("去催", person.id, until), ("换锁", person.id, until), (None, None, None)]
    words = reading.words(reading.page(clerk.get(page_of(run))))
    assert f"{person.name} · until 2026-11-20 09:00" in words
    assert third.number in words
