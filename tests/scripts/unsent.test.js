import assert from "node:assert/strict";
import { test } from "node:test";
import everywhere from "../../admin_app/static/js/everywhere.js";
import { answers, asked, one, settled, show, usual } from "./page.js";

const CONTROLLERS = { unsent: everywhere.unsent };
const PAGE = `<div data-controller="unsent" data-action="submit->unsent#send:capture">
  <template data-unsent-target="said"><p class="not-sent">not sent</p></template>
  <form method="post"><textarea>what was typed</textarea><button>Send</button></form><form method="get"></form></div>`;
const phone = (is) => { window.matchMedia = () => ({ matches: is }); };
const send = (form) => form.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
const network = (is) => Object.defineProperty(window.navigator, "onLine", { value: is, configurable: true });

usual("unsent", CONTROLLERS, `<div data-controller="unsent"></div>`);

test("a desk with a network sends as ever, and asks nothing", async () => {
  phone(false);
  network(true);
  await show(PAGE, CONTROLLERS);
  assert.equal(send(one("form")), true);
  assert.equal(asked.length, 0);
});

test("without a network nothing is sent, what was typed stays, and the page says so", async () => {
  phone(false);
  network(false);
  await show(PAGE, CONTROLLERS);
  let heard = 0;
  one("form").addEventListener("submit", () => { heard += 1; });
  assert.equal(send(one("form")), false);
  await settled();
  assert.deepEqual([one("form .not-sent").textContent, one("textarea").value, heard], ["not sent", "what was typed", 0]);
  network(true);
  assert.equal(send(one("form")), true);
});

test("a phone asks first whether the desk answers", async () => {
  phone(true);
  network(true);
  await show(PAGE, CONTROLLERS);
  let sent = 0;
  one("form").requestSubmit = () => { sent += 1; };
  answers(() => "");
  assert.equal(send(one("form")), false);
  assert.equal(send(one("form")), false); // a double tap is one question
  await settled();
  assert.deepEqual([sent, asked.length, one("form .not-sent")], [1, 1, null]);
  assert.equal(send(one("form")), true); // what it sent itself goes
});

test("a phone whose network is gone without its knowing says that nothing was sent, once", async () => {
  phone(true);
  network(true);
  await show(PAGE, CONTROLLERS);
  answers(() => { throw new Error("no network"); });
  for (const _time of [1, 2]) {
    assert.equal(send(one("form")), false);
    await settled();
  }
  assert.equal(document.querySelectorAll(".not-sent").length, 2 - 1);
});

test("a question is asked as ever", async () => {
  phone(true);
  await show(PAGE, CONTROLLERS);
  assert.equal(send(document.querySelectorAll("form")[1]), true);
});
