// The category of a call by its number, its kind by Shift and a number, and with the category the team that usually does such work.
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static targets = ["choices", "kinds", "promise"];

  key(event) {
    if (event.altKey && event.code === "KeyP" && this.hasPromiseTarget) {
      event.preventDefault();
      this.promiseTarget.querySelector("[data-when-target=quick]")?.click();
      return;
    }
    if (this.#kind(event)) return;
    const choices = this.choicesTargets.find((one) => one.contains(event.target));
    if (event.ctrlKey || event.altKey || event.metaKey || !choices) return;
    const radios = choices.querySelectorAll("input");
    const numbered = /^[0-9]$/.test(event.key) && radios[(Number(event.key) || 10) - Number(choices.dataset.first || 0)]; // 0: “none” stands first
    if (numbered) {
      numbered.checked = true;
      numbered.dispatchEvent(new Event("change", { bubbles: true }));
    }
    const isLetter = event.key.length === 1 && event.key !== " "; // it goes there
    if (numbered || event.key === "Enter") event.preventDefault();
    if (numbered || event.key === "Enter" || isLetter) this.element.elements.summary?.focus();
  }

  // The keyboard's own key: with Shift it writes another sign on each.
  #kind(event) {
    const place = event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey && /^Digit([1-9])$/.exec(event.code || "")?.[1];
    const isHere = [...this.choicesTargets, ...this.kindsTargets].some((one) => one.contains(event.target));
    const kind = place && isHere && this.hasKindsTarget && this.kindsTarget.querySelectorAll("input")[place - 1];
    if (!kind) return false;
    event.preventDefault();
    kind.checked = true;
    kind.dispatchEvent(new Event("change", { bubbles: true }));
    const next = this.choicesTargets.find((one) => one.offsetParent); // the categories of that kind
    (next?.querySelector("input:checked") || next?.querySelector("input"))?.focus();
    return true;
  }

  change(event) {
    const team = this.element.elements?.team_id;
    if (!team) return;
    if (event.target === team) delete team.dataset.prefilled;
    const usual = this.choicesTargets.some((one) => one.contains(event.target)) && event.target.dataset.team;
    if (usual && (team.value === "__none__" || team.dataset.prefilled)) {
      team.value = usual;
      team.dataset.prefilled = "1";
    }
  }
}
