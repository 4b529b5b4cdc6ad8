import assert from "node:assert/strict";
import { test } from "node:test";
import Seen from "../../admin_app/static/js/controllers/seen_controller.js";
import { asked, one, show, usual } from "./page.js";

const CONTROLLERS = { seen: Seen };
const TOLD = `<form method="post" action="/admin/mentions/seen/" data-controller="seen"><input type="hidden" name="csrf_token" value="t">
  <input type="hidden" name="id" value="3"><input type="hidden" name="id" value="5"><button type="submit">Mark as seen</button></form>`;

usual("seen", CONTROLLERS, TOLD);

test("what was told about the record is sent as seen when it is opened, once", async () => {
  await show(TOLD, CONTROLLERS);
  assert.deepEqual(asked.map((url) => [url.pathname, url.options.method]), [["/admin/mentions/seen/", "POST"]]);
  assert.deepEqual(asked[0].options.body.getAll("id"), ["3", "5"]);
  assert.equal(asked[0].options.body.get("csrf_token"), "t");
  assert.equal(one("form").isConnected, true);
});
