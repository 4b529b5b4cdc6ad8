import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import DateController from "../../admin_app/static/js/controllers/date_controller.js";
import { leave, one, settled, show, usual, write } from "./page.js";

for (const name of ["flatpickr.min.js", "flatpickr.zh.js"]) {
  const library = readFileSync(new URL(`../../admin_app/static/vendor/${name}`, import.meta.url), "utf8");
  new Function("window", "document", library).call(window, window, document);
}

const CONTROLLERS = { date: DateController };
const field = (type, value = "") => `<input type="${type}" data-controller="date"${type === "text" ? ' data-date-time-value="true"' : ""} value="${value}">`;
const coarse = (isCoarse) => { window.matchMedia = () => ({ matches: isCoarse }); };
coarse(false);

async function begin(type, value) {
  await show(`<p>${field(type, value)}</p>`, CONTROLLERS);
  await settled();
}
const calendar = () => one("input")._flatpickr;

usual("date", CONTROLLERS, field("date"));

test("a date and a time stand as people write them", async () => {
  await begin("date", "2026-11-22");
  assert.deepEqual([one("input").type, one("input").value], ["text", "2026-11-22"]);
  await begin("text", "2026-11-22 08:30");
  assert.deepEqual([one("input").type, one("input").value], ["text", "2026-11-22 08:30"]);
});

test("the calendar speaks the language of the page, and weeks begin on Monday", async () => {
  document.documentElement.lang = "zh-Hans-CN";
  await begin("date", "2026-11-22");
  document.documentElement.lang = "en";
  assert.deepEqual([calendar().l10n.weekdays.shorthand[1], calendar().l10n.firstDayOfWeek, calendar().l10n.yearAriaLabel], ["周一", 1, "年"]);
});

test("what is no date stays where it was typed", async () => {
  await begin("date");
  write(one("input"), "tomorrow");
  calendar().open();
  calendar().close();
  assert.equal(one("input").value, "tomorrow");
});

test("four figures are an hour, not a year: the calendar leaves them to the reader", async () => {
  for (const text of ["2120", "21:20", "+30", "2026-11"]) {
    await begin("text");
    write(one("input"), text);
    calendar().open();
    calendar().close();
    assert.deepEqual([one("input").value, calendar().selectedDates.length], [text, 0]);
  }
});

test("closing the calendar tells the form", async () => {
  await begin("date", "2026-11-22");
  let changes = 0;
  one("input").addEventListener("change", () => { changes += 1; });
  calendar().open();
  calendar().close();
  assert.ok(changes > 0);
});

test("a phone keeps its own", async () => {
  coarse(true);
  await begin("date", "2026-11-22");
  coarse(false);
  assert.deepEqual([one("input").type, calendar()], ["date", undefined]);
  coarse(true);
  await begin("text", "2026-11-22 08:30");
  assert.deepEqual([one("input").type, one("input").value], ["datetime-local", "2026-11-22T08:30"]);
  await begin("text", "明天9点"); // what a server could not read stays
  coarse(false);
  assert.deepEqual([one("input").type, one("input").value], ["text", "明天9点"]);
});

test("it goes with its field", async () => {
  await begin("date", "2026-11-22");
  await leave();
  assert.equal(one(".flatpickr-calendar"), null);
});
