import assert from "node:assert/strict";
import { test } from "node:test";
import Send from "../../admin_app/static/js/controllers/send_controller.js";
import { one, press, show, usual } from "./page.js";

const CONTROLLERS = { send: Send };
const ENTRY = `<section data-controller="send" data-action="keydown->send#key"><textarea></textarea></section>`;

usual("send", CONTROLLERS, `<section data-controller="send"></section>`);

test("Ctrl+Enter sends, Enter alone is a new line", async () => {
  await show(ENTRY, CONTROLLERS);
  let sent = 0;
  one("section").requestSubmit = () => { sent += 1; };
  assert.equal(press(one("textarea"), "Enter"), false);
  assert.equal(press(one("textarea"), "Enter", { ctrlKey: true, isComposing: true }), false);
  assert.equal(press(one("textarea"), "Enter", { ctrlKey: true }), true);
  assert.equal(sent, 1);
});
