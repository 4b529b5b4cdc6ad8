// A box with a list under it: what is typed is asked for, arrows choose, Enter takes, also what is still on its way.
// What is offered and what taking it does, its own kinds say: a caller, a colleague, what the palette finds.
import { Controller } from "../../vendor/stimulus.js";

export default class Combobox extends Controller {
  static targets = ["input", "list", "hint"];
  static values = { url: String, delay: { type: Number, default: 120 } };

  initialize() {
    this.rows = [];
    this.chosen = 0;
    this.asked = 0;
    this.answered = 0;
    this.takesWhenThere = false;
  }

  connect() {
    if (this.hasHintTarget) this.usual = this.hintTarget.textContent;
    if (!this.isWhole) return;
    this.inputTarget.setAttribute("aria-controls", this.listTarget.id);
    this.inputTarget.setAttribute("aria-autocomplete", "list");
    if (this.inputTarget.matches("input")) this.inputTarget.setAttribute("role", "combobox");
    this.hide();
  }

  disconnect() {
    this.forget();
  }

  get isWhole() {
    return this.hasInputTarget && this.hasListTarget;
  }

  // ------------------------------------------------------------ what each kind says for itself

  /** What is to be asked for; null where nothing is. */
  query() {
    return this.inputTarget.value.trim() || null;
  }

  /** Rows that need no asking. */
  known() {
    return [];
  }

  /** The rows of an *answer*. */
  read(answer) {
    return answer;
  }

  /** What was found and what needs no asking, in order. */
  ordered(found, known) {
    return [...found, ...known];
  }

  /** What a row shows: texts and elements. */
  option(row) {
    return [row.text];
  }

  /** A row was chosen. */
  take(row) {
    this.hide();
    this.dispatch("take", { detail: row });
  }

  /** Enter was pressed before the answer, and there is nothing to take. */
  missed() {}

  // ------------------------------------------------------------ what they have in common

  /** Something else stands there now: nobody who fitted the earlier text may be taken. */
  type() {
    this.forget();
    this.hide();
    this.timer = window.setTimeout(() => this.look(), this.delayValue);
  }

  /** Ask for what stands in the box. */
  async look() {
    if (!this.isWhole) return;
    const query = this.query();
    const known = this.known(query);
    const mine = ++this.asked;
    this.show(known);
    const found = query === null ? [] : await this.#fetched(query);
    if (mine !== this.asked) return;
    this.answered = mine;
    const rows = this.ordered(found || [], known);
    if (query !== null) this.show(rows);
    this.say(found === null ? "failed" : query !== null && !rows.length ? "none" : "usual");
    const isTaking = this.takesWhenThere;
    this.takesWhenThere = false;
    if (!isTaking) return;
    if (found?.length) this.take(found[0]);
    else this.missed();
  }

  key(event) {
    if (event.isComposing || !this.isWhole) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.rows.length) {
      event.preventDefault();
      this.mark(this.chosen + step);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.enter();
    } else if (event.key === "Escape") this.hide();
  }

  enter() {
    if (this.asked === this.answered && this.rows.length) this.take(this.rows[this.chosen]);
    else if (this.query() !== null) {
      this.takesWhenThere = true;
      if (this.asked === this.answered) this.look();
    }
  }

  /** A row was pressed with mouse or finger. */
  choose(event) {
    const item = event.target.closest("[role=option]");
    if (!item) return;
    event.preventDefault();
    this.take(this.rows[[...this.listTarget.children].indexOf(item)]);
  }

  show(rows) {
    this.rows = rows;
    this.listTarget.replaceChildren(...rows.map((row, place) => {
      const item = document.createElement("li");
      item.id = `${this.listTarget.id}-${place}`;
      item.setAttribute("role", "option");
      item.append(...this.option(row));
      return item;
    }));
    this.#open(rows.length > 0);
    this.mark(0);
  }

  mark(place) {
    const items = [...this.listTarget.children];
    this.chosen = items.length ? (place + items.length) % items.length : 0;
    items.forEach((item, index) => item.setAttribute("aria-selected", String(index === this.chosen)));
    if (!items.length) return this.inputTarget.removeAttribute("aria-activedescendant");
    this.inputTarget.setAttribute("aria-activedescendant", items[this.chosen].id);
    return items[this.chosen].scrollIntoView({ block: "nearest" });
  }

  /** The list closes; what is on its way opens it again. */
  hide() {
    if (!this.isWhole) return;
    this.#open(false);
    this.inputTarget.removeAttribute("aria-activedescendant");
  }

  /** No answer that is on its way counts any more. */
  forget() {
    window.clearTimeout(this.timer);
    this.asked += 1;
    this.takesWhenThere = false;
  }

  /** Say one of the hints of this box; its usual one where there is none for *what*. */
  say(what) {
    if (this.hasHintTarget) this.hintTarget.textContent = this.hintTarget.dataset[what] || this.usual;
  }

  #open(isOpen) {
    this.listTarget.hidden = !isOpen;
    if (this.inputTarget.matches("input")) this.inputTarget.setAttribute("aria-expanded", String(isOpen));
  }

  /** The rows that the server finds; null where it does not answer. */
  async #fetched(query) {
    try {
      const answer = await fetch(`${this.urlValue}?q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" } });
      return answer.ok && !answer.redirected ? this.read(await answer.json()) : null;
    } catch {
      return null;
    }
  }
}
