import assert from "node:assert/strict";
import { test } from "node:test";
import everywhere from "../../admin_app/static/js/everywhere.js";
import { one, show, usual } from "./page.js";

const CONTROLLERS = { forget: everywhere.forget };
const FORM = '<form data-controller="forget" data-action="submit->forget#all"></form>';

usual("forget", CONTROLLERS, FORM);

test("signing out leaves nothing half typed in the tab", async () => {
  await show(FORM, CONTROLLERS);
  sessionStorage.setItem("draft 7 /admin/tickets/new/? 1", "{}");
  one("form").dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  assert.equal(sessionStorage.length, 0);
});
