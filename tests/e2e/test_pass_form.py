"""The form of a pass asks for what its kind needs (PAS-1 … 3)."""

from collections.abc import Callable

from playwright.sync_api import Page

from models.passes import PassKind
from tests.e2e.conftest import settled
from tests.marks import only_sqlite
from tests.records import Records

Person = Callable[..., Page]
NEEDED = {
    PassKind.VISITOR: {
        "phone",
        "purpose",
        "identity_checked",
        "badge_number",
        "safety_told",
        "host_unit_id",
        "host_asked",
    },
    PassKind.TEMPORARY: {"id_document", "id_number"},
    PassKind.WORKER: {
        *("id_document", "id_number", "permit_number", "permit_until", "id_copied", "residence_paper_seen"),
    },
}


@only_sqlite
def test_each_kind_of_pass_asks_for_what_its_rule_needs_and_not_for_the_others__PAS_1_PAS_3(
    records: Records, person: Person
) -> None:
    page = person("clerk")
    page.goto("/admin/visitor-passes/new/")
    settled(page)
    seen = {}
    for kind in PassKind:
        page.locator("#kind").select_option(kind.value)
        fields = page.locator(".desk-form .field [name]").evaluate_all(
            "all => all.filter((one) => one.closest('.field').offsetParent).map((one) => one.name)"
        )
        assert {"holder_name"} | NEEDED[kind] <= set(fields), kind
        seen[kind] = set(fields)
    assert "permit_number" not in seen[PassKind.VISITOR] | seen[PassKind.TEMPORARY]
    assert "badge_number" not in seen[PassKind.WORKER] | seen[PassKind.TEMPORARY]
    assert "id_number" not in seen[PassKind.VISITOR]
