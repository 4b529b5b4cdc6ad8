// The controllers of every page of the panel, in one file because each file is a request: what is sent, the menu, the keyboard.
import { install, uninstall } from "../vendor/hotkey.js";
import { Controller } from "../vendor/stimulus.js";

const singleKeys = () => document.body.dataset.keys !== "off";
const typing = (element) => element instanceof HTMLElement && (element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=submit])"));
const dialogOpen = () => document.querySelector("dialog[open]");
const isPlain = (event) => singleKeys() && !event.defaultPrevented && !event.isComposing && !event.ctrlKey && !event.altKey && !event.metaKey;

/** One press is one request, and long work says that it goes on; coming back with the browser's button makes the buttons live again. */
class Once extends Controller {
  send(event) {
    const form = event.target;
    if (!form.matches("form[method=post]") || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    for (const note of form.querySelectorAll("[data-working]")) note.hidden = false;
  }

  again() {
    for (const form of this.element.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const note of this.element.querySelectorAll("[data-working]")) note.hidden = true;
  }
}

/**
 * What cannot reach the desk is not sent, and says so: a form that a browser sends without a network is lost behind its own
 * page. A phone, which loses its network in a basement without knowing, asks first whether the desk answers.
 */
class Unsent extends Controller {
  static targets = ["said"];
  static values = { patience: { type: Number, default: 6000 } };

  async send(event) {
    const form = event.target;
    if (!form.matches("form[method=post]") || event.defaultPrevented || form.dataset.sent) return;
    if (this.reached === form) { this.reached = null; return; }
    if (window.navigator.onLine !== false && !window.matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    event.stopPropagation(); // nobody else takes it for sent
    if (this.asking) return;
    this.asking = true;
    const { submitter } = event;
    const answers = await this.#answers();
    this.asking = false;
    form.querySelector(":scope > .not-sent")?.remove();
    if (!form.isConnected) return;
    if (answers) {
      this.reached = form;
      form.requestSubmit(submitter);
      return;
    }
    if (this.hasSaidTarget) form.prepend(this.saidTarget.content.cloneNode(true));
    form.querySelector(":scope > .not-sent")?.scrollIntoView({ block: "nearest" });
  }

  async #answers() {
    if (window.navigator.onLine === false) return false;
    const asked = new AbortController();
    const timer = window.setTimeout(() => asked.abort(), this.patienceValue);
    const answer = await fetch(document.querySelector("link[rel=icon]")?.href ?? "/", { method: "HEAD", cache: "no-store", signal: asked.signal }).catch(() => null);
    window.clearTimeout(timer);
    return answer !== null;
  }
}

/** A choice that takes effect at once. */
class Choice extends Controller {
  take() {
    this.element.form?.requestSubmit();
  }
}

/** Who signs out leaves nothing half typed behind on a shared machine. */
class Forget extends Controller {
  all() {
    window.sessionStorage.clear();
  }
}

/** The page shown stays in sight in a menu that is longer than the window; a group stays as this browser left it; late things count. */
class Menu extends Controller {
  static values = { url: String, late: String, fresh: { type: Number, default: 20000 } };

  connect() {
    this.count();
    for (const group of this.element.querySelectorAll("details")) {
      const left = window.localStorage.getItem(this.#keyOf(group));
      if (left && !group.querySelector("[aria-current]")) group.open = left === "open";
    }
    this.element.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  keep({ target }) {
    window.localStorage.setItem(this.#keyOf(target), target.open ? "open" : "closed");
  }

  async count() {
    if (!this.urlValue) return;
    const key = `waiting ${document.body.dataset.person} ${document.querySelector("#estate-switch")?.value}`;
    let known = JSON.parse(window.sessionStorage.getItem(key));
    if (!known || Date.now() - known.at > this.freshValue) {
      const answer = await fetch(this.urlValue, { headers: { Accept: "application/json" } }).catch(() => null);
      if (!answer?.ok || answer.redirected) return;
      known = { at: Date.now(), numbers: await answer.json() };
      window.sessionStorage.setItem(key, JSON.stringify(known));
    }
    for (const link of this.element.querySelectorAll("[data-waiting]")) {
      const number = known.numbers[link.dataset.waiting];
      if (number) link.append(Object.assign(document.createElement("b"), { textContent: number, title: `${this.lateValue} ${number}` }));
    }
  }

  #keyOf(group) {
    return `menu ${group.querySelector("summary")?.textContent}`;
  }
}

/** After a step one goes on from what the page says of it: the next key of Tab is the first step, not the top of the menu. */
class Said extends Controller {
  connect() {
    this.begin = () => { this.timer = window.setTimeout(() => this.#take()); }; // a form may begin at a field of its own
    if (document.readyState === "complete") this.begin();
    else window.addEventListener("load", this.begin, { once: true });
  }

  disconnect() {
    window.removeEventListener("load", this.begin);
    window.clearTimeout(this.timer);
  }

  // What the page itself begins at may not have the focus yet: browsers give it with the first drawing.
  #take() {
    const said = this.element.querySelector(":scope > .alert:not(form)"); // what is offered there is no answer
    if (!said || document.activeElement !== document.body || this.element.querySelector("[autofocus]")) return;
    said.tabIndex = -1;
    said.focus({ preventScroll: true });
  }
}

/**
 * Digits: steps of a record, buttons of a list. A digit alone acts, a moment later; one among others, as in a phone number
 * that is typed slowly, never does. What would be done at once is only chosen by it and waits for Enter: no single key does
 * what cannot be undone.
 */
class Digits extends Controller {
  static values = { moment: { type: Number, default: 900 } }; // a slow hand's pause between two digits of one number

  connect() {
    const own = this.element.querySelector("[data-own-digits]");
    const buttons = own ? [] : this.element.querySelectorAll(".step-buttons .btn:not([disabled]), .bulk-bar .btn, .bulk-after .btn");
    this.numbered = [...buttons].slice(0, 9);
    this.pressed = null; // the button whose digit was pressed a moment ago
    this.quietUntil = 0;
    for (const [place, button] of this.numbered.entries()) {
      button.dataset.digit = place + 1;
      if (!singleKeys()) continue;
      const hint = document.createElement("kbd");
      hint.textContent = button.dataset.digit;
      hint.setAttribute("aria-hidden", "true");
      button.append(" ", hint);
    }
  }

  disconnect() {
    window.clearTimeout(this.timer);
  }

  key(event) {
    if (!isPlain(event) || event.repeat) return;
    const isDigit = /^[0-9]$/.test(event.key);
    if (this.pressed && event.key === "Enter") { event.preventDefault(); this.#act(true); return; }
    window.clearTimeout(this.timer);
    if (!isDigit) { this.pressed = null; return; }
    const isAlone = !this.pressed && event.timeStamp > this.quietUntil;
    this.quietUntil = event.timeStamp + this.momentValue;
    this.pressed = null;
    if (!isAlone || typing(event.target) || dialogOpen()) return;
    this.pressed = this.numbered[Number(event.key) - 1] || null;
    if (this.pressed) this.timer = window.setTimeout(() => this.#act(false), this.momentValue);
  }

  #act(isSure) {
    window.clearTimeout(this.timer);
    const button = this.pressed;
    this.pressed = null;
    if (isSure || button.matches("a, .bulk-bar .btn")) button.click(); // these ask first
    else button.focus();
  }
}

/** Keys of the page's own links and buttons. */
class Hotkeys extends Controller {
  connect() {
    this.keyed = singleKeys() ? [...this.element.querySelectorAll("[data-hotkey]")] : [];
    for (const one of this.keyed) install(one, one.dataset.hotkey === "?" ? "?,Shift+?" : one.dataset.hotkey);
  }

  disconnect() {
    for (const one of this.keyed) uninstall(one);
  }

  /** Nothing behind an open window is pressed. */
  hold(event) {
    if (dialogOpen()) event.preventDefault();
  }
}

/** Rows of lists, by single keys. It listens after the hotkeys: the k of "g k" is theirs. */
class Rows extends Controller {
  key(event) {
    if (!isPlain(event) || typing(event.target) || dialogOpen()) return;
    const row = event.target.closest?.("table.list tbody tr");
    const box = event.key === "x" && row?.querySelector("input[type=checkbox]");
    const whole = event.key === "a" && this.element.querySelector(".list-scroll [data-selection-target=whole]");
    if (event.key === "j" || event.key === "k") { event.preventDefault(); this.#move(event.key === "j" ? 1 : -1); }
    if (box) { event.preventDefault(); box.click(); this.#at(row)?.focus(); }
    if (whole) { event.preventDefault(); whole.click(); }
  }

  #move(step) {
    const all = [...this.element.querySelectorAll("main table.list tbody tr")].filter((row) => row.offsetParent);
    if (!all.length) return;
    const here = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[Math.min(Math.max(here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step, 0), all.length - 1)];
    this.#at(next)?.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  #at(row) {
    return row.querySelector("a") || row.querySelector("button, input");
  }
}

/** The list of keys: those of the page, then those that are the same everywhere. */
class Shortcuts extends Controller {
  static targets = ["dialog", "list", "always"];

  show() {
    const keyed = [...this.element.querySelectorAll("[data-hotkey]")].map((one) => [
      one.dataset.hotkey.split(",").filter((key) => !key.startsWith("Meta")).map((key) => key.replace("Control", "Ctrl").replace("+k", " K")),
      one.dataset.keyName || one.firstChild?.textContent?.trim(),
    ]);
    const numbered = [...this.element.querySelectorAll("[data-digit]")].map((one) => [[one.dataset.digit], one.firstChild.textContent.trim()]);
    const lines = [...keyed, ...numbered].filter(([, name]) => name).map(([keys, name]) => this.#line(keys, name));
    this.listTarget.replaceChildren(...lines, this.alwaysTarget.content.cloneNode(true));
    this.dialogTarget.showModal();
  }

  #line(keys, name) {
    const line = document.createElement("tr");
    line.innerHTML = "<th scope=row></th><td></td>";
    for (const key of keys) line.firstChild.append(Object.assign(document.createElement("kbd"), { textContent: key }), " ");
    line.lastChild.textContent = name;
    return line;
  }
}

/** Opens the palette (records, pages, steps), whose own script comes with its first opening; what is typed until then stands in the box. */
class Search extends Controller {
  static targets = ["palette"];

  key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k" || !this.hasPaletteTarget) return;
    event.preventDefault();
    this.#open();
  }

  /** The search box's own keys. */
  fired(event) {
    event.preventDefault();
    if (!dialogOpen()) this.#open();
  }

  #open() {
    const palette = this.paletteTarget;
    if (palette.open) return;
    dialogOpen()?.close();
    palette.showModal();
    palette.querySelector("input").select();
    palette.dataset.controller = "palette";
    palette.dispatchEvent(new Event("opened"));
  }
}

// Keys in this order: a digit that is no longer alone is forgotten before any other key acts.
export default { unsent: Unsent, once: Once, choice: Choice, forget: Forget, menu: Menu, said: Said, digits: Digits, hotkeys: Hotkeys, rows: Rows, shortcuts: Shortcuts, search: Search };
