import assert from "node:assert/strict";
import { test } from "node:test";
import Problems from "../../admin_app/static/js/controllers/problems_controller.js";
import { one, show, usual } from "./page.js";

const CONTROLLERS = { problems: Problems };
const PAGE = `<div><div class="list" data-controller="problems" data-action="click->problems#lead"><a class="plain" href="#summary">Summary</a><a class="drawn" href="#unit">Room</a>
  <a class="group" href="#kind">Kind</a><a class="nothing" href="#gone">Gone</a></div><input id="summary"><input id="unit"><input class="typed">
  <fieldset id="kind"><input type="radio" name="kind"><input type="radio" name="kind" class="made" checked></fieldset></div>`;
const follow = (name) => one(name).dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));

usual("problems", CONTROLLERS, PAGE);

test("a field is the browser's to find, and what is gone nobody's", async () => {
  await show(PAGE, CONTROLLERS);
  assert.deepEqual([follow(".plain"), follow(".nothing"), follow(".list")], [true, true, true]);
});

test("a field that a library draws is reached where one types", async () => {
  await show(PAGE, CONTROLLERS);
  one("#unit").tomselect = { control_input: one(".typed") };
  assert.equal(follow(".drawn"), false);
  assert.equal(document.activeElement, one(".typed"));
});

test("a group is reached at the choice made", async () => {
  await show(PAGE, CONTROLLERS);
  assert.equal(follow(".group"), false);
  assert.equal(document.activeElement, one(".made"));
});
