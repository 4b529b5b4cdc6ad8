// Who works in another tab sees and hears that an emergency waits: title and icon of the tab say how many, a new one sounds.
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static values = { waiting: Array, icon: String };

  connect() {
    this.title = document.title;
    this.icon = document.querySelector("link[rel~=icon]")?.getAttribute("href");
    this.known = new Set(this.waitingValue); // what was there when the page was opened is seen, not heard
    this.#show();
  }

  disconnect() {
    if (this.title !== undefined) document.title = this.title;
    document.querySelector("link[rel~=icon]")?.setAttribute("href", this.icon);
  }

  waitingValueChanged() {
    if (!this.known) return;
    const fresh = this.waitingValue.filter((number) => !this.known.has(number));
    for (const number of fresh) this.known.add(number);
    this.#show();
    if (fresh.length && document.querySelector("[data-sound]")?.dataset.sound === "on") this.#sound();
  }

  #show() {
    const number = this.waitingValue.length;
    document.title = number ? `(${number}) \u203c ${this.title}` : this.title;
    document.querySelector("link[rel~=icon]")?.setAttribute("href", number ? this.iconValue : this.icon);
  }

  // Three short tones; a browser that plays nothing before the first click stays silent.
  #sound() {
    const sounds = new AudioContext();
    for (const [index, pitch] of [880, 660, 880].entries()) {
      const tone = new OscillatorNode(sounds, { frequency: pitch });
      const loudness = new GainNode(sounds, { gain: 0.15 });
      tone.connect(loudness).connect(sounds.destination);
      tone.start(sounds.currentTime + index * 0.25);
      tone.stop(sounds.currentTime + index * 0.25 + 0.2);
    }
  }
}
