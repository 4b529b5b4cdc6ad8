// A record beside the list without leaving it: a button or Space shows it, the address says which, back and Escape close it.
import { Controller } from "../../vendor/stimulus.js";

const OPEN_OVER_IT = "dialog[open], details.popup[open]";

export default class extends Controller {
  static targets = ["aside", "form", "table"];
  static values = { url: String, label: String, failed: String };

  connect() {
    this.shown = "";
    for (const table of this.tableTargets) if (!table.querySelector("td button[name=preview]")) this.#addButtons(table);
    if (!this.isWhole) return;
    this.shown = this.#asked();
    this.#mark(this.shown);
  }

  get isWhole() {
    return this.hasAsideTarget && this.hasFormTarget;
  }

  /** The record of the button that was pressed; of the same one again, none. */
  toggle(event) {
    if (!this.isWhole || event.target !== this.formTarget) return;
    event.preventDefault();
    const id = event.submitter?.name === "preview" ? event.submitter.value : "";
    if (id && id !== this.shown) this.#go(id);
    else this.close();
  }

  space(event) {
    if (event.key !== " " || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !this.isWhole) return;
    const row = event.target.closest("input, select, textarea, button") ? null : event.target.closest("tbody tr");
    const button = row?.querySelector("button[name=preview]");
    if (!button) return;
    event.preventDefault();
    this.formTarget.requestSubmit(button);
  }

  escape(event) {
    if (event.key === "Escape" && !event.defaultPrevented && this.isWhole && !this.asideTarget.hidden && !document.querySelector(OPEN_OVER_IT)) this.close();
  }

  /** Nothing is shown any more; one is at the row that was. */
  close() {
    const row = this.#mark(this.shown);
    this.#go("");
    row?.focus();
  }

  /** The browser went back or on: the address says what is shown. */
  back() {
    if (this.isWhole) this.#show(this.#asked());
  }

  #go(id) {
    const url = new URL(window.location.href);
    if (id) url.searchParams.set("preview", id);
    else url.searchParams.delete("preview");
    window.history.pushState(null, "", url);
    this.#show(id);
  }

  async #show(id) {
    this.shown = id;
    this.#mark(id);
    if (!id) {
      this.asideTarget.hidden = true;
      this.asideTarget.textContent = "";
      return;
    }
    const answer = await fetch(`${this.urlValue}?id=${encodeURIComponent(id)}`).catch(() => null);
    const html = answer?.ok && !answer.redirected ? await answer.text() : "";
    if (this.shown !== id) return;
    if (html) this.asideTarget.innerHTML = html;
    else this.asideTarget.textContent = this.failedValue;
    this.asideTarget.hidden = false;
  }

  #asked() {
    return new URL(window.location.href).searchParams.get("preview") || "";
  }

  /** Mark the row of that record; gives its button. */
  #mark(id) {
    for (const row of this.element.querySelectorAll("tr.looked-at")) row.classList.remove("looked-at");
    const button = id && this.element.querySelector(`tr button[name=preview][value="${CSS.escape(id)}"]`);
    if (button) button.closest("tr").classList.add("looked-at");
    return button || null;
  }

  // Made here, since they would be a ninth of the page; a list with a preview brings its own.
  #addButtons(table) {
    const head = document.createElement("th");
    head.className = "peek";
    const hidden = document.createElement("span");
    hidden.className = "visually-hidden";
    hidden.textContent = this.labelValue;
    head.append(hidden);
    table.querySelector("thead tr")?.append(head);
    for (const row of table.querySelectorAll("tbody tr")) {
      const link = row.querySelector("a[href*='id=']");
      if (!link) continue;
      const button = document.createElement("button");
      button.setAttribute("form", "peek");
      button.name = "preview";
      button.value = new URL(link.href).searchParams.get("id");
      button.textContent = "▸";
      button.setAttribute("aria-label", `${this.labelValue} ${link.textContent}`);
      const cell = document.createElement("td");
      cell.className = "peek";
      cell.append(button);
      row.append(cell);
    }
  }
}
