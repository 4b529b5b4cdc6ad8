// The category of a call by its number, and with it the team that usually does such work.
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static targets = ["choices"];

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || !this.hasChoicesTarget || !this.choicesTarget.contains(event.target)) return;
    const radios = this.choicesTarget.querySelectorAll("input");
    const numbered = /^[0-9]$/.test(event.key) && radios[Number(event.key) || 10]; // the first one is “none”
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
    const usual = this.hasChoicesTarget && this.choicesTarget.contains(event.target) && event.target.dataset.team;
    if (usual && (team.value === "__none__" || team.dataset.prefilled)) {
      team.value = usual;
      team.dataset.prefilled = "1";
    }
  }
}
