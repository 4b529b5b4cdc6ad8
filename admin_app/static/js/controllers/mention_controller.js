// Typing @ in an entry offers colleagues by name, pinyin or user name; without it the name is typed in full.
import Combobox from "./combobox_controller.js";

const WORD = /(^|[^\w.-])[@＠]([^\s@＠]{0,30})$/;

export default class extends Combobox {
  static values = { label: String };

  connect() {
    const field = this.element.querySelector("textarea[name=body]");
    if (!field) return;
    field.dataset.mentionTarget = "input";
    const list = document.createElement("ul");
    this.list = list;
    Object.assign(list, { className: "mention-list", id: `${field.id}-people` });
    list.dataset.mentionTarget = "list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", this.labelValue);
    field.after(list);
    super.connect();
  }

  disconnect() {
    super.disconnect();
    this.list?.remove();
  }

  query() {
    return this.#typed()?.[2] ?? null;
  }

  take(person) {
    const typed = this.#typed();
    this.close();
    if (!typed) return;
    const field = this.inputTarget;
    const end = field.selectionStart;
    field.setRangeText(`@${person.write} `, end - typed[2].length - 1, end, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }

  /** The Enter that waited for colleagues was a new line. */
  missed() {
    this.inputTarget.setRangeText("\n", this.inputTarget.selectionStart, this.inputTarget.selectionEnd, "end");
  }

  type(event) {
    if (!this.#isMine(event) || event.isComposing) return;
    this.close();
    this.look();
  }

  key(event) {
    if (!this.#isMine(event) || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.listTarget.hidden) {
      if (event.key !== "Enter" || this.asked === this.answered || this.query() === null) return;
      event.preventDefault();
      this.takesWhenThere = true;
      return;
    }
    if (!["ArrowDown", "ArrowUp", "Enter", "Tab", "Escape"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Tab" || event.key === "Enter") this.take(this.rows[this.chosen]);
    else if (event.key === "Escape") this.close();
    else super.key(event);
  }

  close() {
    if (!this.isWhole) return;
    this.forget();
    this.answered = this.asked;
    this.hide();
  }

  #isMine(event) {
    return this.isWhole && event.target === this.inputTarget;
  }

  #typed() {
    return WORD.exec(this.inputTarget.value.slice(0, this.inputTarget.selectionStart));
  }
}
