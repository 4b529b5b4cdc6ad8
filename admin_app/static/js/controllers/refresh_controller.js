// The desk stays fresh by itself: the same page is asked for again and only what differs is put in its place, so that
// focus, scroll and whatever is half done stay.
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static values = { every: { type: Number, default: 15_000 } };

  connect() {
    this.isAsking = false;
    this.timer = window.setInterval(() => this.look(), this.everyValue);
  }

  disconnect() {
    window.clearInterval(this.timer);
  }

  async look() {
    if (this.isAsking || document.hidden || document.querySelector("dialog[open]")) return;
    this.isAsking = true;
    try {
      const answer = await fetch(window.location.href, { headers: { Accept: "text/html" }, redirect: "manual" });
      if (answer.type === "opaqueredirect") { window.location.reload(); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const { Idiomorph } = await import("../../vendor/idiomorph.js"); // a desk that was only opened does without
      Idiomorph.morph(this.element, page.getElementById(this.element.id), {
        morphStyle: "outerHTML", ignoreActiveValue: true,
        callbacks: { beforeAttributeUpdated: (name, element) => !(name === "open" && element.matches("details")) }, // what was folded stays so
      });
      this.#stamp((stamp) => page.querySelector("[data-as-of]")?.textContent ?? stamp.textContent, false);
    } catch {
      this.#stamp((stamp) => stamp.dataset.stale, true);
    } finally {
      this.isAsking = false;
    }
  }

  #stamp(text, isStale) {
    const stamp = document.querySelector("[data-as-of]");
    if (!stamp) return;
    stamp.textContent = text(stamp);
    stamp.classList.toggle("as-of-stale", isStale);
  }
}
