import assert from "node:assert/strict";
import { test } from "node:test";
import Progress from "../../admin_app/static/js/controllers/progress_controller.js";
import { leave, one, settled, show, usual } from "./page.js";

const CONTROLLERS = { progress: Progress };
const form = (others = "") => `<form data-controller="progress" data-progress-pause-value="5" data-action="formdata->progress#tell" ${others}><input name="id" value="4"></form>`;

usual("progress", CONTROLLERS, form('data-progress-moves-value="true"'));

async function sent(others) {
  let times = 0;
  await show(form(others), CONTROLLERS);
  one("form").requestSubmit = () => { times += 1; };
  return () => times;
}

test("it says that this page goes on by itself, and waits for its button", async () => {
  const times = await sent("");
  await settled(15);
  const formData = new FormData(one("form"));
  one("form").dispatchEvent(Object.assign(new Event("formdata"), { formData }));
  assert.deepEqual([formData.get("progress"), formData.get("id"), times()], ["1", "4", 0]);
});

test("what goes on in parts is sent again by itself, once", async () => {
  const times = await sent('data-progress-moves-value="true"');
  await settled(15);
  assert.equal(times(), 1);
});

test("a page that was left sends nothing", async () => {
  const times = await sent('data-progress-moves-value="true"');
  await leave();
  await settled(15);
  assert.equal(times(), 0);
});
