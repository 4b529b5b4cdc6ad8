// The same matter twice (INT-6): what is open already is offered while one types. The server decides what is the same.
import { Controller } from "../../vendor/stimulus.js";

const ASKED = ["kind", "category_id", "category", "unit_id", "place", "summary"];

export default class extends Controller {
  static targets = ["box", "offers"];
  static values = { url: String, delay: { type: Number, default: 300 } };

  connect() {
    this.shown = "";
    this.last = "";
    this.soon();
  }

  disconnect() {
    window.clearTimeout(this.waiting);
    this.last = null;
  }

  soon() {
    window.clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => this.#look(), this.delayValue);
  }

  async #look() {
    if (!this.hasBoxTarget || !this.hasOffersTarget) return;
    const typed = new FormData(this.element);
    const query = String(new URLSearchParams(ASKED.filter((name) => typed.get(name)).map((name) => [name, typed.get(name)])));
    if (query === this.last) return;
    this.last = query;
    if (!typed.get("unit_id") && !typed.get("place")) { this.#show(""); return; }
    const answer = await fetch(`${this.urlValue}?${query}`).catch(() => null);
    if (query !== this.last || !answer?.ok || answer.redirected) return;
    const html = await answer.text();
    if (query !== this.last) return;
    // “Another matter” was said of those that stood there.
    const another = this.element.elements.another_matter;
    if (another && this.shown && html !== this.shown && this.boxTarget.contains(another)) another.checked = false;
    this.shown = html;
    this.#show(html);
  }

  #show(html) {
    this.offersTarget.innerHTML = html;
    this.boxTarget.hidden = !html.trim();
  }
}
