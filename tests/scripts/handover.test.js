import assert from "node:assert/strict";
import { test } from "node:test";
import Handover from "../../admin_app/static/js/controllers/handover_controller.js";
import { one, show, usual } from "./page.js";

const CONTROLLERS = { handover: Handover };
const PAGE = `<a href="/admin/complaints/new/?unit_id=9" data-controller="handover" data-handover-form-value="call"
  data-action="change@document->handover#carry restored@document->handover#carry handover#leave">It is a complaint</a>
  <form id="call"><input name="resident_id" value="id:3"><input name="unit_id" value="nobody"></form>`;
const changed = () => one("form").dispatchEvent(new Event("change", { bubbles: true }));

usual("handover", CONTROLLERS, PAGE);

test("the address says who calls, and nobody who was only typed", async () => {
  await show(PAGE, CONTROLLERS);
  changed();
  assert.equal(new URL(one("a").href).search, "?resident_id=3");
  one("[name=resident_id]").value = "";
  one("[name=unit_id]").value = "id:12";
  changed();
  assert.equal(new URL(one("a").href).search, "?unit_id=12");
});

test("what opens in a window of its own, or leaves a form that nothing was typed in, takes nothing along", async () => {
  await show(PAGE, CONTROLLERS);
  for (const others of [{ ctrlKey: true }, {}]) one("a").dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ...others }));
  assert.equal(window.sessionStorage.length, 0);
});
