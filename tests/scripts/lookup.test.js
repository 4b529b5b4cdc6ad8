import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import Lookup from "../../admin_app/static/js/controllers/lookup_controller.js";
import { answers, asked, held, one, press, settled, show, until, usual, write } from "./page.js";

const library = readFileSync(new URL("../../admin_app/static/vendor/tom-select.complete.min.js", import.meta.url), "utf8");
globalThis.self = globalThis;
new Function("window", "document", library).call(globalThis, window, document);
window.TomSelect = globalThis.TomSelect;

const CONTROLLERS = { lookup: Lookup };
const form = (others = "", selected = "") => `<form data-lookup-url="/find/" ${selected && 'data-answered="1"'}><select name="team"><option value="4" selected></option><option value="none"></option></select>
  <input id="assignee" name="assignee" data-controller="lookup" data-lookup="staff" ${others}></form>`;
const PEOPLE = [{ value: "id:1", text: "王强" }, { value: "id:2", text: "王芳" }];
const value = () => one("#assignee").value;
const box = () => one("#assignee").tomselect.control_input;

async function begin(answer = () => PEOPLE, others = "") {
  await show(form(others), CONTROLLERS);
  answers(answer);
}

usual("lookup", CONTROLLERS, form());

test("what is typed is asked for among people of the team that the form says", async () => {
  await begin();
  write(box(), "王");
  await until(() => asked.length === 1);
  assert.equal(asked[0].search, `?name=staff&query=${encodeURIComponent("王")}&team=4`);
  one("select").value = "none";
  write(box(), "王强");
  await until(() => asked.length === 2);
  assert.equal(asked[1].searchParams.get("team"), null);
});

test("Enter at once takes the first that answers, never who stood there before", async () => {
  const later = held();
  await begin(() => later.answer);
  write(box(), "王");
  assert.equal(press(box(), "Enter"), true);
  later.give(PEOPLE);
  await until(() => value() === "id:1");
  write(box(), "nobody");
  assert.equal(value(), "");
});

test("what is typed and never chosen is sent as it stands", async () => {
  await begin();
  write(box(), "老王");
  const formData = new FormData();
  one("form").dispatchEvent(Object.assign(new Event("formdata"), { formData }));
  assert.equal(formData.get("assignee"), "老王");
});

test("saving by key takes nobody who is only marked", async () => {
  await begin();
  box().focus();
  write(box(), "王");
  await until(() => asked.length > 1);
  await settled(5);
  assert.equal(press(box(), "Enter", { ctrlKey: true }), false);
  assert.equal(value(), "");
});

test("who is chosen already is shown, and what the field is described by belongs to the box that is seen", async () => {
  await begin(() => PEOPLE, 'value="王强" data-selected="id:1" aria-describedby="hint" aria-invalid="true"');
  assert.equal(value(), "id:1");
  assert.equal(one(".item").textContent, "王强");
  assert.deepEqual([box().getAttribute("aria-describedby"), box().getAttribute("aria-invalid")], ["hint", "true"]);
  assert.equal(one("#assignee").tabIndex, -1);
});

test("without the library the natural key is typed", async () => {
  const { TomSelect } = window;
  delete window.TomSelect;
  await begin();
  assert.equal(one("#assignee").tomselect, undefined);
  window.TomSelect = TomSelect;
});
