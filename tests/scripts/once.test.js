import assert from "node:assert/strict";
import { test } from "node:test";
import everywhere from "../../admin_app/static/js/everywhere.js";
import { every, one, show, usual } from "./page.js";

const CONTROLLERS = { once: everywhere.once };
const PAGE = `<div data-controller="once" data-action="submit->once#send pageshow@window->once#again">
  <form method="post"><p data-working hidden></p></form><form method="get"></form></div>`;
const send = (form) => form.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));

usual("once", CONTROLLERS, PAGE);

test("a form is sent once, and says that work goes on", async () => {
  await show(PAGE, CONTROLLERS);
  assert.deepEqual([send(one("form")), one("p").hidden, send(one("form"))], [true, false, false]);
});

test("a question may be asked again", async () => {
  await show(PAGE, CONTROLLERS);
  const [, question] = every("form");
  assert.deepEqual([send(question), send(question)], [true, true]);
});

test("what something else answers was not sent", async () => {
  await show(PAGE, CONTROLLERS);
  one("form").addEventListener("submit", (event) => event.preventDefault(), { once: true });
  assert.deepEqual([send(one("form")), one("p").hidden, send(one("form"))], [false, true, true]);
});

test("coming back makes the buttons live again", async () => {
  await show(PAGE, CONTROLLERS);
  send(one("form"));
  window.dispatchEvent(new Event("pageshow"));
  assert.equal(one("p").hidden, true);
  assert.equal(send(one("form")), true);
});
