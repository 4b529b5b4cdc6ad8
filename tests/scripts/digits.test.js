import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import everywhere from "../../admin_app/static/js/everywhere.js";
import { every, one, press, settled, show, usual } from "./page.js";

const CONTROLLERS = { digits: everywhere.digits };
const MOMENT = 30;
const page = (content) => `<div data-controller="digits" data-digits-moment-value="${MOMENT}" data-action="keydown@document->digits#key">${content}</div>`;
const STEPS = '<div class="step-buttons"><a class="btn then" href="#then">Dispatch</a><button class="btn" disabled>Close</button><button class="btn now">Accept</button></div><input name="phone">';
const RECORD = page(STEPS);

const pressed = [];
async function begin(content) {
  pressed.length = 0;
  await show(content, CONTROLLERS);
  for (const button of every(".btn")) button.addEventListener("click", (event) => { event.preventDefault(); pressed.push(button.className); });
}
afterEach(() => { delete document.body.dataset.keys; });

usual("digits", CONTROLLERS, RECORD);

test("steps that can be taken have their digits, and only these", async () => {
  await begin(RECORD);
  assert.deepEqual(every(".btn").map((button) => button.textContent), ["Dispatch 1", "Close", "Accept 2"]);
});

test("a digit alone opens the step that asks first, a moment later", async () => {
  await begin(RECORD);
  press(document.body, "1");
  assert.deepEqual(pressed, []);
  await settled(2 * MOMENT);
  assert.deepEqual(pressed, ["btn then"]);
});

test("what would be done at once is only chosen", async () => {
  await begin(RECORD);
  press(document.body, "2");
  await settled(2 * MOMENT);
  assert.deepEqual([pressed, document.activeElement], [[], one(".now")]);
});

test("Enter after the digit is sure of it", async () => {
  await begin(RECORD);
  press(document.body, "2");
  assert.equal(press(document.body, "Enter"), true);
  await settled(2 * MOMENT);
  assert.deepEqual(pressed, ["btn now"]);
});

test("digits of a number, and one with another key after it, press nothing", async () => {
  await begin(RECORD);
  for (const keys of ["13", "1/"]) {
    await settled(2 * MOMENT);
    for (const key of keys) press(document.body, key);
    await settled(2 * MOMENT);
  }
  assert.deepEqual(pressed, []);
});

test("in a field, under an open window, with Ctrl and held down a digit is no step", async () => {
  await begin(RECORD);
  press(one("input"), "1");
  await settled(2 * MOMENT);
  for (const how of [{ ctrlKey: true }, { repeat: true }, { isComposing: true }]) press(document.body, "1", how);
  document.body.append(Object.assign(document.createElement("dialog"), { open: true }));
  press(document.body, "1");
  await settled(2 * MOMENT);
  assert.deepEqual(pressed, []);
});

test("with single keys off there are no digits; a page that has its own keeps them", async () => {
  document.body.dataset.keys = "off";
  await begin(RECORD);
  assert.equal(one("kbd"), null);
  press(document.body, "1");
  delete document.body.dataset.keys;
  await begin(page(`<fieldset data-own-digits></fieldset>${STEPS}`));
  assert.equal(one("kbd"), null);
  press(document.body, "1");
  await settled(2 * MOMENT);
  assert.deepEqual(pressed, []);
});
