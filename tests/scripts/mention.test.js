import assert from "node:assert/strict";
import { test } from "node:test";
import Mention from "../../admin_app/static/js/controllers/mention_controller.js";
import { answers, asked, every, held, one, press, settled, show, usual } from "./page.js";

const CONTROLLERS = { mention: Mention };
const ENTRY = `<div data-controller="mention" data-mention-url-value="/people/" data-mention-label-value="Colleagues"
  data-action="input->mention#type compositionend->mention#type keydown->mention#key focusout->mention#close">
  <input name="other"><textarea id="entry" name="body"></textarea></div>`;
const PEOPLE = [{ write: "周敏", text: "周敏 · clerk" }, { write: "赵刚", text: "赵刚 · lead" }];

const area = () => one("textarea");
const offered = () => (one("ul").hidden ? [] : every("li").map((item) => item.textContent));
async function say(text, others = {}) {
  area().value = text;
  area().setSelectionRange(text.length, text.length);
  area().dispatchEvent(Object.assign(new Event("input", { bubbles: true }), others));
  await settled();
}
async function begin(answer = () => PEOPLE) {
  await show(ENTRY, CONTROLLERS);
  answers(answer);
}

usual("mention", CONTROLLERS, ENTRY);

test("@ offers colleagues, Enter and Tab write one of them", async () => {
  await begin();
  await say("请@zh");
  assert.equal(asked[0].search, "?q=zh");
  assert.deepEqual(offered(), ["周敏 · clerk", "赵刚 · lead"]);
  assert.equal(press(area(), "Enter"), true);
  assert.equal(area().value, "请@周敏 ");
  assert.deepEqual(offered(), []);
  await say("请@");
  press(area(), "ArrowDown");
  press(area(), "Tab");
  assert.equal(area().value, "请@赵刚 ");
});

test("without @ nobody is asked for, and each key is the field's own", async () => {
  await begin();
  await say("mail to a.b@example");
  assert.equal(asked.length, 0);
  for (const key of ["Enter", "Tab", "ArrowDown", "Escape"]) assert.equal(press(area(), key), false);
});

test("Enter before the answer takes the first, or is a new line where nobody fits", async () => {
  for (const [people, value] of [[PEOPLE, "@周敏 "], [[], "@zh\n"]]) {
    const later = held();
    await begin(() => later.answer);
    await say("@zh");
    assert.equal(press(area(), "Enter"), true);
    later.give(people);
    await settled();
    assert.equal(area().value, value);
  }
});

test("Escape closes the list and goes no further", async () => {
  await begin();
  await say("@zh");
  let heard = 0;
  const hear = () => { heard += 1; };
  document.addEventListener("keydown", hear);
  press(area(), "Escape");
  document.removeEventListener("keydown", hear);
  assert.deepEqual([offered(), heard], [[], 0]);
});

test("leaving closes the list, and what is on its way does not open it again", async () => {
  const later = held();
  await begin(() => later.answer);
  await say("@zh");
  area().dispatchEvent(new Event("focusout", { bubbles: true }));
  later.give(PEOPLE);
  await settled();
  assert.deepEqual(offered(), []);
});

test("the list goes with its controller", async () => {
  await begin();
  one("div").removeAttribute("data-controller");
  await settled();
  assert.ok(!one("ul"));
});
