import assert from "node:assert/strict";
import { test } from "node:test";
import SameMatter from "../../admin_app/static/js/controllers/same_matter_controller.js";
import { answers, asked, one, settled, show, usual, write } from "./page.js";

const CONTROLLERS = { "same-matter": SameMatter };
const CALL = `<form data-controller="same-matter" data-same-matter-url-value="/same/" data-same-matter-delay-value="1" data-action="input->same-matter#soon">
  <input name="unit_id"><input name="summary"><input name="heard_at" value="now">
  <div class="box" data-same-matter-target="box" hidden><div class="offers" data-same-matter-target="offers"></div><input type="checkbox" name="another_matter"></div></form>`;
const shown = () => (one(".box").hidden ? null : one(".offers").textContent);
async function typed(name, text) {
  write(one(`[name=${name}]`), text);
  await settled(5);
}

usual("same-matter", CONTROLLERS, CALL);

test("what is open at the place is offered while one types", async () => {
  await show(CALL, CONTROLLERS);
  answers(() => "<p>R-1 leak</p>");
  await typed("unit_id", "id:3");
  assert.equal(asked.at(-1).search, "?unit_id=id%3A3");
  assert.equal(shown(), "R-1 leak");
  answers(() => "  ");
  await typed("summary", "lamp");
  assert.equal(asked.at(-1).search, "?unit_id=id%3A3&summary=lamp");
  assert.equal(shown(), null);
});

test("without a place nothing is asked, and what was offered goes", async () => {
  await show(CALL, CONTROLLERS);
  answers(() => "<p>R-1</p>");
  await typed("summary", "leak");
  assert.equal(asked.length, 0);
  await typed("unit_id", "id:3");
  assert.equal(shown(), "R-1");
  await typed("unit_id", "");
  assert.equal(shown(), null);
});

test("“another matter” was said of those that stood there", async () => {
  await show(CALL, CONTROLLERS);
  answers(() => "<p>R-1</p>");
  await typed("unit_id", "id:3");
  one("[name=another_matter]").checked = true;
  await typed("summary", "leak");
  assert.equal(one("[name=another_matter]").checked, true);
  answers(() => "<p>R-2</p>");
  await typed("summary", "lamp");
  assert.equal(one("[name=another_matter]").checked, false);
});

test("the same question is asked once, and where the server is silent what stands there stays", async () => {
  await show(CALL, CONTROLLERS);
  answers(() => "<p>R-1</p>");
  await typed("unit_id", "id:3");
  await typed("heard_at", "later");
  assert.equal(asked.length, 1);
  answers(() => null);
  await typed("summary", "leak");
  assert.equal(shown(), "R-1");
});
