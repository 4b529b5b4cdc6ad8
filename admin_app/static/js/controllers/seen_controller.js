// What a person was told about the record that is open is seen by that: a form sent without leaving the page.
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  connect() {
    // Where it does not arrive, nothing is lost: it is told again.
    fetch(this.element.action, { method: "POST", body: new FormData(this.element), redirect: "manual" }).catch(() => null);
  }
}
