import assert from "node:assert/strict";
import { test } from "node:test";
import Preview from "../../admin_app/static/js/controllers/preview_controller.js";
import { answers, asked, every, held, one, press, settled, show, usual } from "./page.js";

const CONTROLLERS = { preview: Preview };
const row = (id) => `<tr><td><a href="http://desk.test/details/?id=${id}">R-${id}</a></td></tr>`;
const LIST = `<div data-controller="preview" data-preview-url-value="/preview/" data-preview-label-value="Preview" data-preview-failed-value="No answer"
  data-action="submit->preview#toggle keydown->preview#space popstate@window->preview#back keydown@document->preview#escape">
  <table data-preview-target="table"><thead><tr><th>Number</th></tr></thead><tbody>${row(1)}${row(2)}<tr><td>no record</td></tr></tbody></table>
  <form id="peek" data-preview-target="form"><button class="close">×</button></form><aside data-preview-target="aside" hidden></aside></div>`;

/** Show the list as the address *query* does; forms here send as browsers do, but go nowhere. */
async function begin(query = "") {
  window.history.replaceState(null, "", `/admin/tickets/${query}`);
  await show(LIST, CONTROLLERS);
  answers((url) => `<h2>R-${url.searchParams.get("id")}</h2>`);
  one("#peek").requestSubmit = (submitter) => {
    one("#peek").dispatchEvent(Object.assign(new Event("submit", { bubbles: true, cancelable: true }), { submitter }));
  };
}
const buttons = () => every("button[name=preview]");
async function look(submitter) {
  one("#peek").requestSubmit(submitter);
  await settled();
}
const marked = () => every("tr.looked-at a").map((link) => link.textContent);
const shown = () => (one("aside").hidden ? null : one("aside").textContent);

usual("preview", CONTROLLERS, LIST);

test("each row with a record gets its button, named after it", async () => {
  await begin();
  assert.deepEqual(buttons().map((button) => button.getAttribute("aria-label")), ["Preview R-1", "Preview R-2"]);
  assert.equal(one("thead th:last-child").textContent, "Preview");
});

test("a button shows its record, marks its row, and stands in the address; once more it closes", async () => {
  await begin("?flt_status=open");
  await look(buttons()[1]);
  assert.deepEqual([shown(), marked(), window.location.search], ["R-2", ["R-2"], "?flt_status=open&preview=2"]);
  await look(buttons()[1]);
  assert.deepEqual([shown(), marked(), window.location.search], [null, [], "?flt_status=open"]);
  assert.equal(document.activeElement, buttons()[1]);
});

test("Space on a row shows it; in a field and with other keys it does not", async () => {
  await begin();
  assert.equal(press(one("tbody a"), " "), true);
  await settled();
  assert.equal(shown(), "R-1");
  assert.equal(press(buttons()[1], " "), false);
  assert.equal(press(every("tbody a")[1], " ", { ctrlKey: true }), false);
});

test("Escape closes it, unless something lies over it or has taken the key", async () => {
  await begin();
  await look(buttons()[0]);
  const panel = Object.assign(document.createElement("details"), { className: "popup", open: true });
  document.body.append(panel);
  press(document.body, "Escape");
  assert.equal(shown(), "R-1");
  panel.remove();
  press(document.body, "Escape");
  assert.equal(shown(), null);
});

test("going back shows what the address says", async () => {
  await begin("?preview=2");
  assert.deepEqual(marked(), ["R-2"]);
  window.history.replaceState(null, "", "/admin/tickets/?preview=1");
  window.dispatchEvent(new Event("popstate"));
  await settled();
  assert.deepEqual([shown(), marked()], ["R-1", ["R-1"]]);
});

test("it says when the record cannot be shown, and a late answer to another one is not shown", async () => {
  await begin();
  answers(() => null);
  await look(buttons()[0]);
  assert.equal(shown(), "No answer");
  const late = held();
  answers((url) => (url.search === "?id=2" ? late.answer : "<h2>first</h2>"));
  await look(buttons()[1]);
  await look(buttons()[0]);
  late.give("<h2>second</h2>");
  await settled();
  assert.equal(shown(), "first");
  assert.equal(asked.length, 3);
});
