import assert from "node:assert/strict";
import { test } from "node:test";
import Explain from "../../admin_app/static/js/controllers/explain_controller.js";
import { every, one, press, show, usual } from "./page.js";

const CONTROLLERS = { explain: Explain };
const row = (number) => `<tr><td><input type="checkbox"></td><td><a href="#">R-${number}</a></td><td><input class="text" data-explain-target="text" value="why"></td></tr>`;
const AUDIT = `<section data-controller="explain" data-action="keydown->explain#key"><table><tbody>${row(1)}${row(2)}<tr><td><a class="free" href="#">no text</a></td></tr></tbody></table></section>`;
const text = (place) => every(".text")[place];

usual("explain", CONTROLLERS, AUDIT);

test("e goes to the text of the row somebody is on, unless single keys are off", async () => {
  await show(AUDIT, CONTROLLERS);
  assert.equal(press(every("a")[1], "e"), true);
  assert.equal(document.activeElement, text(1));
  assert.equal(press(one(".free"), "e"), false);
  assert.equal(press(every("a")[0], "e", { ctrlKey: true }), false);
  document.body.dataset.keys = "off";
  assert.equal(press(every("a")[0], "e"), false);
  delete document.body.dataset.keys;
});

test("arrows go on while writing, and stop at both ends", async () => {
  await show(AUDIT, CONTROLLERS);
  text(0).focus();
  assert.equal(press(text(0), "ArrowUp"), false);
  press(text(0), "ArrowDown");
  assert.equal(document.activeElement, text(1));
  assert.equal(press(text(1), "ArrowDown"), false);
});

test("e is written in a text, Escape leaves it for its row", async () => {
  await show(AUDIT, CONTROLLERS);
  assert.equal(press(text(1), "e"), false);
  assert.equal(press(text(1), "Escape"), true);
  assert.equal(document.activeElement, every("a")[1]);
});

test("Ctrl+Enter saves from a text; letters still being put together do nothing", async () => {
  await show(AUDIT, CONTROLLERS);
  let sent = 0;
  one("section").requestSubmit = () => { sent += 1; };
  press(text(0), "Enter", { ctrlKey: true, isComposing: true });
  press(text(0), "Enter", { ctrlKey: true });
  assert.equal(sent, 1);
});
