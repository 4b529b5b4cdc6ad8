// Boxes that are chosen together: each list's head ticks all of it, and the page says how many are chosen.
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static targets = ["whole", "all", "output"];
  static values = {
    name: { type: String, default: "row" }, // of the boxes
    text: { type: String, default: "#" }, // the sign is the number
    total: String, // of all that match, also those of other pages
    quiet: Boolean, // nothing is said of none
  };

  connect() {
    this.count();
  }

  /** A box changed: the head of a list takes all of that list along. */
  change({ target }) {
    if (this.wholeTargets.includes(target)) for (const box of this.#listed(target)) box.checked = target.checked;
    this.count();
  }

  count() {
    const number = this.#boxes(this.element).filter((box) => box.checked).length;
    const isAll = this.hasAllTarget && this.allTarget.checked;
    for (const output of this.outputTargets) {
      output.hidden = this.quietValue && !number && !isAll;
      output.textContent = this.textValue.replace("#", isAll ? this.totalValue : number);
    }
    for (const whole of this.wholeTargets) {
      const boxes = this.#listed(whole);
      whole.checked = boxes.length > 0 && boxes.every((box) => box.checked);
    }
  }

  #listed(whole) {
    return this.#boxes(whole.closest("table") || this.element);
  }

  #boxes(part) {
    return [...part.querySelectorAll(`input[name="${this.nameValue}"]`)];
  }
}
