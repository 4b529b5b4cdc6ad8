import assert from "node:assert/strict";
import { test } from "node:test";
import WhenController from "../../admin_app/static/js/controllers/when_controller.js";
import { answers, asked, every, held, one, press, settled, show, usual, write } from "./page.js";

const CONTROLLERS = { when: WhenController };
const field = (name = "promised_at", { type = "text", ends = true, until = "" } = {}) => `
  <div data-controller="when" data-when-url-value="/admin/times/" data-when-toward-value="ahead" data-when-ends-value="${ends}"
    data-when-until-value="${until}" data-action="change->when#read begin->when#begin keydown->when#key:capture">
    <button type="button" tabindex="0" data-when-target="quick" data-action="when#take">+30 分</button>
    <button type="button" tabindex="-1" data-when-target="quick" data-action="when#take">今天下午</button>
    <input name="${name}" type="${type}" data-when-target="input"><output data-when-target="said"></output>
  </div>`;
const TEN = { value: "2026-11-27 10:50", words: "周五 11月27日 10:50" };
const change = (input) => input.dispatchEvent(new window.Event("change", { bubbles: true }));

usual("when", CONTROLLERS, field());

async function begin(options) {
  await show(`<form>${field("promised_at", options)}</form>`, CONTROLLERS);
  answers((url) => (url.searchParams.get("text") === "周八" ? { problem: "No time." } : TEN));
}

test("what was typed is read, stands as a date, and below in words", async () => {
  await begin();
  write(one("input"), "半小时后");
  change(one("input"));
  await settled();
  assert.deepEqual([one("input").value, one("output").textContent], [TEN.value, TEN.words]);
  const { text, toward, ends } = Object.fromEntries(asked.at(-1).searchParams);
  assert.deepEqual([text, toward, ends], ["半小时后", "ahead", "true"]);
});

test("what was read is not asked again", async () => {
  await begin();
  write(one("input"), "半小时后");
  change(one("input"));
  await settled();
  const before = asked.length;
  change(one("input"));
  await settled();
  assert.equal(asked.length, before);
});

test("what is no time stays as it was typed, with the reason", async () => {
  await begin();
  write(one("input"), "周八");
  change(one("input"));
  await settled();
  assert.deepEqual([one("input").value, one("output").textContent, one("output").className, one("input").getAttribute("aria-invalid")], ["周八", "No time.", "field-error", "true"]);
  write(one("input"), "9:30");
  change(one("input"));
  await settled();
  assert.deepEqual([one("output").className, one("input").getAttribute("aria-invalid")], ["form-hint", null]);
});

test("one press takes what stands beside it; it is there before the server has answered", async () => {
  const later = held();
  await begin();
  answers(() => later.answer);
  one("button").click();
  assert.equal(one("input").value, "+30 分");
  later.give(TEN);
  await settled();
  assert.equal(one("input").value, TEN.value);
});

test("an answer that comes after something else was typed is not taken", async () => {
  const later = held();
  await begin();
  answers(() => later.answer);
  one("button").click();
  answers(() => null);
  write(one("input"), "21:20");
  change(one("input"));
  later.give(TEN);
  await settled();
  assert.equal(one("input").value, "21:20");
});

test("arrows go along what stands beside it: one key of Tab for all of them", async () => {
  await begin();
  const [first, second] = every("button");
  first.focus();
  press(first, "ArrowRight");
  assert.deepEqual([document.activeElement === second, first.tabIndex, second.tabIndex], [true, -1, 0]);
  press(second, "ArrowRight");
  assert.ok(document.activeElement === first);
});

test("Enter reads, and goes no further", async () => {
  await begin();
  one("input").focus();
  write(one("input"), "半小时后");
  const isTaken = press(one("input"), "Enter");
  await settled();
  assert.deepEqual([one("input").value, document.activeElement === one("input"), isTaken], [TEN.value, true, true]);
});

test("a part of a day is the end of an appointment too, where none was said", async () => {
  await show(`<form>${field("visit_from", { ends: false, until: "visit_until" })}${field("visit_until")}</form>`, CONTROLLERS);
  answers((url) => ({ ...TEN, window: url.searchParams.get("ends") === "false" }));
  every("button")[1].click();
  await settled();
  assert.deepEqual([one("[name=visit_until]").value, asked.at(-1).searchParams.get("text"), asked.at(-1).searchParams.get("ends")], [TEN.value, "今天下午", "true"]);
});

test("a phone's own field gets the date", async () => {
  await begin({ type: "datetime-local" });
  one("button").click();
  await settled();
  assert.equal(one("input").value, "2026-11-27T10:50");
});
