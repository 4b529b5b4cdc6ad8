import assert from "node:assert/strict";
import { test } from "node:test";
import Drafts, { drafted } from "../../admin_app/static/js/controllers/drafts_controller.js";
import { every, leave, one, settled, show, tick, usual, write } from "./page.js";

const CONTROLLERS = { drafts: Drafts };
const LINES = `<template id="draft-again"><p>again <time></time> <button type="button">Begin anew</button></p></template>
  <template id="draft-offer"><p>offered <b data-what></b> <time></time> <button type="button" data-continue-draft></button><button type="button" data-drop-draft></button></p></template>`;
const form = (address = "/admin/tickets/new/") => `<main data-controller="drafts"><form method="post" action="${address}"><input type="hidden" name="version" value="1">
  <input name="summary"><input name="id_number"><input type="checkbox" name="read_back" value="1"><select name="kind"><option value="a"></option><option value="b"></option></select></form>${LINES}</main>`;
const kept = () => Object.values({ ...window.sessionStorage }).map((text) => JSON.parse(text));
const forget = () => { window.sessionStorage.clear(); window.history.replaceState(null, ""); };

/** Type a call and go, as a reload does; ``anew``: as opening the form from the menu does. */
async function typed({ anew = false } = {}) {
  forget();
  await show(form(), CONTROLLERS);
  write(one("[name=summary]"), "leak");
  write(one("[name=id_number]"), "110101");
  one("select").value = "b";
  tick(one("[type=checkbox]"));
  await leave();
  if (anew) window.history.replaceState(null, "");
}

usual("drafts", CONTROLLERS, form());

test("what is typed is kept without what may never be", async () => {
  await typed();
  const [draft] = kept();
  assert.deepEqual(draft.fields.map(([name, value]) => [name, value]), [["summary 1", "leak"], ["read_back=1 1", true], ["kind 1", "b"]]);
  assert.deepEqual([draft.title, draft.versions], ["leak", [["version", "1"]]]);
});

test("after a reload it is there again, and its fields say so", async () => {
  await typed();
  await show(form(), CONTROLLERS);
  assert.deepEqual([one("[name=summary]").value, one("[type=checkbox]").checked, one("select").value], ["leak", true, "b"]);
  assert.match(one("form p").textContent, /again/);
  assert.equal(drafted.get(one("form")).changed(), true);
});

test("whoever begins anew gets an empty form that offers it, and may go on or throw it away", async () => {
  await typed({ anew: true });
  await show(form(), CONTROLLERS);
  assert.equal(one("[name=summary]").value, "");
  assert.equal(one("[data-what]").textContent, "leak");
  one("[data-continue-draft]").click();
  assert.equal(one("[name=summary]").value, "leak");
  await typed({ anew: true });
  await show(form(), CONTROLLERS);
  one("[data-drop-draft]").click();
  assert.deepEqual([kept().length, every("form p").length], [0, 0]);
});

test("another form knows nothing of it", async () => {
  await typed();
  await show(form("/admin/complaints/new/"), CONTROLLERS);
  assert.deepEqual([one("[name=summary]").value, every("form p").length], ["", 0]);
});

test("what the server has saved is let go", async () => {
  await typed();
  const id = Object.keys({ ...window.sessionStorage })[0].split(" ").pop();
  document.cookie = `saved_drafts=${id}`;
  await show(form(), CONTROLLERS);
  assert.deepEqual([one("[name=summary]").value, kept().length], ["", 0]);
  document.cookie = "saved_drafts=; max-age=0";
});

test("sending tells the server which draft it was", async () => {
  await typed();
  await show(form(), CONTROLLERS);
  one("form").dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  await settled();
  assert.equal(one("[name=draft]").value, Object.keys({ ...window.sessionStorage })[0].split(" ").pop());
  assert.equal(drafted.get(one("form")).changed(), false);
});
