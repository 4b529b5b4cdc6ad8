// A form: Ctrl+Enter saves, leaving with something typed asks first, and the page begins at the right field.
// What was typed is kept by drafts_controller.js.
import { Controller } from "../../vendor/stimulus.js";
import { drafted } from "./drafts_controller.js";

const SKIPPED = ["hidden", "submit", "button"];
const SAVE = ".form-actions [type=submit]";

export default class extends Controller {
  connect() {
    const wrong = this.element.querySelector("[data-attention], [aria-invalid=true]:not([tabindex='-1'])");
    const first = wrong || this.#first();
    if (!first || (document.activeElement && document.activeElement !== document.body)) return;
    if (first.tomselect) first.tomselect.quiet = true;
    (first.tomselect?.control_input || first).focus({ preventScroll: !wrong });
  }

  key(event) {
    if (event.isComposing || event.key !== "Enter") return;
    const button = event.ctrlKey || event.metaKey ? SAVE : event.altKey && "[data-alt-enter]";
    const pressed = button && this.element.querySelector(button);
    if (!pressed) return;
    event.preventDefault();
    this.element.requestSubmit(pressed);
  }

  leave(event) {
    if (drafted.get(this.element)?.changed()) event.preventDefault();
  }

  // To where the page says it begins (a busy browser has not got to that yet, and would leave it be once something has
  // the focus), else to the first field (of a group, the choice made), else to the button.
  #first() {
    const usable = (field) => !field.disabled && (field.tomselect || (field.tabIndex >= 0 && field.offsetParent));
    const passedOver = (field) => field.type === "radio" && !field.checked && this.element.querySelector(`[name="${field.name}"]:checked`);
    const isFirst = (field) => field.name && !SKIPPED.includes(field.type) && usable(field) && !passedOver(field);
    return document.querySelector("[autofocus]") || [...this.element.elements || []].find(isFirst) || this.element.querySelector(SAVE);
  }
}
