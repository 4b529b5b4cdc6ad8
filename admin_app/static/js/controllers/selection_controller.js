// Boxes that are chosen together: each list's head ticks all of it, a range is ticked with Shift, and the page says how many.
import { Controller } from "../../vendor/stimulus.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

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

  /** A click with Shift takes along every row since the box clicked before. */
  click(event) {
    const { target, shiftKey } = event;
    if (!(target instanceof HTMLInputElement) || target.name !== this.nameValue) return;
    const boxes = this.#boxes(this.element);
    const ends = [boxes.indexOf(this.clicked), boxes.indexOf(target)].sort((one, other) => one - other);
    if (shiftKey && ends[0] >= 0) for (const box of boxes.slice(ends[0], ends[1] + 1)) box.checked = target.checked;
    this.clicked = target;
    this.count();
  }

  /** Shift and an arrow tick the row somebody is on and go on to the next; Shift and a page key do so ten times. */
  extend(event) {
    const far = event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey && STEPS[event.key];
    const row = event.target.closest("tbody tr");
    const boxes = this.#boxes(this.element);
    let place = boxes.findIndex((box) => row?.contains(box));
    if (!far || place < 0) return;
    event.preventDefault();
    const step = Math.sign(far);
    for (let left = Math.abs(far); left > 0; left -= 1) {
      if (boxes[place].checked && boxes[place + step]) place += step;
      boxes[place].checked = true;
    }
    const at = boxes[place].closest("tr");
    (at.querySelector("a") || boxes[place]).focus();
    at.scrollIntoView({ block: "nearest" });
    this.clicked = boxes[place];
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
