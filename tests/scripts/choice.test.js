import assert from "node:assert/strict";
import { test } from "node:test";
import everywhere from "../../admin_app/static/js/everywhere.js";
import { one, show, usual } from "./page.js";

const CONTROLLERS = { choice: everywhere.choice };
const FORM = '<form><select data-controller="choice" data-action="change->choice#take"><option>1</option><option>2</option></select></form>';

usual("choice", CONTROLLERS, FORM);

test("what is chosen takes effect at once", async () => {
  await show(FORM, CONTROLLERS);
  let sent = 0;
  one("form").requestSubmit = () => { sent += 1; };
  one("select").dispatchEvent(new Event("change", { bubbles: true }));
  assert.equal(sent, 1);
});
