import assert from "node:assert/strict";
import { test } from "node:test";
import Print from "../../admin_app/static/js/controllers/print_controller.js";
import { one, show, usual } from "./page.js";

const CONTROLLERS = { print: Print };
const BUTTON = '<button data-controller="print" data-action="print#now">Print</button>';

usual("print", CONTROLLERS, '<div data-controller="print"></div>');

test("a press prints the page", async () => {
  let printed = 0;
  window.print = () => { printed += 1; };
  await show(BUTTON, CONTROLLERS);
  one("button").click();
  assert.equal(printed, 1);
});
