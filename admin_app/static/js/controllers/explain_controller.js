// Findings by keyboard: e explains the one somebody is on, arrows go on while writing, Escape leaves the text.
// (j, k and x are those of every list.)
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static targets = ["text"];

  key(event) {
    if (event.isComposing) return;
    const row = event.target.closest("tbody tr");
    if (this.textTargets.includes(event.target)) this.#write(event, row);
    else if (row && event.key === "e" && document.body.dataset.keys !== "off" && !event.ctrlKey && !event.altKey && !event.metaKey) {
      const text = this.textTargets.find((one) => row.contains(one));
      if (!text) return;
      event.preventDefault();
      text.focus();
      text.select();
    }
  }

  #write(event, row) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const next = step && this.textTargets[this.textTargets.indexOf(event.target) + step];
    const isLeaving = event.key === "Escape";
    const isSending = event.key === "Enter" && event.ctrlKey;
    if (next || isLeaving || isSending) event.preventDefault();
    if (next) next.focus();
    else if (isLeaving) (row?.querySelector("a") || row?.querySelector("input[type=checkbox]"))?.focus();
    else if (isSending) this.element.requestSubmit();
  }
}
