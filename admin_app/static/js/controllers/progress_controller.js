// A form whose work takes long: it tells that this page goes on by itself, so it gets an answer each second with how far it
// is. What goes on in parts goes on by itself; each part is a request of its own, and nothing is lost between them.
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static values = { moves: Boolean, pause: { type: Number, default: 400 } };

  connect() {
    if (this.movesValue) this.timer = window.setTimeout(() => this.element.requestSubmit(), this.pauseValue);
  }

  disconnect() {
    window.clearTimeout(this.timer);
  }

  tell({ formData }) {
    formData.set("progress", "1");
  }
}
