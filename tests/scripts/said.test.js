import assert from "node:assert/strict";
import { test } from "node:test";
import everywhere from "../../admin_app/static/js/everywhere.js";
import Form from "../../admin_app/static/js/controllers/form_controller.js";
import { one, settled, show, usual } from "./page.js";

const CONTROLLERS = { said: everywhere.said, form: Form };
const page = (content) => `<main data-controller="said"><p class="alert first">Saved</p><p class="alert">And told</p>${content}</main>`;
const at = () => document.activeElement.className || document.activeElement.name;

async function begin(content) {
  await show(page(content), CONTROLLERS);
  await settled(5);
}

usual("said", CONTROLLERS, page(""));

test("one goes on from what the page says", async () => {
  await begin('<a href="#next">Next</a>');
  assert.equal(at(), "alert first");
});

test("a form begins at its own field all the same", async () => {
  await begin('<form data-controller="form"><input name="summary"></form>');
  assert.equal(at(), "summary");
});

test("a page that begins elsewhere keeps to that", async () => {
  await begin('<input name="caller" autofocus>');
  assert.notEqual(at(), "alert first");
});

test("what is only offered takes no focus", async () => {
  await show('<main data-controller="said"><form class="alert"><button>One incident</button></form></main>', CONTROLLERS);
  await settled(5);
  assert.equal(document.activeElement, document.body);
});

test("what is said in a part of the page is no answer to a step", async () => {
  await show('<main data-controller="said"><section><p class="alert">Late</p></section></main>', CONTROLLERS);
  await settled(5);
  assert.equal(document.activeElement, document.body);
  assert.equal(one(".alert").hasAttribute("tabindex"), false);
});
