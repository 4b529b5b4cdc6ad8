import assert from "node:assert/strict";
import { test } from "node:test";
import Combobox from "../../admin_app/static/js/controllers/combobox_controller.js";
import { answers, asked, every, held, one, press, settled, show, usual, write } from "./page.js";

const CONTROLLERS = { combobox: Combobox };
const BOX = `<div data-controller="combobox" data-combobox-url-value="/find/" data-combobox-delay-value="1">
  <input data-combobox-target="input" data-action="input->combobox#type keydown->combobox#key blur->combobox#hide">
  <ul id="found" data-combobox-target="list" data-action="mousedown->combobox#choose" hidden></ul>
  <p data-combobox-target="hint" data-none="Nobody" data-failed="No answer">Type</p></div>`;
const ROWS = [{ text: "Ann" }, { text: "Ben" }, { text: "Cem" }];

/** Show the box; says what is taken. */
async function begin(answer = () => ROWS) {
  const taken = [];
  const box = await show(BOX, CONTROLLERS);
  box.addEventListener("combobox:take", ({ detail }) => taken.push(detail.text));
  answers(answer);
  return taken;
}
const offered = () => (one("#found").hidden ? [] : every("#found li").map((item) => item.textContent));
const chosen = () => one("#found li[aria-selected=true]")?.textContent;

usual("combobox", CONTROLLERS, BOX);

test("what is typed is asked for and offered, the first one chosen", async () => {
  await begin();
  write(one("input"), " n ");
  await settled(5);
  assert.equal(asked[0].search, "?q=n");
  assert.deepEqual(offered(), ["Ann", "Ben", "Cem"]);
  assert.equal(chosen(), "Ann");
  assert.equal(one("input").getAttribute("aria-expanded"), "true");
  assert.equal(one("input").getAttribute("aria-activedescendant"), one("#found li").id);
});

test("arrows go round, Enter takes", async () => {
  const taken = await begin();
  write(one("input"), "n");
  await settled(5);
  assert.equal(press(one("input"), "ArrowUp"), true);
  assert.equal(chosen(), "Cem");
  press(one("input"), "ArrowDown");
  press(one("input"), "ArrowDown");
  assert.equal(press(one("input"), "Enter"), true);
  assert.deepEqual(taken, ["Ben"]);
  assert.deepEqual(offered(), []);
});

test("Enter before the answer takes the first when it is there", async () => {
  const later = held();
  const taken = await begin(() => later.answer);
  write(one("input"), "n");
  press(one("input"), "Enter");
  await settled(5);
  assert.deepEqual(taken, []);
  later.give(ROWS);
  await settled(5);
  assert.deepEqual(taken, ["Ann"]);
});

test("the answer to an earlier text is never offered", async () => {
  const early = held();
  await begin((url) => (url.search === "?q=n" ? early.answer : [{ text: "Dan" }]));
  write(one("input"), "n");
  await settled(5);
  write(one("input"), "d");
  await settled(5);
  early.give(ROWS);
  await settled(5);
  assert.deepEqual(offered(), ["Dan"]);
});

test("an Enter meant for an earlier text takes nobody", async () => {
  const taken = await begin();
  write(one("input"), "n");
  press(one("input"), "Enter");
  write(one("input"), "nobody yet");
  await settled(5);
  assert.deepEqual(taken, []);
});

test("it says when nobody fits, and when the server does not answer", async () => {
  await begin(() => []);
  write(one("input"), "x");
  await settled(5);
  assert.equal(one("p").textContent, "Nobody");
  answers(() => null);
  write(one("input"), "y");
  await settled(5);
  assert.equal(one("p").textContent, "No answer");
  answers(() => ROWS);
  write(one("input"), "n");
  await settled(5);
  assert.equal(one("p").textContent, "Type");
});

test("an empty box asks nothing; Escape and leaving close the list; a press takes", async () => {
  const taken = await begin();
  write(one("input"), "  ");
  await settled(5);
  assert.equal(asked.length, 0);
  for (const close of [() => press(one("input"), "Escape"), () => one("input").dispatchEvent(new Event("blur"))]) {
    write(one("input"), "n");
    await settled(5);
    close();
    assert.deepEqual(offered(), []);
  }
  write(one("input"), "n");
  await settled(5);
  every("#found li")[2].dispatchEvent(new Event("mousedown", { bubbles: true }));
  assert.deepEqual(taken, ["Cem"]);
});

test("letters that are still being put together take nobody", async () => {
  const taken = await begin();
  write(one("input"), "n");
  await settled(5);
  press(one("input"), "Enter", { isComposing: true });
  assert.deepEqual(taken, []);
});
