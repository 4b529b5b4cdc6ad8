import assert from "node:assert/strict";
import { test } from "node:test";
import Palette from "../../admin_app/static/js/controllers/palette_controller.js";
import { answers, asked, every, one, press, settled, show, usual, write } from "./page.js";

const CONTROLLERS = { palette: Palette };
const PALETTE = `<div><ul class="menu"><li><a href="/admin/keys/" data-words="yaoshi ys">Keys</a></li><li><a href="/admin/units/">Units</a></li></ul>
  <main><div class="step-buttons"><button class="btn step">Dispatch <kbd>1</kbd></button><button class="btn" disabled>Close</button></div></main>
  <dialog data-controller="palette" data-palette-url-value="/search/" data-palette-delay-value="1" data-palette-steps-value="Step"
    data-palette-pages-value="Page" data-action="opened->palette#look click->palette#leave">
  <input data-palette-target="input" data-action="input->palette#type keydown->palette#key">
  <ul id="found" data-palette-target="list" data-action="click->palette#choose"></ul>
  <p data-palette-target="hint" data-none="Nothing" data-failed="No answer">↑ ↓</p></dialog></div>`;
const FOUND = [{ heading: "Tickets", rows: [{ title: "R-1", note: "leak", url: "#found-1" }] }];

const offered = () => every("#found li").map((item) => item.textContent);
async function begin(answer = () => FOUND) {
  await show(PALETTE, CONTROLLERS);
  answers(answer);
  one("dialog").showModal();
  one("dialog").dispatchEvent(new Event("opened"));
  await settled();
}

usual("palette", CONTROLLERS, PALETTE);

test("it opens with the steps of what is open and the pages, and asks nothing yet", async () => {
  await begin();
  assert.deepEqual(offered(), ["DispatchStep", "KeysPage", "UnitsPage"]);
  assert.equal(asked.length, 0);
});

test("records come before steps and pages; a page is found by its pinyin too", async () => {
  await begin();
  write(one("input"), "ys");
  await settled(5);
  assert.equal(asked[0].search, "?q=ys");
  assert.deepEqual(offered(), ["R-1Tickets · leak", "KeysPage"]);
});

test("what is made in a register is found by its verb, and a page before the records of the same word", async () => {
  await show(PALETTE, CONTROLLERS);
  one(".menu").insertAdjacentHTML("beforeend", '<li><a href="/admin/complaints/?flt_state=open" data-makes="Register" data-made-words="dengjitousu djts">complaint</a></li>');
  answers(() => FOUND);
  one("dialog").showModal();
  one("dialog").dispatchEvent(new Event("opened"));
  await settled();
  for (const [typed, shown] of [
    ["register c", ["Register complaintStep", "R-1Tickets · leak"]],
    ["djts", ["R-1Tickets · leak", "Register complaintStep"]],
    ["keys", ["KeysPage", "R-1Tickets · leak"]],
  ]) {
    write(one("input"), typed);
    await settled(10);
    assert.deepEqual(offered(), shown, typed);
  }
  assert.ok(every("#found li").length);
});

test("Enter goes where the chosen one leads, and presses a step", async () => {
  await begin();
  let pressed = 0;
  one(".step").addEventListener("click", () => { pressed += 1; });
  press(one("input"), "Enter");
  assert.deepEqual([pressed, one("dialog").open], [1, false]);
});

test("a press on a row opens it, one beside the window only closes", async () => {
  await begin();
  let pressed = 0;
  one(".step").addEventListener("click", () => { pressed += 1; });
  one("#found li").click();
  assert.deepEqual([pressed, one("dialog").open], [1, false]);
  one("dialog").showModal();
  one("dialog").click();
  assert.deepEqual([pressed, one("dialog").open], [1, false]);
});

test("Escape closes the window", async () => {
  await begin();
  assert.equal(press(one("input"), "Escape"), true);
  assert.equal(one("dialog").open, false);
});

test("it says when nothing fits and when the search does not answer; pages are there all the same", async () => {
  await begin(() => []);
  write(one("input"), "zzz");
  await settled(5);
  assert.deepEqual([offered(), one("p").textContent], [[], "Nothing"]);
  answers(() => null);
  write(one("input"), "unit");
  await settled(5);
  assert.deepEqual([offered(), one("p").textContent], [["UnitsPage"], "No answer"]);
});
