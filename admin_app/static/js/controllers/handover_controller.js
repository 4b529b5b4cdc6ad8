// Should a call turn out to be something else, that form begins with the same caller and what was typed.
import { Controller } from "../../vendor/stimulus.js";
import { drafted } from "./drafts_controller.js";

export default class extends Controller {
  static values = { form: String }; // the id of the form that is left

  /** The address says who calls. */
  carry() {
    if (!this.form) return;
    const address = new URL(this.element.href);
    for (const name of ["resident_id", "unit_id"]) {
      const [, id] = /^id:(\d+)$/.exec(this.form.elements[name]?.value) || [];
      if (id) address.searchParams.set(name, id);
      else address.searchParams.delete(name);
    }
    this.element.href = address;
  }

  leave(event) {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return; // in a window of its own: this one stays
    drafted.get(this.form)?.handOver(this.element.pathname);
  }

  get form() {
    return document.getElementById(this.formValue);
  }
}
