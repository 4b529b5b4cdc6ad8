import assert from "node:assert/strict";
import { test } from "node:test";
import Counts from "../../admin_app/static/js/controllers/counts_controller.js";
import { answers, asked, every, settled, show, usual } from "./page.js";

const CONTROLLERS = { counts: Counts };
const TABS = `<nav data-controller="counts" data-counts-url-value="/admin/tickets/counts/">
  <a href="#" data-count="open">Open</a><a href="#" data-count="mine">Mine</a></nav>`;

usual("counts", CONTROLLERS, TABS);

test("each tab says how many rows it has", async () => {
  await show("<p></p>", CONTROLLERS);
  answers(() => ({ open: "38", mine: "999+" }));
  document.body.innerHTML = TABS;
  await settled(20);
  assert.deepEqual(every("[data-count]").map((place) => place.textContent), ["Open38", "Mine999+"]);
  assert.deepEqual(asked.map((url) => url.pathname), ["/admin/tickets/counts/"]);
});

test("where nobody answers the tabs stay as they are", async () => {
  await show(TABS, CONTROLLERS);
  await settled(20);
  assert.deepEqual(every("[data-count]").map((place) => place.textContent), ["Open", "Mine"]);
});
