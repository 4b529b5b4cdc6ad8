import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import everywhere from "../../admin_app/static/js/everywhere.js";
import { every, one, press, show, usual } from "./page.js";

const CONTROLLERS = { rows: everywhere.rows, hotkeys: everywhere.hotkeys };
const row = (name, others = "") => `<tr ${others}><td><input type="checkbox" name="row"></td><td><a href="#${name}" id="${name}">${name}</a></td></tr>`;
const LIST = `<div data-controller="rows" data-action="keydown@window->rows#key"><main><div class="list-scroll"><table class="list">
  <thead><tr><th><input type="checkbox" class="whole" data-selection-target="whole"></th></tr></thead>
  <tbody>${row("first")}${row("away", "hidden")}${row("last")}</tbody></table></div><input class="filter"></main></div>`;
const here = () => document.activeElement.id;
const go = (key, how) => press(document.activeElement, key, how);
afterEach(() => { delete document.body.dataset.keys; });

usual("rows", CONTROLLERS, LIST);

test("j and k go from row to row that can be seen, and stay at the ends", async () => {
  await show(LIST, CONTROLLERS);
  const been = [];
  for (const key of "jjjkk") { assert.equal(go(key), true); been.push(here()); }
  assert.deepEqual(been, ["first", "last", "last", "first", "first"]);
});

test("k begins from below", async () => {
  await show(LIST, CONTROLLERS);
  go("k");
  assert.equal(here(), "last");
});

test("x chooses the row one is at, a all of the page", async () => {
  await show(LIST, CONTROLLERS);
  assert.equal(go("x"), false);
  go("j");
  assert.equal(go("x"), true);
  assert.deepEqual(every("tbody input").map((box) => box.checked), [true, false, false]);
  assert.equal(here(), "first");
  go("a");
  assert.equal(one(".whole").checked, true);
});

test("in a field, with Ctrl, under a window and with single keys off they are nobody's", async () => {
  await show(LIST, CONTROLLERS);
  one(".filter").focus();
  assert.equal(go("j"), false);
  one(".filter").blur();
  assert.equal(go("j", { ctrlKey: true }), false);
  const dialog = Object.assign(document.createElement("dialog"), { open: true });
  document.body.append(dialog);
  assert.equal(go("j"), false);
  dialog.remove();
  document.body.dataset.keys = "off";
  assert.equal(go("j"), false);
});

test("a letter of two that lead somewhere moves no row", async () => {
  await show(`<div data-controller="hotkeys"><a class="keys" href="#keys" data-hotkey="g k">Keys</a>${LIST}</div>`, CONTROLLERS);
  let pressed = 0;
  one(".keys").addEventListener("click", () => { pressed += 1; });
  for (const key of "gk") go(key);
  assert.deepEqual([pressed, document.activeElement], [1, document.body]);
});
