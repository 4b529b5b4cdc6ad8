// The palette: records of all registers, pages, and the steps of what is open, by a few letters of their names.
import Combobox from "./combobox_controller.js";

const STEPS = "main .step-buttons .btn:not([disabled]), main .bulk-after .btn, main .title-actions .btn";
const PAGES = ".menu li a, .btn-call";
const textOf = (element) => (element.dataset.keyName || [...element.childNodes].filter((node) => !["KBD", "B"].includes(node.nodeName)).map((node) => node.textContent).join(" ")).replace(/\s+/g, " ").trim();

export default class extends Combobox {
  static values = { steps: String, pages: String };

  connect() {
    super.connect();
    if (this.element.open) this.look(); // it came with its first opening
  }

  close() {
    this.forget();
    this.element.close();
    this.inputTarget.blur(); // by itself it keeps the focus until the next frame, and the next key would be typed into nothing
  }

  /** A press beside the window closes it. */
  leave(event) {
    if (event.target === this.element) this.element.close();
  }

  key(event) {
    if (event.key !== "Escape" || event.isComposing) return super.key(event);
    event.preventDefault();
    return this.close();
  }

  enter() {
    if (this.rows.length) this.take(this.rows[this.chosen]);
    else if (this.query() !== null) window.location.assign(`${this.urlValue}?q=${encodeURIComponent(this.query())}`);
  }

  /** What stood there stays until there is something else. */
  hide() {}

  known(query) {
    const wanted = (query || "").toLowerCase();
    const fits = (element) => !wanted || textOf(element).toLowerCase().includes(wanted) || (element.dataset.words || "").split(" ").some((word) => word.includes(wanted));
    const found = (selector, most) => [...document.querySelectorAll(selector)].filter(fits).slice(0, wanted ? 6 : most);
    const joint = document.documentElement.lang.startsWith("zh") ? "" : " ";
    const makes = [...document.querySelectorAll(".menu a[data-makes]")].map((element) => ({
      makes: true, title: `${element.dataset.makes}${joint}${textOf(element)}`, words: element.dataset.madeWords || "", note: this.stepsValue, url: new URL("new/", element.href).href,
    }));
    const made = ({ title, words }) => wanted && (title.toLowerCase().includes(wanted) || words.includes(wanted));
    return [
      ...makes.filter(made).slice(0, 6),
      ...found(STEPS, 20).map((element) => ({ title: textOf(element), note: this.stepsValue, element })),
      ...found(PAGES, 30).map((element) => ({ title: textOf(element), note: this.pagesValue, url: element.href })),
    ];
  }

  /** What is called by the very word comes first: “Keys” is the page, “Register complaint” the step. */
  ordered(found, known) {
    const wanted = (this.query() || "").toLowerCase();
    const named = known.filter(({ title, makes }) => title.toLowerCase() === wanted || (makes && title.toLowerCase().startsWith(wanted)));
    return [...named, ...found, ...known.filter((row) => !named.includes(row))];
  }

  read(groups) {
    return groups.flatMap((group) => group.rows.map((row) => ({ ...row, note: [group.heading, row.note].filter(Boolean).join(" · ") })));
  }

  option(row) {
    const note = document.createElement("small");
    note.textContent = row.note || "";
    return [row.title, note];
  }

  take(row) {
    this.close();
    if (row.element) row.element.click();
    else window.location.assign(row.url);
  }
}
