// The phone of a record in full, for a minute: one press asks for it, and a telephone dials at once.
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static targets = ["number"];

  disconnect() {
    window.clearTimeout(this.timer);
  }

  async show(event) {
    if (!this.hasNumberTarget) return;
    event.preventDefault();
    const form = this.element;
    const sent = { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } };
    const answer = await fetch(form.action, sent).catch(() => null);
    if (!answer?.ok || answer.redirected) { form.submit(); return; } // the page that answers says why not
    const { phone, seconds } = await answer.json();
    if (!this.hasNumberTarget) return;
    this.numberTarget.innerHTML = phone;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.numberTarget.replaceChildren(), seconds * 1000);
    const link = this.numberTarget.querySelector("a");
    link?.focus();
    if (window.matchMedia("(pointer: coarse)").matches) link?.click();
  }
}
