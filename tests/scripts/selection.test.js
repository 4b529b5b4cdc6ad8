import assert from "node:assert/strict";
import { test } from "node:test";
import Selection from "../../admin_app/static/js/controllers/selection_controller.js";
import { every, one, press, show, tick, usual } from "./page.js";

const CONTROLLERS = { selection: Selection };
const table = (...values) => `<table><thead><tr><th><input type="checkbox" class="whole" data-selection-target="whole"></th></tr></thead>
  <tbody>${values.map((value) => `<tr><td><input type="checkbox" name="row" value="${value}"></td></tr>`).join("")}</tbody></table>`;
const page = (values, content) => `<section data-controller="selection" ${values}
  data-action="change->selection#change click->selection#click keydown->selection#extend pageshow@window->selection#count"><output data-selection-target="output">–</output>${content}</section>`;
const LIST = page('data-selection-total-value="1,204"', `<input type="checkbox" class="all" data-selection-target="all">${table(1, 2, 3)}`);
const TWO = page('data-selection-text-value="# ticked" data-selection-quiet-value="true"', table(1, 2) + table(3));
const said = () => one("output").textContent;

usual("selection", CONTROLLERS, LIST);

test("it says how many are chosen, from the beginning", async () => {
  await show(LIST, CONTROLLERS);
  assert.equal(said(), "0");
  tick(every("[name=row]")[1]);
  assert.equal(said(), "1");
});

test("the head chooses the page, and is chosen with the last of its boxes", async () => {
  await show(LIST, CONTROLLERS);
  tick(one(".whole"));
  assert.equal(said(), "3");
  tick(every("[name=row]")[0], false);
  assert.equal(one(".whole").checked, false);
  tick(every("[name=row]")[0]);
  assert.equal(one(".whole").checked, true);
});

test("all that match are as many as the server says, whatever is ticked", async () => {
  await show(LIST, CONTROLLERS);
  tick(one(".all"));
  assert.equal(said(), "1,204");
  tick(every("[name=row]")[0]);
  assert.equal(said(), "1,204");
  tick(one(".all"), false);
  assert.equal(said(), "1");
});

test("each list has a head of its own, and of none chosen nothing is said", async () => {
  await show(TWO, CONTROLLERS);
  assert.equal(one("output").hidden, true);
  tick(every(".whole")[0]);
  assert.deepEqual(every("[name=row]").map((box) => box.checked), [true, true, false]);
  assert.deepEqual([one("output").hidden, said()], [false, "2 ticked"]);
  assert.equal(every(".whole")[1].checked, false);
});

test("what the browser ticks again on coming back is counted", async () => {
  await show(LIST, CONTROLLERS);
  every("[name=row]")[2].checked = true;
  window.dispatchEvent(new Event("pageshow"));
  assert.equal(said(), "1");
});

test("a list without rows has no head that is chosen", async () => {
  await show(page("", table()), CONTROLLERS);
  assert.equal(one(".whole").checked, false);
});

const chosen = () => every("[name=row]").map((box) => Number(box.checked)).join("");
const MANY = page("", table(...Array.from({ length: 25 }, (_each, place) => place)));
const click = (box, keys = {}) => box.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ...keys }));

test("a click with Shift takes along what lies between, both ways, and takes it out again", async () => {
  await show(page("", table(1, 2, 3, 4, 5)), CONTROLLERS);
  const boxes = every("[name=row]");
  click(boxes[3]);
  click(boxes[1], { shiftKey: true });
  assert.deepEqual([chosen(), said()], ["01110", "3"]);
  click(boxes[2], { shiftKey: true });
  assert.deepEqual([chosen(), said()], ["00010", "1"]);
});

test("the first click with Shift takes only its own row", async () => {
  await show(LIST, CONTROLLERS);
  click(every("[name=row]")[2], { shiftKey: true });
  assert.equal(chosen(), "001");
});

test("Shift and an arrow choose row after row and stop at the end", async () => {
  await show(LIST, CONTROLLERS);
  every("[name=row]")[1].focus();
  for (const expected of ["010", "011", "011"]) {
    assert.equal(press(document.activeElement, "ArrowDown", { shiftKey: true }), true);
    assert.equal(chosen(), expected);
  }
  for (const _again of [1, 2]) press(document.activeElement, "ArrowUp", { shiftKey: true });
  assert.deepEqual([chosen(), said()], ["111", "3"]);
  assert.equal(press(document.activeElement, "ArrowUp"), false);
  assert.equal(press(one("output"), "ArrowUp", { shiftKey: true }), false);
});

test("Shift and a page key choose ten rows at once", async () => {
  await show(MANY, CONTROLLERS);
  every("[name=row]")[0].focus();
  for (const expected of ["10", "20", "25"]) {
    press(document.activeElement, "PageDown", { shiftKey: true });
    assert.equal(said(), expected);
  }
});
