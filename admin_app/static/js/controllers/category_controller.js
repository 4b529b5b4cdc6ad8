// The category of a call by its number, and with it the team that usually does such work.
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static targets = ["choices"];

  key(event) {
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
