// A page without a browser: its mark-up, its controllers, its keys, and how many listen to anything in it.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { Window } from "happy-dom";
import { Application } from "../../admin_app/static/vendor/stimulus.js";

const window = new Window({ url: "http://desk.test/admin/", settings: { errorCapture: "disabled" } });
const NAMES = ["document", "location", "history", "sessionStorage", "MutationObserver", "Event", "CustomEvent", "KeyboardEvent", "MouseEvent", "FormData",
  "DOMParser", "Element", "HTMLElement", "HTMLSelectElement", "HTMLInputElement", "HTMLTextAreaElement", "HTMLOptionElement", "Document", "Node", "CSS", "URL", "getComputedStyle", "AbortController"];
globalThis.window = window;
globalThis.navigator ??= window.navigator; // newer nodes have their own
for (const name of NAMES) globalThis[name] = window[name];
window.HTMLElement.prototype.scrollIntoView ||= () => {};
// Nothing is laid out here: what is not hidden can be seen.
Object.defineProperty(window.HTMLElement.prototype, "offsetParent", { get() { return this.closest("[hidden]") ? null : this.parentElement; } });

const listening = [];
const plainly = window.EventTarget.prototype.addEventListener;
for (const kind of [window, window.EventTarget.prototype]) {
  const { addEventListener, removeEventListener } = kind;
  const place = (...sought) => listening.findIndex((one) => one.every((part, index) => part === sought[index]));
  const capture = (options) => Boolean(typeof options === "object" ? options?.capture : options);
  kind.addEventListener = function add(type, listener, options) {
    if (place(this, type, listener, capture(options)) < 0) listening.push([this, type, listener, capture(options)]);
    if (options?.signal) plainly.call(options.signal, "abort", () => { this.removeEventListener(type, listener, options); });
    addEventListener.call(this, type, listener, options);
  };
  kind.removeEventListener = function remove(type, listener, options) {
    const found = place(this, type, listener, capture(options));
    if (found >= 0) listening.splice(found, 1);
    removeEventListener.call(this, type, listener, options);
  };
}

document.documentElement.lang = "en";
document.body.dataset.person = "7";

/** Wait for what comes when it comes (a library that is loaded first); a test that waits in vain says for what. */
export async function until(holds) {
  for (let turn = 0; turn < 500 && !holds(); turn += 1) await settled(10);
  assert.ok(holds(), String(holds));
}

let application = null;

/** Each question to the server so far, and what answers them: *answer* of an address gives a body, or nothing where it fails. */
export const asked = [];
let answering = () => null;
export function answers(answer) {
  answering = answer;
}
globalThis.fetch = async (address, options = {}) => {
  const url = new URL(address, window.location.href);
  asked.push(Object.assign(url, { options }));
  const body = await answering(url);
  const ok = body !== null && body !== undefined;
  return { ok, redirected: false, status: ok ? 200 : 500, json: async () => body, text: async () => String(body) };
};

/** A question that is answered when the test says so: ``const later = held(); answers(() => later.answer); later.give(rows)``. */
export function held() {
  let give;
  const answer = new Promise((done) => { give = done; });
  return { answer, give };
}

/** What began and ended meanwhile is there: mutations seen, answers read. */
export const settled = (wait = 0) => new Promise((done) => { setTimeout(done, wait); });

/** Show *markup* with *controllers* (name → class) at work; an error in one of them is the test's. */
export async function show(markup, controllers) {
  await leave();
  document.body.innerHTML = markup;
  application = new Application(document.documentElement);
  application.handleError = (error) => { throw error; };
  for (const [name, controller] of Object.entries(controllers)) application.register(name, controller);
  await application.start();
  await settled();
  return document.body.firstElementChild;
}

/** Everything of the page goes, and its controllers with it. */
export async function leave() {
  document.body.replaceChildren();
  await settled();
  application?.stop();
  application = null;
  asked.length = 0;
  answering = () => null;
}

afterEach(leave);

/** Press *key* on *element*; says whether the page took the key for itself. */
export function press(element, key, others = {}) {
  return !element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...others }));
}

/** Write *text* into *field*, as somebody typing does. */
export function write(field, text) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Tick or untick *box* as a press does. */
export function tick(box, isTicked = true) {
  box.checked = isTicked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

export const one = (selector) => document.querySelector(selector);
export const every = (selector) => [...document.querySelectorAll(selector)];

/** What holds of every controller: with *markup* it begins, with nothing in it it does nothing, and gone it leaves no listener. */
export function usual(name, controllers, markup) {
  test(`${name} begins with its page and leaves no listener behind`, async () => {
    const before = listening.length;
    const element = await show(markup, controllers);
    const holder = element.matches(`[data-controller~="${name}"]`) ? element : one(`[data-controller~="${name}"]`);
    assert.ok(application.getControllerForElementAndIdentifier(holder, name), `${name} is at work`);
    await leave();
    assert.deepEqual(listening.slice(before).map(([target, type]) => `${target.constructor.name} ${type}`), []);
  });

  test(`${name} does nothing where all it looks for is missing`, async () => {
    document.body.innerHTML = markup;
    const holder = one(`[data-controller~="${name}"]`);
    const bare = holder.cloneNode(false).outerHTML;
    const element = await show(bare, controllers);
    for (const key of ["Enter", "Escape", "ArrowDown", "ArrowUp", "x", "1", " "]) press(element, key);
    for (const type of ["input", "change", "click", "blur"]) element.dispatchEvent(new Event(type, { bubbles: true, cancelable: true }));
    await settled();
    assert.equal(element.querySelectorAll("*").length, 0);
  });
}
