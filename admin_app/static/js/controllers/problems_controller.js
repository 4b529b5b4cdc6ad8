// The list of what is wrong leads to each field, also to one that a library draws, or that is a group of buttons.
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  lead(event) {
    const field = document.getElementById(event.target.closest("a[href^='#']")?.hash.slice(1));
    const box = field?.tomselect?.control_input || field?.querySelector("input:checked") || field?.querySelector("input");
    if (!box) return;
    event.preventDefault();
    box.focus();
  }
}
