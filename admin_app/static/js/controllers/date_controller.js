// A calendar in the language of the page: a browser's own speaks the browser's. Phones keep theirs, made for fingers.
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

export default class extends Controller {
  async connect() {
    if (window.matchMedia("(pointer: coarse)").matches) return;
    await loaded();
    if (this.element.isConnected && !this.calendar) this.#begin(this.element);
  }

  disconnect() {
    this.calendar?.destroy();
    this.calendar = null;
    this.listening?.abort();
  }

  #begin(input) {
    this.hasTime ??= input.type === "datetime-local";
    const { hasTime } = this;
    const typed = input.value || input.dataset.typed || input.defaultValue; // also what is no date: the reader mends it
    input.type = "text";
    input.placeholder = hasTime ? "2026-11-22 08:30" : "2026-11-22";
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
