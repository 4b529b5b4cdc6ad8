import assert from "node:assert/strict";
import { test } from "node:test";
import Hooks from "../../admin_app/static/js/controllers/hooks_controller.js";
import { every, one, press, show, usual, write } from "./page.js";

const CONTROLLERS = { hooks: Hooks };
const hook = (words, place, others = "") => `<li><input type="checkbox" class="hook-tick"><a class="hook" href="#" data-words="${words}" data-place="${place}" ${others}>${words}</a></li>`;
const BOARD = `<div data-controller="hooks" data-hooks-text-value="# found"><input data-hooks-target="filter" data-action="input->hooks#narrow compositionend->hooks#narrow keydown->hooks#choose">
  <button data-hooks-target="on">Go on</button><output data-hooks-target="count"></output>
  <section class="open" data-action="keydown->hooks#escape"><input class="note"><a href="#" data-close>Back</a></section>
  <div data-hooks-target="board" data-action="keydown->hooks#move"><section class="hook-group"><ul>${hook("a-1 1-101 a1", "0 0")}${hook("a-2 1-102 a2", "100 0", "data-focused")}</ul></section>
  <section class="hook-group"><ul>${hook("b-1 4-1203 b1", "10 50")}${hook("b-2 4-1204 b2", "110 50")}</ul></section></div></div>`;

const hooks = () => every(".hook");
const at = () => hooks().indexOf(document.activeElement);
const seen = () => hooks().filter((one) => !one.closest("[hidden]")).map((one) => one.textContent.slice(0, 3));
async function begin() {
  await show(BOARD, CONTROLLERS);
  for (const one of hooks()) {
    const [left, top] = one.dataset.place.split(" ").map(Number);
    one.getBoundingClientRect = () => ({ left, top, width: 80 });
  }
}
function go(...keys) {
  for (const key of keys) press(document.activeElement, key);
  return at();
}

usual("hooks", CONTROLLERS, BOARD);

test("the board is one stop for Tab, where one was last", async () => {
  await begin();
  assert.deepEqual(hooks().map((one) => one.tabIndex), [-1, 0, -1, -1]);
  hooks()[1].focus();
  go("ArrowLeft");
  assert.deepEqual(hooks().map((one) => one.tabIndex), [0, -1, -1, -1]);
});

test("arrows go to the next hook and the nearest of the next row, and up from the first into the box", async () => {
  await begin();
  hooks()[0].focus();
  assert.equal(go("ArrowRight"), 1);
  assert.equal(go("ArrowDown"), 3);
  assert.equal(go("Home"), 0);
  assert.equal(go("End", "ArrowRight"), 3);
  assert.equal(go("ArrowUp"), 1);
  go("ArrowUp");
  assert.equal(document.activeElement, one("[data-hooks-target=filter]"));
});

test("the box narrows by words in people's writing and by a tag with any sign in it", async () => {
  await begin();
  const box = one("[data-hooks-target=filter]");
  for (const [typed, left] of [["4号楼 1203室", ["b-1"]], ["A—2", ["a-2"]], ["b", ["b-1", "b-2"]], ["zz", []]]) {
    write(box, typed);
    assert.deepEqual(seen(), left, typed);
    assert.equal(one("output").textContent, `${left.length} found`);
  }
  assert.deepEqual(every(".hook-group").map((group) => group.hidden), [true, true]);
  press(box, "Escape");
  assert.deepEqual([seen().length, one("output").textContent], [4, ""]);
});

test("Enter opens the only one left, down goes to the first", async () => {
  await begin();
  const box = one("[data-hooks-target=filter]");
  let opened = 0;
  hooks()[3].addEventListener("click", () => { opened += 1; });
  assert.equal(press(box, "Enter"), false);
  write(box, "b-2");
  assert.equal(press(box, "Enter"), true);
  assert.equal(opened, 1);
  press(box, "ArrowDown");
  assert.equal(at(), 3);
});

test("Space ticks, Enter goes on with what is ticked and otherwise opens the hook", async () => {
  await begin();
  let on = 0;
  one("button").addEventListener("click", () => { on += 1; });
  assert.equal(press(hooks()[0], "Enter"), false);
  press(hooks()[0], " ");
  assert.equal(every(".hook-tick")[0].checked, true);
  assert.equal(press(hooks()[1], "Enter"), true);
  assert.equal(on, 1);
});

test("Escape closes the key that is open", async () => {
  await begin();
  let closed = 0;
  one("[data-close]").addEventListener("click", () => { closed += 1; });
  press(one(".note"), "Escape");
  assert.equal(closed, 1);
});
