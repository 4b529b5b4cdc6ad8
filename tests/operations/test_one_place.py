"""What can be in one place only is there once: a hook, a seal, a visitor's badge (KEY-1, PAS-1)."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from models.call import Call
from models.errors import OperationRefused
from models.finding import search_condition
from models.keys import Key, KeyOrigin
from models.operations import keys, passes
from models.operations.keys import KeyDraft
from models.passes import VisitorPass
from models.tags import tag_key
from tests.operations.gate_desk import visitor
from tests.operations.key_desk import hand_back, open_desk, register


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
        keys.amend(Call(desk.session, desk.clerk, desk.now), [other], **{place: name}).one()
    keys.amend(Call(desk.session, desk.clerk, desk.now), [desk.key], note="x", **{place: name.strip()}).one()


SAME = (
    *("C-24", "c 24", "Ｃ-２４", "C－24", "C—24", "c24", "C–24", "C−24", " C - 24 ", "Ｃ２４", "c_24", "C.24"),
    *("C·24", "C/24", "C　24", "ⓒ-24", "C--24", "C\u201124", "C\u00a024", "C\u200b24"),
    *("C024", "C-0024", "C#24", "C:24", "C（24）", "C24号", "C-24号钩", "C号24", "钩C-24", "C,24", "C、24", "C|24"),
    *("C'24", "C\u00ad24", "No.C-24", "hook C24", "C-24 HOOK", "№C24", "「C24」", "挂钩：C—24", "C=24", "(C)24"),
)
"""Writings of one place."""
OTHERS = ("C-2-4", "C-42", "C-240", "G-24", "CC-24", "C-24A", "1-11", "11-1", "AB-C", "A-BC", "访-3", "（一）", "Ⅻ")
OTHERS_BY_SIGNS = ("A-90", "A-10", "A-100", "1-01-1", "0", "no", "c 24 (#17)", "C-24-17", "Nova-1", "北1")
"""Places, no two of which are the same."""


def test_a_place_is_taken_in_whatever_spelling__KEY_1(desk):
    first = register(desk, hook="C-24", seal="封—7")
    other = register(desk, hook="z", seal="y")
    for typed in SAME:
        with pytest.raises(OperationRefused, match=f"KEY-1: Key {first.number} in custody has the hook C-24 already"):
            register(desk, hook=typed)
        with pytest.raises(IntegrityError, match="uq_keys_hook"), desk.session.begin_nested():
            desk.session.execute(text("UPDATE keys SET hook = :hook WHERE id = :id"), {"hook": typed, "id": other.id})
    for typed in ("封 ７", "封：7", "封条7", "封号007", "7封", "Ｎo.封7", "No7", "seal 7", "7"):
        with pytest.raises(OperationRefused, match=f"Key {first.number} in custody has the seal 封—7 already"):
            register(desk, seal=typed)
    for typed in (*OTHERS, *OTHERS_BY_SIGNS):
        register(desk, hook=typed)
    keys.amend(Call(desk.session, desk.clerk, desk.now), [first], hook="c 24").one()
    assert desk.session.scalar(select(Key.hook_key).where(Key.id == first.id)) == "c24"


@pytest.mark.parametrize("field", ["hook", "seal", "number"])
def test_letters_that_only_look_like_those_of_a_hook_are_refused__KEY_1(desk, field):
    for typed in ("А-12", "Α-12", "K-Ο1", "𝐀-12"):
        with pytest.raises(OperationRefused, match=r"KEY-1: .* letters of another alphabet") as refused:
            register(desk, **{field: typed})
        assert refused.value.field == field


def test_a_number_is_given_once_in_whatever_spelling__KEY_1(desk):
    register(desk, number="K-001")
    for typed in ("k 001", "Ｋ－１", "K001", "k-1号"):
        with pytest.raises(OperationRefused, match="KEY-1: There is a key K-001 already") as refused:
            register(desk, number=typed)
        assert refused.value.field == "number"
    assert register(desk, number="K-0010").number == "K-0010"


def test_a_badge_is_out_in_whatever_spelling__PAS_1(desk):
    given = {"actor": desk.clerk, "now": desk.now}
    first = passes.issue(Call(desk.session, **given), [visitor(desk, badge_number="访 001")]).one()
    other = passes.issue(Call(desk.session, **given), [visitor(desk, badge_number="访002")]).one()
    for typed in ("访001", "访－００１", "访-001", "访·001"):
        refused = passes.issue(Call(desk.session, **given), [visitor(desk, badge_number=typed)]).refused[0][1]
        assert str(refused) == f"PAS-1: Badge 访 001 is out with {first.number}: it is handed in first."
        with pytest.raises(IntegrityError, match="uq_visitor_passes_badge"), desk.session.begin_nested():
            desk.session.query(VisitorPass).filter_by(id=other.id).update({"badge_number": typed})


def test_places_are_found_in_whatever_spelling(desk, keyring):
    def ids(model, typed):
        condition = search_condition(model, typed, keyring)
        assert condition is not None
        return set(desk.session.scalars(select(model.id).where(condition)))

    issued = visitor(desk, badge_number="V—077")
    badge = passes.issue(Call(desk.session, desk.clerk, desk.now), [issued]).one()
    for stored in ("C-24", "c 24", "Ｃ２４"):
        key = register(desk, hook=stored, seal=f"S/{stored}")
        for typed in SAME[:8]:
            assert ids(Key, typed) == {key.id}, (stored, typed)
        assert ids(Key, "s c24") == {key.id}
        desk.session.delete(key)
        desk.session.flush()
    assert ids(VisitorPass, "v077") == ids(VisitorPass, "Ｖ 077") == {badge.id}


def test_the_databases_read_places_as_the_program_does(desk):
    for typed in (
        *SAME,
        *OTHERS,
        *OTHERS_BY_SIGNS,
        "—",
        "⑳-ⅷ",
        "A-12 (#17)",
        "西 门 ９",
        "a\\b",
        "É-１",
        "--no9 ",
        "hook no. 7",
        "～",
    ):
        desk.session.execute(text("UPDATE keys SET hook = :hook WHERE id = :id"), {"hook": typed, "id": desk.key.id})
        assert desk.session.scalar(text("SELECT hook_key FROM keys")) == tag_key(typed), typed
    desk.session.execute(text("UPDATE keys SET hook_key = 'other', seal = 'x 1'"))
    assert desk.session.execute(text("SELECT hook_key, seal_key FROM keys")).one() == ("～", "x1")
    assert desk.session.scalar(select(func.count()).where(Key.seal_key == "x1"))


def test_two_of_one_batch_do_not_share_a_hook(desk):
    hooks = {1: "Z-1", 2: "z 1"}
    drafts = [KeyDraft(desk.world.estate.id, KeyOrigin.COMMON, hooks[n], f"Z{n}", place="gate") for n in hooks]
    outcome = keys.register(Call(desk.session, desk.clerk, desk.now), drafts)
    assert (len(outcome.done), outcome.refused[0][1].field) == (1, "hook")
    assert "Another key of these has the hook z 1" in str(outcome.refused[0][1])


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
    first = passes.issue(Call(desk.session, **given), [visitor(desk, badge_number="B-7")]).one()
    refused = passes.issue(Call(desk.session, **given), [visitor(desk, badge_number=" B-7")]).refused[0][1]
    assert (refused.rule, refused.field) == ("PAS-1", "badge_number")
    assert first.number in str(refused)
    second = passes.issue(Call(desk.session, **given), [visitor(desk, badge_number="B-8")]).one()
    with pytest.raises(OperationRefused, match="PAS-1"):
        passes.amend(Call(desk.session, **given), [second], badge_number=first.badge_number).one()
    with pytest.raises(IntegrityError), desk.session.begin_nested():
        desk.session.query(VisitorPass).filter_by(id=second.id).update({"badge_number": first.badge_number})
    passes.hand_in(Call(desk.session, **given), [first]).one()
    passes.amend(Call(desk.session, **given), [second], badge_number=first.badge_number).one()
    both = [visitor(desk, badge_number="B-9"), visitor(desk, badge_number="B-9")]
    assert len(passes.issue(Call(desk.session, **given), both).done) == 1
