// A time as people type it: what the server reads of it stands in the field, and below it in words.
import { Controller } from "../../vendor/stimulus.js";

const isDate = (text) => /^\d{4}-\d\d-\d\d \d\d:\d\d$/.test(text);

export default class extends Controller {
  static targets = ["input", "quick", "said"];
  static values = { url: String, toward: String, ends: Boolean, until: String };

  connect() {
    this.last = this.#typed;
  }

  disconnect() {
    this.last = null;
  }

  /** One of those that stand beside it. */
  take({ target }) {
    this.#ask(target.textContent.trim());
  }

  /** What another field has it begin with. */
  begin({ detail }) {
    if (!this.#typed) this.#ask(detail);
  }

  read() {
    if (this.#typed !== this.last) this.#ask(this.#typed);
  }

  key(event) {
    const place = this.quickTargets.indexOf(event.target);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (place >= 0 && step) {
      event.preventDefault();
      const next = this.quickTargets[(place + step + this.quickTargets.length) % this.quickTargets.length];
      for (const one of this.quickTargets) one.tabIndex = one === next ? 0 : -1;
      next.focus();
    }
    // The calendar would take the focus away with it.
    const isEnter = event.key === "Enter" && !event.isComposing && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (!isEnter || !this.hasInputTarget || event.target !== this.inputTarget) return;
    event.preventDefault();
    event.stopPropagation();
    this.inputTarget._flatpickr?.close();
    this.read();
  }

  get #typed() {
    return this.hasInputTarget ? this.inputTarget.value.replace("T", " ").trim() : "";
  }

  async #ask(text) {
    this.last = text;
    this.#write(text); // sent at once, it is read when it arrives
    if (!text) { this.#say(""); return; }
    const address = new URL(this.urlValue, window.location.href);
    for (const [name, value] of Object.entries({ text, toward: this.towardValue, ends: this.endsValue })) address.searchParams.set(name, value);
    const answer = await fetch(address).catch(() => null);
    const found = answer?.ok && !answer.redirected ? await answer.json() : null;
    if (text !== this.last || !found) return;
    if (found.value) this.#write(found.value);
    this.#say(found.words || found.problem, Boolean(found.problem));
    if (found.window) this.#end(text);
  }

  /** A part of a day is the end of an appointment too. */
  #end(text) {
    const end = this.untilValue && this.inputTarget.form?.elements[this.untilValue];
    if (end) end.closest("[data-controller~=when]")?.dispatchEvent(new CustomEvent("begin", { detail: text }));
  }

  #write(text) {
    const input = this.inputTarget;
    const isNative = input.type === "datetime-local";
    if (text === this.#typed || (isNative && text && !isDate(text))) return;
    if (isDate(text)) {
      this.last = text;
      input._flatpickr?.setDate(text, false);
    }
    input.value = isNative ? text.replace(" ", "T") : text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #say(text, isProblem = false) {
    this.saidTarget.textContent = text;
    this.saidTarget.className = isProblem ? "field-error" : "form-hint";
    if (isProblem) this.inputTarget.setAttribute("aria-invalid", "true");
    else this.inputTarget.removeAttribute("aria-invalid");
  }
}
