// The key board by keyboard: arrows move between hooks, typing in the box narrows them at once, Escape closes the key.
import { Controller } from "../../vendor/stimulus.js";

const LEAST = 4; // pixels between two rows of hooks

export default class extends Controller {
  static targets = ["board", "filter", "count", "on"];
  static values = { text: { type: String, default: "#" } }; // how many are left, the sign is the number

  connect() {
    this.hooks = this.hasBoardTarget ? [...this.boardTarget.querySelectorAll(".hook")] : [];
    for (const tick of this.#ticks()) tick.tabIndex = -1;
    this.#stop(this.hooks.find((hook) => "focused" in hook.dataset) || this.hooks[0]);
  }

  /** Space ticks, Enter goes on with all that are ticked, arrows go to the next hook. */
  move(event) {
    const hook = event.target.closest(".hook");
    if (!hook || event.ctrlKey || event.altKey || event.metaKey) return;
    const all = this.#shown();
    const place = all.indexOf(hook);
    const does = {
      " ": () => hook.parentElement.querySelector(".hook-tick")?.click(),
      ArrowRight: () => this.#go(all[place + 1]),
      ArrowLeft: () => this.#go(all[place - 1]),
      ArrowDown: () => this.#go(this.#across(hook, 1)),
      ArrowUp: () => this.#go(this.#across(hook, -1)) || (this.hasFilterTarget && this.filterTarget.focus()),
      Home: () => this.#go(all[0]),
      End: () => this.#go(all.at(-1)),
      Enter: this.hasOnTarget && this.#ticks().some((tick) => tick.checked) && (() => this.onTarget.click()),
    }[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  }

  /** Keys in the box: down to the first hook, Enter opens the only one, Escape empties it. */
  choose(event) {
    if (event.isComposing || !this.hooks.length) return;
    const left = this.#shown();
    const isOnly = event.key === "Enter" && left.length === 1;
    if (event.key === "ArrowDown" || isOnly) event.preventDefault();
    if (event.key === "ArrowDown") this.#go(left[0]);
    if (isOnly) left[0].click();
    if (event.key === "Escape" && this.filterTarget.value) {
      this.filterTarget.value = "";
      this.#narrow();
    }
  }

  narrow(event) {
    if (!event.isComposing && this.hooks.length) this.#narrow();
  }

  /** Escape in the key that is open closes it. */
  escape(event) {
    if (event.key === "Escape") event.currentTarget.querySelector("[data-close]")?.click();
  }

  #narrow() {
    // "4号楼 1203室" as the hooks have it; the server reads rooms in every writing, this only narrows what is drawn.
    const typed = this.filterTarget.value.normalize("NFKC").replace(/(\d)\s*(?:号楼|单元|[栋幢座楼#])\s*(?=\d)/g, "$1-").replace(/(\d)[室号房]/g, "$1");
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
    // A hook is found with whatever sign between its parts: C—24, c 24.
    const tag = typed.toLowerCase().replace(/[\s\p{Pd}_./~\\·•−ー]/gu, "");
    const fits = ({ words: said }) => words.every((word) => said.includes(word)) || (tag && said.includes(tag));
    for (const hook of this.hooks) hook.parentElement.hidden = !fits(hook.dataset);
    for (const group of this.boardTarget.querySelectorAll(".hook-group")) group.hidden = !group.querySelector("li:not([hidden])");
    const left = this.#shown();
    if (this.hasCountTarget) this.countTarget.textContent = this.filterTarget.value ? this.textValue.replace("#", left.length) : "";
    if (left.length && !left.some((hook) => hook.tabIndex === 0)) this.#stop(left[0]);
  }

  #shown() {
    return this.hooks.filter((hook) => !hook.closest("[hidden]"));
  }

  #ticks() {
    return [...this.element.querySelectorAll(".hook-tick")];
  }

  // One stop for Tab on the whole board; it is where one was last.
  #stop(at) {
    for (const hook of this.hooks) hook.tabIndex = hook === at ? 0 : -1;
  }

  #go(hook) {
    if (!hook) return false;
    this.#stop(hook);
    hook.focus();
    return true;
  }

  /** The nearest hook of the next row upwards (-1) or downwards (1). */
  #across(from, direction) {
    const middle = (hook) => {
      const place = hook.getBoundingClientRect();
      return { x: place.left + place.width / 2, y: place.top };
    };
    const here = middle(from);
    const distance = (hook) => {
      const there = middle(hook);
      const rows = (there.y - here.y) * direction;
      return rows < LEAST ? Infinity : rows * 1000 + Math.abs(there.x - here.x);
    };
    const [best] = this.#shown().map((hook) => ({ hook, far: distance(hook) })).sort((one, other) => one.far - other.far);
    return best && best.far < Infinity ? best.hook : null;
  }
}
