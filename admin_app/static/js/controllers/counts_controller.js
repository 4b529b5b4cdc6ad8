// How many rows each tab of a list has: asked for when the list is there, so that nobody waits for it.
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static values = { url: String };

  async connect() {
    const answer = await fetch(this.urlValue, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const numbers = await answer.json();
    for (const tab of this.element.querySelectorAll("[data-count]")) {
      const number = document.createElement("b");
      number.textContent = numbers[tab.dataset.count] ?? "";
      tab.append(number);
    }
  }
}
