import assert from "node:assert/strict";
import { test } from "node:test";
import everywhere from "../../admin_app/static/js/everywhere.js";
import { answers, asked, every, one, settled, show, usual } from "./page.js";

const CONTROLLERS = { menu: everywhere.menu };
const MENU = '<nav data-controller="menu"><a href="#desk">Desk</a><a href="#keys" aria-current="page">Keys</a></nav>';

usual("menu", CONTROLLERS, MENU);

test("the page shown stays in sight", async () => {
  const seen = [];
  const { scrollIntoView } = HTMLElement.prototype;
  HTMLElement.prototype.scrollIntoView = function see() { seen.push(this.textContent); };
  await show(MENU, CONTROLLERS);
  HTMLElement.prototype.scrollIntoView = scrollIntoView;
  assert.deepEqual(seen, ["Keys"]);
});

test("a group stays as it was left, and the one with the page shown is open", async () => {
  const groups = `<nav data-controller="menu" data-action="toggle->menu#keep:capture"><details open><summary>Daily</summary><a href="#">Keys</a></details>
    <details><summary>Settings</summary><a href="#">Clocks</a></details><details open><summary>Control</summary><a href="#" aria-current="page">Rules</a></details></nav>`;
  await show(groups, CONTROLLERS);
  for (const group of every("details")) { group.open = !group.open; group.dispatchEvent(new Event("toggle")); }
  await show(groups, CONTROLLERS);
  assert.deepEqual(every("details").map((group) => group.open), [false, true, true]);
  window.localStorage.clear();
});

test("what is late is counted behind its register, asked for once in a while", async () => {
  const late = '<nav data-controller="menu" data-menu-url-value="/admin/waiting/" data-menu-late-value="overdue"><a data-waiting="keys">Keys</a><a data-waiting="tickets">Jobs</a></nav>';
  window.sessionStorage.clear();
  await show("<p></p>", CONTROLLERS);
  document.body.innerHTML = late; // nobody answers, and the menu stays as it is
  await settled(20);
  assert.deepEqual([one("b"), asked.length], [null, 1]);
  answers(() => ({ tickets: "7" }));
  for (const _again of [1, 2]) {
    document.body.innerHTML = late;
    await settled(20);
    assert.deepEqual(every("a").map((link) => link.textContent), ["Keys", "Jobs7"]);
    assert.deepEqual([one("b").title, asked.length], ["overdue 7", 2]);
  }
  window.sessionStorage.clear();
});
