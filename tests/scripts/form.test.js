import assert from "node:assert/strict";
import { test } from "node:test";
import Form from "../../admin_app/static/js/controllers/form_controller.js";
import { one, press, settled, show, usual } from "./page.js";

const CONTROLLERS = { form: Form };
const form = (fields) => `<form data-controller="form" data-action="keydown->form#key beforeunload@window->form#leave">
  <input type="hidden" name="csrf_token">${fields}<button class="then" type="submit" data-alt-enter></button><div class="form-actions"><button class="save" type="submit"></button></div></form>`;
const FORM = form('<input name="first"><textarea name="second"></textarea>');
const at = () => document.activeElement.name || document.activeElement.className;

usual("form", CONTROLLERS, FORM);

for (const [where, fields, name] of [
  ["its first field", '<input name="first"><input name="second">', "first"],
  ["the first thing that is wrong", '<input name="first"><input name="second" aria-invalid="true">', "second"],
  ["where the page says", '<input name="first"><input name="second" autofocus>', "second"],
  ["the choice made", '<input type="radio" name="kind" value="a"><input type="radio" name="kind" value="b" checked class="b">', "kind"],
  ["a field that can be seen", '<input name="first" disabled><div hidden><input name="second"></div><input name="third">', "third"],
  ["its button, where it has no field", "", "save"],
]) {
  test(`the page begins at ${where}`, async () => {
    await show(form(fields), CONTROLLERS);
    assert.equal(at(), name);
  });
}

test("what has the focus already keeps it", async () => {
  const page = await show('<div><input class="elsewhere"></div>', CONTROLLERS);
  one(".elsewhere").focus();
  page.append(Object.assign(document.createElement("div"), { innerHTML: form('<input name="first">') }));
  await settled();
  assert.equal(at(), "elsewhere");
});

test("Ctrl+Enter saves, Alt+Enter presses the other button, Enter alone is the browser's", async () => {
  await show(FORM, CONTROLLERS);
  const pressed = [];
  one("form").requestSubmit = (button) => pressed.push(button.className);
  const field = one("textarea");
  assert.equal(press(field, "Enter"), false);
  press(field, "Enter", { ctrlKey: true });
  press(field, "Enter", { metaKey: true });
  press(field, "Enter", { altKey: true });
  press(field, "Enter", { ctrlKey: true, isComposing: true });
  assert.deepEqual(pressed, ["save", "save", "then"]);
});

test("a form that nothing was typed in lets one go", async () => {
  await show(FORM, CONTROLLERS);
  assert.equal(window.dispatchEvent(new Event("beforeunload", { cancelable: true })), true);
});
