import assert from "node:assert/strict";
import { test } from "node:test";
import Phrases from "../../admin_app/static/js/controllers/phrases_controller.js";
import { every, one, show, usual } from "./page.js";

const CONTROLLERS = { phrases: Phrases };
const PAGE = `<main><div data-controller="phrases" data-phrases-field-value="result" data-phrases-joint-value="；">
  <button type="button" data-action="phrases#take">已修好。</button><button type="button" data-action="phrases#take">已疏通。</button></div>
  <textarea id="result"></textarea></main>`;

usual("phrases", CONTROLLERS, `<div data-controller="phrases"></div>`);

test("a phrase that is pressed is the text, a second one stands behind it", async () => {
  await show(PAGE, CONTROLLERS);
  let heard = 0;
  one("textarea").addEventListener("input", () => { heard += 1; });
  every("button")[0].click();
  assert.equal(one("textarea").value, "已修好。");
  every("button")[1].click();
  assert.deepEqual([one("textarea").value, heard], ["已修好；已疏通。", 2]);
});

test("where its field is not there a phrase does nothing", async () => {
  await show(PAGE.replace('id="result"', 'id="other"'), CONTROLLERS);
  every("button")[0].click();
  assert.equal(one("textarea").value, "");
});
