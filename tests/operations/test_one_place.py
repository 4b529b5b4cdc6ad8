"""What can be in one place only is there once: a hook, a seal, a visitor's badge (KEY-1, PAS-1)."""

import pytest
from sqlalchemy.exc import IntegrityError

from models.errors import OperationRefused
from models.keys import Key, KeyOrigin
from models.operations import keys, passes
from models.operations.keys import KeyDraft
from models.passes import VisitorPass
from tests.operations.key_desk import hand_back, open_desk, register
from tests.operations.test_passes import visitor


@pytest.fixture
def world(rolled_back):
    return rolled_back


@pytest.fixture
def desk(world, now):
    return open_desk(world.session, world, now)


@pytest.mark.parametrize("place", ["hook", "seal"])
@pytest.mark.parametrize("typed", ["{}", " {} "])
def test_a_hook_or_seal_of_another_key_in_custody_is_refused__KEY_1(desk, place, typed):
    name = typed.format(getattr(desk.key, place))
    with pytest.raises(OperationRefused, match=f"KEY-1: Key {desk.key.number} .*{place}") as refused:
        register(desk, **{place: name})
    assert refused.value.field == place
    other = register(desk)
    with pytest.raises(OperationRefused, match="KEY-1"):
        keys.amend(desk.session, [other], actor=desk.clerk, now=desk.now, **{place: name}).one()
    keys.amend(desk.session, [desk.key], actor=desk.clerk, now=desk.now, **{place: name.strip()}, note="x").one()


def test_two_of_one_batch_do_not_share_a_hook(desk):
    drafts = [KeyDraft(desk.world.estate.id, KeyOrigin.COMMON, "Z-1", f"Z{n}", place="gate") for n in (1, 2)]
    outcome = keys.register(desk.session, drafts, actor=desk.clerk, now=desk.now)
    assert (len(outcome.done), outcome.refused[0][1].field) == (1, "hook")


def test_the_hook_of_a_key_that_left_for_good_is_free__KEY_5(desk):
    hand_back(desk)
    assert register(desk, hook=desk.key.hook, seal=desk.key.seal).hook == desk.key.hook


@pytest.mark.parametrize("place", ["hook", "seal"])
def test_the_database_refuses_it_too(desk, place):
    values = {"number": "X-1", "place": "gate", "hook": "X", "seal": "X", "origin": KeyOrigin.COMMON}
    row = Key(estate_id=desk.world.estate.id, received_at=desk.now, **{**values, place: getattr(desk.key, place)})
    with pytest.raises(IntegrityError), desk.session.begin_nested():
        desk.session.bulk_save_objects([row])


def test_a_badge_is_out_with_one_visitor__PAS_1(desk):
    given = {"actor": desk.clerk, "now": desk.now}
    first = passes.issue(desk.session, [visitor(desk, badge_number="B-7")], **given).one()
    refused = passes.issue(desk.session, [visitor(desk, badge_number=" B-7")], **given).refused[0][1]
    assert (refused.rule, refused.field) == ("PAS-1", "badge_number")
    assert first.number in str(refused)
    second = passes.issue(desk.session, [visitor(desk, badge_number="B-8")], **given).one()
    with pytest.raises(OperationRefused, match="PAS-1"):
        passes.amend(desk.session, [second], badge_number=first.badge_number, **given).one()
    with pytest.raises(IntegrityError), desk.session.begin_nested():
        desk.session.query(VisitorPass).filter_by(id=second.id).update({"badge_number": first.badge_number})
    passes.hand_in(desk.session, [first], **given).one()
    passes.amend(desk.session, [second], badge_number=first.badge_number, **given).one()
    both = [visitor(desk, badge_number="B-9"), visitor(desk, badge_number="B-9")]
    assert len(passes.issue(desk.session, both, **given).done) == 1
