// Who is calling: found by phone, room, name or pinyin; what is known of them fills the form and stands beside it.
import Combobox from "./combobox_controller.js";

const NUMBER = /^(?:\+?\d[\d ]{6,16}|0\d{2,3}-?\d{7,8})$/; // whole, as it stands on the display

const ABOUT_THEM = ["reporter_name", "reporter_phone", "reporter_department"];

export default class extends Combobox {
  static targets = ["about", "form", "more", "next"];
  static values = { about: String };

  connect() {
    super.connect();
    this.isPicked = false; // the caller came from the list
    this.before = ""; // who that is, where it is no resident but somebody who called before
    this.own = {}; // what was written of the caller before one was chosen
    this.left = {}; // what was written of each who was chosen before
    this.noted = ""; // the number that was taken for the reporter's
    if (!this.isComplete) return;
    const begun = this.aboutTarget.querySelector("[data-about]");
    this.aboutNobody = begun ? "" : this.aboutTarget.innerHTML;
    if (!("needed" in this.moreTarget.dataset)) this.moreTarget.open = false;
    if (!begun || this.inputTarget.value) return;
    this.isPicked = true;
    this.inputTarget.value = [begun.dataset.room, begun.dataset.name].filter(Boolean).join(" ");
  }

  get isComplete() {
    return this.isWhole && this.hasAboutTarget && this.hasFormTarget && this.hasMoreTarget;
  }

  option(row) {
    const room = document.createElement("strong");
    room.textContent = row.room;
    const note = document.createElement("small");
    note.textContent = [row.kind, row.phone].filter(Boolean).join(" · ");
    return [room, row.name, note];
  }

  /** Whoever is typed over the one chosen is somebody else: nothing of the first stays in the form. */
  type() {
    if (this.isComplete && this.isPicked) {
      this.#leave();
      this.aboutTarget.innerHTML = this.aboutNobody;
      this.#changed();
    }
    super.type();
  }

  say(what) {
    super.say(what);
    if (what === "chosen" || !this.isComplete) return;
    const text = this.inputTarget.value.trim();
    if (NUMBER.test(text)) this.#note(what === "none" ? text : "");
    if (what === "none") this.moreTarget.open = true;
  }

  /** Nobody there: who calls is written down, the number is already. */
  missed() {
    if (this.isComplete) this.formTarget.elements.reporter_name.focus();
  }

  /** A number that nobody is known by is the reporter's, until somebody is found by more of it. */
  #note(text) {
    const phone = this.formTarget.elements.reporter_phone;
    if (this.noted && phone.value === this.noted) phone.value = "";
    this.noted = "";
    if (!text || phone.value) return;
    this.noted = text;
    phone.value = text;
    this.#changed();
  }

  key(event) {
    const button = event.key === "Enter" && !event.isComposing && (event.altKey ? "[data-alt-enter]" : event.ctrlKey && ".btn-primary");
    if (!button || !this.isComplete) return super.key(event);
    event.preventDefault();
    return this.formTarget.requestSubmit(this.formTarget.querySelector(button));
  }

  take(row) {
    this.hide();
    if (!this.isComplete) return;
    if (this.isPicked) this.#leave();
    this.isPicked = true;
    this.before = row.before || "";
    this.inputTarget.value = [row.room, row.resident || row.reporter_name ? row.name : ""].filter(Boolean).join(" ");
    this.#refer("resident_id", row.resident, row.name);
    this.#refer("unit_id", row.unit, row.room);
    this.own = this.#said();
    this.#say(row, this.left[this.#who] || {});
    this.say("chosen");
    this.moreTarget.open = Boolean(row.reporter_name);
    this.#changed();
    this.#learn(row.resident, row.unit);
    const next = this.nextTargets.find((one) => one.offsetParent) || this.nextTargets[0]; // the categories of the kind that is chosen
    (next?.querySelector("input:checked") || next?.querySelector("input"))?.focus();
  }

  /** Another room of the same caller. */
  room(event) {
    const room = event.target.closest("[data-choose-unit]");
    if (!room || !this.isComplete) return;
    event.preventDefault();
    this.#refer("unit_id", room.dataset.chooseUnit, room.textContent.trim().split(" ")[0]);
    this.#changed();
    this.#learn(this.aboutTarget.querySelector("[data-about]").dataset.resident, room.dataset.chooseUnit);
  }

  /** A half-typed call is kept with its caller … */
  keep({ detail }) {
    if (!this.isComplete) return;
    const caller = this.inputTarget.value;
    Object.assign(detail, { caller, title: caller, picked: this.isPicked, before: this.before, own: this.own });
  }

  /** … and comes back with it. */
  restore({ detail }) {
    if (!this.isComplete) return;
    this.inputTarget.value = detail.caller || "";
    this.isPicked = Boolean(detail.picked);
    this.before = detail.before || "";
    this.own = detail.own || {};
    const id = (name) => (this.formTarget.elements[name].value || "").replace("id:", "");
    if (id("resident_id") || id("unit_id") || this.before) this.#learn(id("resident_id"), id("unit_id"));
  }

  /** Nobody is chosen now. What was written of the one who was goes too: it comes back with them, and with nobody else. */
  #leave() {
    this.left[this.#who] = this.#said();
    this.isPicked = false;
    this.before = "";
    this.#refer("resident_id", "", "");
    this.#refer("unit_id", "", "");
    for (const input of this.#aboutThem) input.value = this.own[input.name] || "";
  }

  get #who() {
    return this.before || this.formTarget.elements.resident_id.value || this.formTarget.elements.unit_id.value;
  }

  get #aboutThem() {
    return ABOUT_THEM.map((name) => this.formTarget.elements[name]);
  }

  #said() {
    return Object.fromEntries(this.#aboutThem.map((input) => [input.name, input.value]));
  }

  #say(known, said) {
    for (const input of this.#aboutThem) input.value = known[input.name] || said[input.name] || input.value;
  }

  #refer(name, id, text) {
    const input = this.formTarget.elements[name];
    const value = id ? `id:${id}` : "";
    if (!input.tomselect) { input.value = value; return; }
    input.tomselect.clear(true);
    if (value) { input.tomselect.addOption({ value, text }); input.tomselect.setValue(value, true); }
  }

  async #learn(resident, unit) {
    const address = new URL(this.aboutValue, window.location.href);
    for (const [name, value] of Object.entries({ resident, unit, before: this.before })) if (value) address.searchParams.set(name, value);
    const answer = await fetch(address).catch(() => null);
    const html = answer?.ok ? await answer.text() : "";
    if (html) this.aboutTarget.innerHTML = html;
  }

  #changed() {
    this.formTarget.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
