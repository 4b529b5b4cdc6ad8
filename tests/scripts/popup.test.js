import assert from "node:assert/strict";
import { test } from "node:test";
import Popup from "../../admin_app/static/js/controllers/popup_controller.js";
import { every, one, press, show, usual } from "./page.js";

const CONTROLLERS = { popup: Popup };
const PAGE = `<div><div data-controller="popup" data-action="click@document->popup#away keydown@document->popup#escape">
  <details class="popup" open><summary>Views</summary><input></details><details class="popup"><summary>Columns</summary></details></div><p>beside</p></div>`;
const open = () => every("details").map((panel) => panel.open);

usual("popup", CONTROLLERS, PAGE);

test("a press elsewhere closes a panel, one in it does not", async () => {
  await show(PAGE, CONTROLLERS);
  one("input").click();
  assert.deepEqual(open(), [true, false]);
  one("p").click();
  assert.deepEqual(open(), [false, false]);
});

test("Escape closes a panel, goes back to its name, and is used up by it", async () => {
  await show(PAGE, CONTROLLERS);
  assert.equal(press(one("input"), "Escape"), true);
  assert.deepEqual(open(), [false, false]);
  assert.equal(document.activeElement, one("summary"));
  assert.equal(press(one("input"), "Escape"), false);
});
