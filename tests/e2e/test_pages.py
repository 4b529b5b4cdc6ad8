"""Every page × light and dark × each language × desktop and phone: no obstacle, nothing sideways, no error in it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.e2e.conftest import LOCALES, SIZES, looks, parts, settled
from tests.marks import only_sqlite
from tests.pages import addresses
from tests.records import Records

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PARTS = 12
WALKS = [("manager", part) for part in range(PARTS)]
WALKS += [(role, 0) for role in ("clerk", "technician", "lead", "supervisor", "auditor", "admin", "guard")]
"""Who walks which part of the pages. A day's usual run makes one of these walks.

The manager sees nearly all of them, form by form. What others see differently are homes, lists and records.
"""
ONE_TEMPLATE = re.compile(r"/(step|bulk|delete)/")
BEGUN = re.compile(r"/(new|edit|delete|step)/")
"""Pages on which somebody goes on at once: the focus is where they begin."""
FORMS = re.compile(r"/(new|edit|delete|step|bulk|import)/|/imports/")

FINGER = """() => [...document.querySelectorAll('button, select, summary, .btn, .chip, .menu a, td a, th a, textarea,' +
  'input:not([type=hidden], [type=checkbox], [type=radio])')].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.width && box.height && box.height < 43.5 && getComputedStyle(one).visibility !== 'hidden'
      && !one.closest('.visually-hidden, [aria-hidden=true], [hidden], .ts-wrapper, .skip-link');
  }).map((one) => one.outerHTML.slice(0, 120) + ' ' + one.getBoundingClientRect().height).slice(0, 5)"""


@only_sqlite
@pytest.mark.parametrize("walk", parts(len(WALKS), "every page"), ids=lambda walk: "-".join(map(str, WALKS[walk])))
def test_no_page_has_an_obstacle_an_error_or_anything_sideways__WCAG_2_2_AA(
    walk: int, app: Flask, records: Records, person: Callable[..., Page], language: str
) -> None:
    role, part = WALKS[walk]
    page = person(role)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    wrong: list[Any] = []
    every = sorted(set(addresses(app, records)))
    if role == "manager":
        mine = every[part::PARTS]
    else:  # each page in one of the languages
        mine = [one for one in every if not FORMS.search(one)][sorted(LOCALES).index(language) :: len(LOCALES)]
    for place, address in enumerate(mine):
        said.clear()
        answer = page.goto(address)
        if answer is None or answer.status in (400, 403, 404, 409):
            continue  # not this role's, or a step of another state: what it may do is walked elsewhere
        if BEGUN.search(address):
            settled(page)
            wrong += [(address, "focus is lost")] * page.evaluate("document.activeElement === document.body")
        page.evaluate(AXE.read_text())
        # These are one template each with other fields: each has one look, and all looks have many of them.
        chosen = looks(language, address)
        once = role != "manager" or ONE_TEMPLATE.search(address)
        for theme, size in [chosen[place % len(chosen)]] if once else chosen:
            look(page, theme, size)
            wrong += [(address, theme, size, fault) for fault in faults(page, size)]
        wrong += [(address, text) for text in said]
    assert not wrong, "\n".join(map(str, wrong))


LOOSEN = "() => document.querySelectorAll('.intake-actions').forEach((bar) => { bar.style.position = 'static' })"
"""What stays at the edge of the window lies over half a button wherever the page happens to be scrolled to."""


def look(page: Page, theme: str, size: str) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("(theme) => { document.documentElement.dataset.bsTheme = theme }", theme)
    page.evaluate(LOOSEN)


def faults(page: Page, size: str) -> list[Any]:
    """What is wrong with the page as it stands."""
    run = "(tags) => axe.run(document, {runOnly: tags, resultTypes: ['violations']})"
    found: list[Any] = [
        (fault["id"], [node["html"][:160] for node in fault["nodes"]][:3], fault["nodes"][0]["failureSummary"][-200:])
        for fault in page.evaluate(run, RULES)["violations"]
    ]
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > SIZES[size][0]:
        found.append(("sideways", width))
    if size == "phone":
        found += [("small for a finger", small) for small in page.evaluate(FINGER)]
    if page.evaluate("document.querySelectorAll('h1').length") != 1:
        found.append("not exactly one h1")
    return found


@only_sqlite
def test_what_opens_over_a_page_has_no_obstacle_either__WCAG_2_2_AA(
    records: Records, person: Callable[..., Page], language: str
) -> None:
    page = person("clerk")
    wrong: list[Any] = []

    def check(state: str) -> None:
        page.evaluate(AXE.read_text())
        for theme, size in looks(language, state):
            look(page, theme, size)
            wrong.extend((state, theme, size, fault) for fault in faults(page, size))

    page.goto("/admin/")
    page.keyboard.press("/")
    page.wait_for_selector("#palette-list li")
    check("palette")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+?")
    check("keys")
    page.goto("/admin/tickets/intake/")
    page.locator("#summary").fill("没有说是谁，也没有说在哪里")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#unit_id-ts-control")).to_be_focused()
    fields = page.locator(".problems a[href^='#']")  # a refusal links to its rule as well
    expect(fields).to_have_count(2)
    check("refused call")
    fields.last.click()
    expect(page.locator("#reporter_name")).to_be_focused()
    page.goto("/admin/tickets/intake/")
    page.locator("#caller").press_sequentially("1-101")
    page.wait_for_selector("#caller-list li")
    check("callers")
    page.keyboard.press("Enter")
    page.wait_for_selector("#about [data-about]")
    check("caller")
    page.goto(f"/admin/key-loans/new/?key_id={records.ids['keys'] + 2}")
    page.locator(".lend-form [type=submit]").click()
    expect(page.locator(".problems")).to_be_visible()
    check("refused loan")
    page.goto(f"/admin/tickets/?preview={records.tickets[1]}")
    check("preview")
    page.goto(f"/admin/tickets/step/report_again/?id={records.tickets[1]}")
    page.locator("#unit_id-ts-control").click()
    page.wait_for_selector(".ts-dropdown .option")
    check("look-up")
    assert not wrong, "\n".join(map(str, wrong))


@only_sqlite
def test_the_repair_slip_is_one_page_of_a5_however_long_its_texts__JOB_5(
    person: Callable[..., Page], records: Records
) -> None:
    page = person("clerk")
    page.goto(f"/admin/tickets/slip/?id={records.tickets[0]}")
    fill = "texts => document.querySelectorAll('.clamped').forEach(box => { box.textContent = texts; })"
    for texts in ("", "很长的内容 long text\n" * 500):
        page.evaluate(fill, texts)
        for paper in ({"format": "A5"}, {"format": "A4"}, {"prefer_css_page_size": True}):
            assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(**paper))) == 1, (texts[:5], paper)
