import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import everywhere from "../../admin_app/static/js/everywhere.js";
import { every, one, press, show, usual } from "./page.js";

const CONTROLLERS = { hotkeys: everywhere.hotkeys };
const PAGE = `<div data-controller="hotkeys" data-action="hotkey-fire@document->hotkeys#hold:capture">
  <a class="call" href="#call" data-hotkey="n">Call</a><a class="desk" href="#desk" data-hotkey="g d">Desk</a><button class="keys" data-hotkey="?">Keys</button><input></div>`;

const pressed = [];
async function begin() {
  pressed.length = 0;
  await show(PAGE, CONTROLLERS);
  for (const one of every("[data-hotkey]")) one.addEventListener("click", () => pressed.push(one.className));
}
afterEach(() => { delete document.body.dataset.keys; });

usual("hotkeys", CONTROLLERS, PAGE);

test("keys press what names them, one after the other too", async () => {
  await begin();
  for (const key of "ngd") press(document.body, key);
  press(document.body, "?", { shiftKey: true });
  assert.deepEqual(pressed, ["call", "desk", "keys"]);
});

test("in a field they are letters", async () => {
  await begin();
  assert.equal(press(one("input"), "n"), false);
  assert.deepEqual(pressed, []);
});

test("nothing behind an open window is pressed", async () => {
  await begin();
  document.body.append(Object.assign(document.createElement("dialog"), { open: true }));
  press(document.body, "n");
  assert.deepEqual(pressed, []);
});

test("with single keys off none is taken", async () => {
  document.body.dataset.keys = "off";
  await begin();
  assert.equal(press(document.body, "n"), false);
  assert.deepEqual(pressed, []);
});
