import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import Alarm from "../../admin_app/static/js/controllers/alarm_controller.js";
import { one, settled, show, usual } from "./page.js";

const CONTROLLERS = { alarm: Alarm };
const board = (waiting, sound = "on") => `<div data-sound="${sound}"></div><div id="board" data-controller="alarm" data-alarm-icon-value="/alarm.svg"
  data-alarm-waiting-value='${JSON.stringify(waiting)}'></div>`;
const wait = async (...numbers) => {
  one("#board").setAttribute("data-alarm-waiting-value", JSON.stringify(numbers));
  await settled();
};

let played = 0;
class Part {
  connect(next) { return next; }
  start() { played += 1; }
  stop() {}
}
Object.assign(globalThis, { AudioContext: class { currentTime = 0; }, OscillatorNode: Part, GainNode: Part });

beforeEach(() => {
  played = 0;
  document.head.innerHTML = '<title>Desk</title><link rel="icon" href="/icon.svg">';
});

usual("alarm", CONTROLLERS, board([]));

test("title and icon of the tab say how many wait, and nothing when none does", async () => {
  await show(board(["R1", "R2"]), CONTROLLERS);
  assert.deepEqual([document.title, one("link[rel=icon]").getAttribute("href")], ["(2) ‼ Desk", "/alarm.svg"]);
  await wait();
  assert.deepEqual([document.title, one("link[rel=icon]").getAttribute("href")], ["Desk", "/icon.svg"]);
});

test("a new one sounds once, also in the place of another; what was there before does not", async () => {
  await show(board(["R1"]), CONTROLLERS);
  assert.equal(played, 0);
  await wait("R2");
  assert.equal(played, 3);
  await wait("R1", "R2");
  assert.equal(played, 3);
});

test("who switched the sound off hears nothing and sees it all the same", async () => {
  await show(board([], "off"), CONTROLLERS);
  await wait("R3");
  assert.deepEqual([played, document.title], [0, "(1) ‼ Desk"]);
});
