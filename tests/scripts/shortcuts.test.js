import assert from "node:assert/strict";
import { test } from "node:test";
import everywhere from "../../admin_app/static/js/everywhere.js";
import { every, one, show, usual } from "./page.js";

const CONTROLLERS = { shortcuts: everywhere.shortcuts };
const PAGE = `<div data-controller="shortcuts"><a href="#desk" data-hotkey="g d" data-key-name="Desk">Front Desk</a>
  <input data-hotkey="/,Control+k,Meta+k" data-key-name="Search"><a href="#call" data-hotkey="n">Register call <kbd>N</kbd></a><i data-hotkey="q"></i>
  <button class="step" data-digit="1">Dispatch <kbd>1</kbd></button><button class="show" data-action="shortcuts#show">Shortcuts</button>
  <dialog data-shortcuts-target="dialog"><table><tbody data-shortcuts-target="list"></tbody></table>
  <template data-shortcuts-target="always"><p>j: next row</p></template></dialog></div>`;
const said = () => every("tbody > *").map((line) => (line.matches("tr") ? [...line.children] : [line]).map((cell) => cell.textContent.trim()));

usual("shortcuts", CONTROLLERS, PAGE);

test("it says the keys of this page, its steps, and those of every page, once each", async () => {
  await show(PAGE, CONTROLLERS);
  for (let turn = 0; turn < 2; turn += 1) {
    one(".show").click();
    assert.deepEqual(said(), [["g d", "Desk"], ["/ Ctrl K", "Search"], ["n", "Register call"], ["1", "Dispatch"], ["j: next row"]]);
    assert.equal(one("dialog").open, true);
    one("dialog").close();
  }
});
