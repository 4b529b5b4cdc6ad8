// A calendar in the language of the page: a browser's own speaks the browser's. Phones get theirs, made for fingers.
// What is typed in words is read by when_controller.js: the calendar understands its own dates only.
import { Controller } from "../../vendor/stimulus.js";

const vendor = (name) => new URL(`../../vendor/${name}`, import.meta.url).href;
const load = (name) => new Promise((done, failed) => {
  document.head.append(Object.assign(document.createElement("script"), { src: vendor(name), onload: done, onerror: failed }));
});
const isChinese = () => document.documentElement.lang.startsWith("zh");

async function fetched() {
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: vendor("flatpickr.min.css") }));
  await load("flatpickr.min.js");
  if (isChinese()) await load("flatpickr.zh.js");
}
let library = null; // one for all dates of the page
const loaded = () => (window.flatpickr ? null : library ||= fetched());

function locale() {
  const word = new Intl.DisplayNames(document.documentElement.lang, { type: "dateTimeField" });
  return {
    ...(isChinese() ? window.flatpickr.l10ns.zh : {}),
    firstDayOfWeek: 1,
    yearAriaLabel: word.of("year"),
    monthAriaLabel: word.of("month"),
    hourAriaLabel: word.of("hour"),
    minuteAriaLabel: word.of("minute"),
  };
}

function parsed(text) {
  const [, year, month, day, hour = 0, minute = 0] = /^(\d{4})-(\d\d)-(\d\d)(?: (\d\d):(\d\d))?$/.exec(text) || [];
  return year && new Date(year, month - 1, day, hour, minute);
}

export default class extends Controller {
  static values = { time: Boolean };

  async connect() {
    if (window.matchMedia("(pointer: coarse)").matches) { this.#giveFingers(); return; }
    await loaded();
    if (this.element.isConnected && !this.calendar) this.#begin(this.element);
  }

  disconnect() {
    this.calendar?.destroy();
    this.calendar = null;
    this.listening?.abort();
  }

  // A text that is no date stays one: nothing that was typed is lost.
  #giveFingers() {
    const input = this.element;
    const typed = input.value.replace(" ", "T");
    if (this.timeValue && (!typed || parsed(input.value.replace("T", " ")))) Object.assign(input, { type: "datetime-local", value: typed });
  }

  #begin(input) {
    const hasTime = this.timeValue;
    const typed = input.value || input.dataset.typed || input.defaultValue; // also what is no date: the reader mends it
    input.type = "text";
    if (!hasTime) input.placeholder = "2026-11-22";
    input.autocomplete = "off";
    // The calendar would empty the field of what it does not understand: it stays, and the server says what is wrong.
    let written = "";
    this.listening = new AbortController();
    input.addEventListener("input", (event) => { if (event.isTrusted || input.value) written = input.value; }, { signal: this.listening.signal });
    const putBack = (dates) => { if (dates.length) written = ""; else if (written.trim() && !input.value) input.value = written; };
    this.calendar = window.flatpickr(input, {
      allowInput: true,
      enableTime: hasTime,
      time_24hr: true,
      defaultHour: (new Date().getHours() + 1) % 24,
      defaultMinute: 0,
      parseDate: parsed,
      errorHandler: () => {},
      dateFormat: hasTime ? "Y-m-d H:i" : "Y-m-d",
      locale: locale(),
      disableMobile: true,
      monthSelectorType: "static",
      onChange: putBack,
      onClose: (dates) => { putBack(dates); input.dispatchEvent(new Event("change", { bubbles: true })); },
    });
    input.value = written = typed.replace("T", " ");
  }
}
