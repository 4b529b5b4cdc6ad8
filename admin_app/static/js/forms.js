// Forms: Ctrl+Enter saves, leaving with something typed asks first, and the page begins at the right field.
// What was typed is kept by drafts_controller.js.

import { drafted } from "./controllers/drafts_controller.js";

const SKIPPED = ["hidden", "submit", "button"];
const form = document.querySelector("form.desk-form");

if (form) {
  window.addEventListener("beforeunload", (event) => { if (drafted.get(form)?.changed()) event.preventDefault(); });

  form.addEventListener("keydown", (event) => {
    if (event.isComposing || event.key !== "Enter") return;
    const button = event.ctrlKey || event.metaKey ? form.querySelector(".form-actions [type=submit]") : event.altKey ? form.querySelector("[data-alt-enter]") : null;
    if (!button) return;
    event.preventDefault();
    form.requestSubmit(button);
  });

  // To the first thing that is wrong, else to where the page says it begins (a busy browser has not got to that yet,
  // and would leave it be once something has the focus), else to the first field (of a group, the choice made), else to the button.
  const usable = (field) => !field.disabled && (field.tomselect || (field.tabIndex >= 0 && field.offsetParent));
  const passedOver = (field) => field.type === "radio" && !field.checked && form.querySelector(`[name="${field.name}"]:checked`);
  const wrong = form.querySelector("[data-attention], [aria-invalid=true]:not([tabindex='-1'])");
  const first = wrong || document.querySelector("[autofocus]") || [...form.elements].filter((field) => field.name && !SKIPPED.includes(field.type)).find((field) => usable(field) && !passedOver(field)) || form.querySelector(".form-actions [type=submit]");
  if (first && (document.activeElement === document.body || !document.activeElement)) {
    if (first.tomselect) first.tomselect.quiet = true;
    (first.tomselect?.control_input || first).focus({ preventScroll: !wrong });
  }
}
