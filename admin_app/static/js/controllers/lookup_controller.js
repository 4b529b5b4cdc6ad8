// A reference: a search box in place of typing the natural key. Only what answers the text that stands there can be chosen.
import { Controller } from "../../vendor/stimulus.js";

const WAIT = 200; // milliseconds without a key, until what is typed is asked for
const JUST_CHOSEN = 1000;

export default class extends Controller {
  connect() {
    this.holder = this.element.closest("[data-lookup-url]");
    if (!this.holder || !window.TomSelect || this.element.tomselect) return;
    const { form } = this.element;
    this.asked = 0;
    this.answered = 0;
    this.waiting = null;
    this.choosesWhenThere = false;
    this.leaving = new AbortController();
    this.box = this.#made();
    this.text = this.box.control_input;
    const { box, text, element: input } = this;
    const on = (target, type, listener, capture = false) => target?.addEventListener?.(type, listener, { capture, signal: this.leaving.signal });

    on(text, "input", () => this.#typed(), true);
    box.on("focus", () => { if (!box.written) this.#ask(); });
    on(form?.elements.team || form?.elements.team_id, "change", () => { this.asked += 1; this.answered = this.asked; this.#nothing(); });
    // What is typed and never chosen is sent as it stands: the server finds who is meant, or says that it does not.
    on(form, "formdata", (event) => { if (!box.items.length && box.written) event.formData.set(input.name, box.written); });
    // A page that begins in the box (form_controller.js) opens its list at the first key or press, not over the page at once.
    on(box.wrapper, "pointerdown", () => { box.quiet = false; }, true);
    on(box.wrapper, "keydown", (event) => this.#key(event), true);
    // The original input stays in the form only to be sent; what it was described by belongs to the visible one.
    input.setAttribute("aria-hidden", "true");
    input.tabIndex = -1;
    // The page begins here (autofocus): in the box that is seen, with its list closed.
    const begin = () => { box.quiet = true; text.focus(); };
    on(input, "focus", begin);
    if (document.activeElement === input) begin();
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (input.hasAttribute(name)) text.setAttribute(name, input.getAttribute(name));
    }
  }

  disconnect() {
    if (!this.box) return;
    window.clearTimeout(this.waiting);
    this.asked += 1;
    this.leaving.abort();
    this.box.destroy();
    this.box = null;
  }

  #made() {
    const { value: shown, dataset: { selected } } = this.element;
    const options = shown || selected ? [{ value: selected || shown, text: shown }] : [];
    this.element.value = selected || shown;
    const box = new window.TomSelect(this.element, {
      maxItems: 1,
      valueField: "value",
      labelField: "text",
      searchField: [],
      create: false,
      closeAfterSelect: true,
      options,
      delimiter: "\u0000",
      refreshThrottle: 0,
      onItemAdd() { this.written = ""; this.chosenAt = performance.now(); },
      onBlur() { if (!this.items.length && this.written) this.setTextboxValue(this.written); },
      onDropdownOpen() { if (this.quiet || performance.now() - (this.chosenAt || -Infinity) < JUST_CHOSEN) this.close(false); },
    });
    box.written = ""; // typed, and nothing chosen for it yet; drafts_controller.js keeps it
    return box;
  }

  // People of a team where the form says which (DSP-11).
  #address(query) {
    const { form, dataset } = this.element;
    const search = new URLSearchParams({ name: dataset.lookup, query });
    const team = (form?.elements.team || form?.elements.team_id)?.value || "";
    if (/^\d+$/.test(team)) search.set("team", team);
    else if (form?.dataset.team) search.set("team", form.dataset.team);
    return `${this.holder.dataset.lookupUrl}?${search}`;
  }

  #nothing() {
    this.box.clearActiveOption();
    this.box.clearOptions();
    this.box.close(false);
  }

  #typed() {
    window.clearTimeout(this.waiting);
    this.asked += 1;
    this.choosesWhenThere = false;
    this.box.written = this.text.value.trim();
    if (this.box.items.length) this.box.clear();
    this.#nothing();
    this.waiting = window.setTimeout(() => { this.waiting = null; this.#ask(); }, WAIT);
  }

  async #ask() {
    const mine = ++this.asked;
    const query = this.text.value.trim();
    const answer = await fetch(this.#address(query), { headers: { Accept: "application/json" } }).catch(() => null);
    const rows = answer?.ok && !answer.redirected ? await answer.json() : [];
    if (mine !== this.asked) return;
    this.answered = mine;
    this.#nothing();
    this.box.addOptions(rows);
    const isChoosing = this.choosesWhenThere && rows.length > 0;
    this.choosesWhenThere = false;
    if (isChoosing) this.box.addItem(rows[0].value);
    else if (this.box.isFocused && !(this.box.items.length && !query)) this.box.refreshOptions(true);
    if (!query) this.box.clearActiveOption(); // nobody is meant yet
  }

  #key(event) {
    this.box.quiet = false;
    if (event.key !== "Enter" || event.isComposing) return;
    // Saving takes what was chosen, not what happens to be marked in the open list.
    if (event.ctrlKey || event.altKey || event.metaKey) {
      this.box.clearActiveOption();
      this.box.close(false);
    } else if (this.asked !== this.answered || this.waiting !== null) {
      event.preventDefault();
      event.stopPropagation();
      this.choosesWhenThere = Boolean(this.text.value.trim());
    }
  }
}
