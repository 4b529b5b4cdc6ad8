import assert from "node:assert/strict";
import { test } from "node:test";
import everywhere from "../../admin_app/static/js/everywhere.js";
import { every, show, usual } from "./page.js";

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
