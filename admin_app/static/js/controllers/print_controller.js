// The print button; the browser's own printing needs no script.
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  now() {
    window.print();
  }
}
