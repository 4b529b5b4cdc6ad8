// Ctrl+Enter sends a form that has only one thing to do.
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  key(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    this.element.requestSubmit();
  }
}
