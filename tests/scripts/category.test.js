import assert from "node:assert/strict";
import { test } from "node:test";
import Category from "../../admin_app/static/js/controllers/category_controller.js";
import { every, one, press, show, tick, usual } from "./page.js";

const CONTROLLERS = { category: Category };
const CALL = `<form data-controller="category" data-action="keydown->category#key change->category#change">
  <fieldset data-category-target="choices">${["", 1, 2].map((value) => `<input type="radio" name="category_id" value="${value}" data-team="${value && `t${value}`}">`).join("")}</fieldset>
  <select name="team_id"><option value="__none__"></option><option value="t1"></option><option value="t2"></option><option value="t3"></option></select>
  <input name="summary"></form>`;
const team = () => one("select").value;
const at = (place) => every("[name=category_id]")[place];

usual("category", CONTROLLERS, CALL);

test("a number chooses its category, the usual team comes along, and writing begins", async () => {
  await show(CALL, CONTROLLERS);
  assert.equal(press(at(0), "2"), true);
  assert.deepEqual([at(2).checked, team()], [true, "t2"]);
  assert.equal(document.activeElement, one("[name=summary]"));
});

test("another category brings its team, unless somebody chose the team", async () => {
  await show(CALL, CONTROLLERS);
  press(at(0), "1");
  press(at(1), "2");
  assert.equal(team(), "t2");
  one("select").value = "t3";
  one("select").dispatchEvent(new Event("change", { bubbles: true }));
  tick(at(1));
  assert.equal(team(), "t3");
});

test("Enter goes on, a letter is written, a number without a category and keys elsewhere are left alone", async () => {
  await show(CALL, CONTROLLERS);
  assert.equal(press(at(0), "Enter"), true);
  at(0).focus();
  assert.equal(press(at(0), "w"), false);
  assert.equal(document.activeElement, one("[name=summary]"));
  assert.equal(press(at(0), "9"), false);
  assert.equal(press(one("[name=summary]"), "1"), false);
  assert.equal(press(at(0), "1", { ctrlKey: true }), false);
  assert.equal(at(1).checked, false);
});

test("categories without “none” begin with the first", async () => {
  await show(CALL.replace('data-category-target="choices"', 'data-category-target="choices" data-first="1"'), CONTROLLERS);
  press(at(0), "1");
  assert.equal(at(0).checked, true);
  assert.equal(document.activeElement, one("[name=summary]"));
});

const KINDS = `<form data-controller="category" data-action="keydown->category#key change->category#change">
  <fieldset data-category-target="choices"><input type="radio" name="category_id"></fieldset>
  <fieldset data-category-target="kinds"><input type="radio" name="kind" value="repair"><input type="radio" name="kind" value="complaint"></fieldset>
  <fieldset data-category-target="choices" hidden><input type="radio" name="category" checked></fieldset><input name="summary">
  <div data-category-target="promise"><button type="button" data-when-target="quick">+30</button><button type="button" data-when-target="quick">+2 h</button></div></form>`;

test("Shift and a number chooses the kind, and its categories are next", async () => {
  await show(KINDS, CONTROLLERS);
  const shift = (code) => press(document.activeElement, "@", { code, shiftKey: true });
  one("form").addEventListener("change", () => { for (const field of every("[data-category-target=choices]")) field.hidden = !field.hidden; });
  one("[name=category_id]").focus();
  assert.equal(shift("Digit2"), true);
  assert.deepEqual([one("[value=complaint]").checked, document.activeElement.name], [true, "category"]);
  assert.equal(shift("Digit9"), false);
  one("[name=summary]").focus();
  assert.equal(shift("Digit1"), false);
  assert.equal(one("[value=complaint]").checked, true);
});

test("Alt and P promises an answer in half an hour from anywhere in the form", async () => {
  await show(KINDS, CONTROLLERS);
  const taken = [];
  for (const button of every("button")) button.addEventListener("click", () => taken.push(button.textContent));
  assert.equal(press(one("[name=summary]"), "p", { code: "KeyP", altKey: true }), true);
  assert.deepEqual(taken, ["+30"]);
});
