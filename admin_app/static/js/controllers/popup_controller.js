// Panels over the page: Escape or a press elsewhere closes them.
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  away(event) {
    for (const panel of this.#open()) if (!panel.contains(event.target)) panel.open = false;
  }

  escape(event) {
    const [panel] = event.key === "Escape" ? this.#open() : [];
    if (!panel) return;
    event.preventDefault(); // what is open below it stays
    panel.open = false;
    panel.querySelector("summary")?.focus();
  }

  #open() {
    return [...this.element.querySelectorAll("details.popup[open]")];
  }
}
