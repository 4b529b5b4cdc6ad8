import assert from "node:assert/strict";
import { test } from "node:test";
import Call from "../../admin_app/static/js/controllers/call_controller.js";
import { answers, asked, one, settled, show, usual } from "./page.js";

const CONTROLLERS = { call: Call };
const FORM = `<form action="/admin/tickets/call/?id=3" data-controller="call" data-action="submit->call#show">
  <input type="hidden" name="csrf_token" value="t"><button>Call</button><output data-call-target="number"></output></form>`;
const LINK = '<a href="tel:13800138000">13800138000</a>';
const send = () => one("form").dispatchEvent(new window.Event("submit", { bubbles: true, cancelable: true }));
window.matchMedia = () => ({ matches: false });

usual("call", CONTROLLERS, FORM);

test("one press asks for the number, which stands there ready to be called, for so long", async () => {
  await show(FORM, CONTROLLERS);
  answers(() => ({ phone: LINK, seconds: 0.02 }));
  assert.equal(send(), false);
  await settled();
  assert.deepEqual([one("a")?.getAttribute("href"), asked.at(-1).options.method], ["tel:13800138000", "POST"]);
  assert.ok(document.activeElement === one("a"));
  await settled(40);
  assert.equal(one("output").textContent, "");
});

test("where it is refused the page that answers says so", async () => {
  await show(FORM, CONTROLLERS);
  answers(() => null);
  let sent = 0;
  one("form").submit = () => { sent += 1; };
  send();
  await settled();
  assert.deepEqual([sent, one("output").textContent], [1, ""]);
});
