import assert from "node:assert/strict";
import { test } from "node:test";
import Caller from "../../admin_app/static/js/controllers/caller_controller.js";
import { answers, asked, one, press, settled, show, usual, write } from "./page.js";

const CONTROLLERS = { caller: Caller };
const page = (about = "Nobody yet") => `<div data-controller="caller" data-caller-url-value="/callers/" data-caller-about-value="/caller/" data-caller-delay-value="1">
  <input id="box" data-caller-target="input" data-action="input->caller#type keydown->caller#key">
  <ul id="found" data-caller-target="list" hidden></ul><p data-caller-target="hint" data-none="Nobody" data-chosen="Chosen">Who?</p>
  <form id="call" data-caller-target="form" data-action="keeping->caller#keep restored->caller#restore">
    <fieldset data-caller-target="next"><input type="radio" id="first"></fieldset>
    <details open data-caller-target="more"><input name="unit_id"><input name="resident_id"><input name="reporter_name"><input name="reporter_phone"><input name="reporter_department"></details>
    <button data-alt-enter></button><button class="btn-primary"></button></form>
  <aside data-caller-target="about" data-action="click->caller#room">${about}</aside></div>`;
const RESIDENT = { room: "1-201", name: "张伟", kind: "owner", phone: "…8000", resident: 3, unit: 2 };
const STRANGER = { room: "", name: "李四", reporter_name: "李四", reporter_phone: "139", before: "77" };
const CARD = '<div data-about data-resident="3" data-room="1-201" data-name="张伟"><a href="#" data-choose-unit="5">2-101 (2)</a></div>';
const value = (name) => one(`[name=${name}]`).value;
const answer = (rows) => (url) => (url.pathname === "/callers/" ? rows : CARD);

/** Find the first of *rows* and take it. */
async function take(...rows) {
  answers(answer(rows));
  write(one("#box"), "1-2");
  press(one("#box"), "Enter");
  await settled(5);
}

usual("caller", CONTROLLERS, page());

test("a resident fills the form, stands beside it, and the category is next", async () => {
  await show(page(), CONTROLLERS);
  assert.equal(one("details").open, false);
  await take(RESIDENT);
  assert.deepEqual([one("#box").value, value("resident_id"), value("unit_id")], ["1-201 张伟", "id:3", "id:2"]);
  assert.equal(asked.at(-1).search, "?resident=3&unit=2");
  assert.ok(one("aside [data-about]"));
  assert.equal(document.activeElement.id, "first");
  assert.equal(one("p").textContent, "Chosen");
});

test("whoever is typed over the one chosen is somebody else", async () => {
  await show(page(), CONTROLLERS);
  await take(STRANGER);
  assert.deepEqual([value("reporter_name"), value("reporter_phone"), one("details").open], ["李四", "139", true]);
  await take(RESIDENT);
  assert.deepEqual([value("reporter_name"), value("reporter_phone"), value("resident_id")], ["", "", "id:3"]);
  answers(answer([]));
  write(one("#box"), "nobody");
  assert.deepEqual([value("resident_id"), value("unit_id"), one("aside").textContent], ["", "", "Nobody yet"]);
  await settled(5);
  assert.deepEqual([one("p").textContent, one("details").open], ["Nobody", true]);
});

test("what was written of a caller goes with them, and what was written before or of the matter stays", async () => {
  const OTHER = { ...RESIDENT, name: "王刚", resident: 4, unit: 6 };
  const said = () => [value("reporter_name"), value("reporter_phone"), value("reporter_department"), value("resident_id")];
  await show(page(), CONTROLLERS);
  one("[name=reporter_phone]").value = "139"; // the number on the display, before anybody was found
  await take(RESIDENT);
  one("[name=reporter_name]").value = "Frau A";
  one("[name=reporter_phone]").value = "138";
  one("[name=reporter_department]").value = "Sales";
  answers(answer([]));
  write(one("#box"), "nobody");
  assert.deepEqual(said(), ["", "139", "", ""]);
  await take(OTHER);
  assert.deepEqual(said(), ["", "139", "", "id:4"]);
  one("[name=reporter_name]").value = "Herr B";
  await take(RESIDENT);
  assert.deepEqual(said(), ["Frau A", "138", "Sales", "id:3"]);
  await take(OTHER);
  assert.deepEqual(said(), ["Herr B", "139", "", "id:4"]);
  await take(STRANGER);
  assert.deepEqual(said(), ["李四", "139", "", ""]);
  const detail = {};
  one("#call").dispatchEvent(new CustomEvent("keeping", { detail }));
  await show(page(), CONTROLLERS);
  one("[name=reporter_name]").value = "李四";
  one("#call").dispatchEvent(new CustomEvent("restored", { detail }));
  await take(RESIDENT);
  assert.deepEqual(said(), ["", "139", "", "id:3"]);
});

test("another room of the same caller is chosen beside the form", async () => {
  await show(page(CARD), CONTROLLERS);
  assert.equal(one("#box").value, "1-201 张伟");
  answers(answer([]));
  one("[data-choose-unit]").click();
  await settled(5);
  assert.equal(value("unit_id"), "id:5");
  assert.equal(asked.at(-1).search, "?resident=3&unit=5");
});

test("a half-typed call is kept with its caller and comes back with it", async () => {
  await show(page(), CONTROLLERS);
  await take(STRANGER);
  const detail = {};
  one("#call").dispatchEvent(new CustomEvent("keeping", { detail }));
  assert.deepEqual(detail, { caller: "李四", title: "李四", picked: true, before: "77", own: { reporter_name: "", reporter_phone: "", reporter_department: "" } });
  await show(page(), CONTROLLERS);
  answers(answer([]));
  one("#call").dispatchEvent(new CustomEvent("restored", { detail }));
  await settled(5);
  assert.deepEqual([one("#box").value, asked.at(-1).search], ["李四", "?before=77"]);
});

test("Ctrl and Alt with Enter send the call from the box", async () => {
  await show(page(), CONTROLLERS);
  const sent = [];
  one("#call").requestSubmit = (button) => sent.push(button.className || "then");
  press(one("#box"), "Enter", { ctrlKey: true });
  press(one("#box"), "Enter", { altKey: true });
  assert.deepEqual(sent, ["btn-primary", "then"]);
});

test("a number that nobody is known by is the reporter's, and who calls is written next", async () => {
  await show(page(), CONTROLLERS);
  answers(answer([]));
  write(one("#box"), "139888877");
  await settled(5);
  write(one("#box"), "13988887777");
  press(one("#box"), "Enter");
  await settled(5);
  assert.deepEqual([value("reporter_phone"), document.activeElement.name, one("details").open], ["13988887777", "reporter_name", true]);
});

test("the beginning of a number that somebody is found by is nobody's, and one that was written stays", async () => {
  await show(page(), CONTROLLERS);
  answers(answer([]));
  write(one("#box"), "1398888");
  await settled(5);
  answers(answer([RESIDENT]));
  write(one("#box"), "13988887777");
  await settled(5);
  assert.equal(value("reporter_phone"), "");
  one("[name=reporter_phone]").value = "0571-88886666";
  answers(answer([]));
  write(one("#box"), "13900001111");
  await settled(5);
  assert.equal(value("reporter_phone"), "0571-88886666");
});
