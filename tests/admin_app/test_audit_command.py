"""``frontdesk audit``: the same twice, past days as they were, each refusal one line (AUD-1 … AUD-3)."""

import json

import pytest
from sqlalchemy import func, select

from models.audits import AuditRun
from models.call import Call
from models.events import Event
from models.operations import settings
from models.staff import Actor


@pytest.fixture
def run(run_here, world, now):
    """``run("--json")``: exit code, standard output, standard error, on the world's database with its calendar."""
    both = (world.estate, world.other)
    settings.provide_official_days(Call(world.session, world.actor("system"), now), both)

    def run_one(*arguments):
        return run_here("audit", *arguments)

    return run_one


def count(world, model):
    return world.session.scalar(select(func.count()).select_from(model))


def test_every_estate_is_audited_and_the_same_twice__AUD_2(run, world):
    code, first, err = run("--json")
    assert (code, err) == (0, "")
    document = json.loads(first)
    assert [audit["estate"] for audit in document["audits"]] == ["XL", "YH"]
    events = count(world, Event)
    assert run("--json") == (0, first, "")
    assert (count(world, AuditRun), count(world, Event)) == (2, events)


def test_one_estate_in_words__AUD_1(run):
    code, out, _ = run("--estate", "YH")
    assert code == 0
    assert out.startswith("YH ")
    assert "  key not back: 0\n" in out


def test_a_dry_run_changes_nothing(run, world):
    code, out, err = run("--dry-run", "--json")
    assert (code, len(json.loads(out)["audits"])) == (0, 2)
    assert err == "Nothing was changed (dry run).\n"
    assert count(world, AuditRun) == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--estate", "ZZ"), "there is no estate ZZ; there are: XL, YH."),
        (("--date", "2020-01-01", "--estate", "YH"), "AUD-2"),
        (("--as", "nobody"), "nobody"),
        (("--date", "yesterday"), "yesterday"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_changes_nothing(run, world, arguments, says):
    code, out, err = run(*arguments)
    assert code != 0
    assert (out, err.count("\n")) == ("", 1)
    assert says in err
    assert count(world, AuditRun) == 0


def test_it_acts_as_the_person_named_in_their_own_estates(run, world):
    code, out, err = run("--json", "--as", "clerk")
    assert (code, err) == (0, "")
    assert [audit["estate"] for audit in json.loads(out)["audits"]] == ["YH"]
    event = world.session.scalars(select(Event).where(Event.register == "audit_runs")).one()
    assert (event.actor_id, event.role, event.source) == (world.person("clerk").id, "clerk", "cli")


def test_an_audit_signed_off_is_refused_and_the_other_estates_are_done__AUD_3(run, world):
    run("--estate", "YH")
    made = world.session.scalars(select(AuditRun)).one()
    actor: Actor = world.actor("supervisor")
    made.signed_off_at, made.signed_off_by_id = made.ran_at, actor.staff_id
    code, out, err = run("--json")
    assert code == 1
    assert [audit["estate"] for audit in json.loads(out)["audits"]] == ["XL"]
    assert err.startswith("frontdesk: YH: AUD-3: ")
    code, out, _ = run("--json", "--estate", "YH", "--date", made.day.isoformat())
    assert (code, json.loads(out)["audits"][0]["date"]) == (0, made.day.isoformat())
