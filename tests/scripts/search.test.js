import assert from "node:assert/strict";
import { test } from "node:test";
import everywhere from "../../admin_app/static/js/everywhere.js";
import { one, press, show, usual } from "./page.js";

const CONTROLLERS = { search: everywhere.search };
const PAGE = `<div data-controller="search" data-action="keydown@window->search#key"><input class="box" data-action="hotkey-fire->search#fired">
  <dialog class="keys"></dialog><dialog class="palette" data-search-target="palette"><input></dialog></div>`;
const fire = () => one(".box").dispatchEvent(new Event("hotkey-fire", { cancelable: true }));
const isOpen = () => one(".palette").open;

usual("search", CONTROLLERS, PAGE);

test("Ctrl+K opens the palette, whose controller begins then", async () => {
  await show(PAGE, CONTROLLERS);
  let opened = 0;
  one(".palette").addEventListener("opened", () => { opened += 1; });
  assert.equal(one(".palette").dataset.controller, undefined);
  assert.equal(press(document.body, "k"), false);
  assert.equal(press(document.body, "k", { ctrlKey: true }), true);
  assert.deepEqual([isOpen(), one(".palette").dataset.controller, opened], [true, "palette", 1]);
  press(document.body, "k", { metaKey: true });
  assert.equal(opened, 1);
});

test("the key of the search box opens it too, instead of the box", async () => {
  await show(PAGE, CONTROLLERS);
  assert.deepEqual([fire(), isOpen()], [false, true]);
});

test("Ctrl+K takes the place of another window, the box's key waits for its end", async () => {
  await show(PAGE, CONTROLLERS);
  one(".keys").showModal();
  fire();
  assert.equal(isOpen(), false);
  press(document.body, "K", { ctrlKey: true });
  assert.deepEqual([one(".keys").open, isOpen()], [false, true]);
});
