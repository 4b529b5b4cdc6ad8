// A ready phrase that is pressed stands in the field, behind what stands there already.
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static values = { field: String, joint: String };

  take({ currentTarget }) {
    const field = document.getElementById(this.fieldValue);
    if (!field) return;
    const phrase = currentTarget.textContent.trim();
    const before = field.value.trim().replace(/[。.]$/, "");
    field.value = before ? `${before}${this.jointValue}${phrase}` : phrase;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
