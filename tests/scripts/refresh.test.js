import assert from "node:assert/strict";
import { test } from "node:test";
import Refresh from "../../admin_app/static/js/controllers/refresh_controller.js";
import { answers, asked, one, settled, show, until, usual } from "./page.js";

const CONTROLLERS = { refresh: Refresh };
const desk = (time, row) => `<div><p data-as-of data-stale="Not up to date">${time}</p><div id="board" data-controller="refresh"
  data-action="visibilitychange@document->refresh#look"><p id="row">${row}</p></div></div>`;
const DESK = desk("08:00", "old");
const look = () => document.dispatchEvent(new Event("visibilitychange"));
const said = (text) => until(() => one("[data-as-of]").textContent === text);
const isStale = () => one("[data-as-of]").classList.contains("as-of-stale");

usual("refresh", CONTROLLERS, DESK);

test("what differs is put in its place, and the rest stays the element it was", async () => {
  await show(DESK, CONTROLLERS);
  const row = one("#row");
  answers(() => `<body>${desk("08:01", "new")}</body>`);
  look();
  await said("08:01");
  assert.deepEqual([row.textContent, row.isConnected], ["new", true]);
});

test("it says that it is old when the desk does not answer, until it does again", async () => {
  await show(DESK, CONTROLLERS);
  look();
  await said("Not up to date");
  assert.equal(isStale(), true);
  answers(() => `<body>${desk("08:02", "new")}</body>`);
  look();
  await said("08:02");
  assert.equal(isStale(), false);
});

test("nothing is asked while a window is open over the desk", async () => {
  await show(DESK, CONTROLLERS);
  document.body.append(Object.assign(document.createElement("dialog"), { open: true }));
  look();
  await settled();
  assert.equal(asked.length, 0);
});
