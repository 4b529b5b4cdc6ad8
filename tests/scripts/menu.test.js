import assert from "node:assert/strict";
import { test } from "node:test";
import everywhere from "../../admin_app/static/js/everywhere.js";
import { show, usual } from "./page.js";

const CONTROLLERS = { menu: everywhere.menu };
const MENU = '<nav data-controller="menu"><a href="#desk">Desk</a><a href="#keys" aria-current="page">Keys</a></nav>';

usual("menu", CONTROLLERS, MENU);

test("the page shown stays in sight", async () => {
  const seen = [];
  const { scrollIntoView } = HTMLElement.prototype;
  HTMLElement.prototype.scrollIntoView = function see() { seen.push(this.textContent); };
  await show(MENU, CONTROLLERS);
  HTMLElement.prototype.scrollIntoView = scrollIntoView;
  assert.deepEqual(seen, ["Keys"]);
});
