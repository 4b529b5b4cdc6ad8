// What is typed in a form stays in this tab until the server has said that it was saved: a reload, a session that ended, a
// send that failed lose nothing. Where one was going on (reload, back, signed in again) it comes back by itself; whoever
// begins anew gets an empty form that offers it. Only this tab has it, and only the person: it may hold what callers said.

import { Controller } from "../../vendor/stimulus.js";

const prefix = () => `draft ${document.body.dataset.person} `;
const KEPT = 5;  // of one form, the latest
const NEVER = ["csrf_token", "id_number"];
const VERSIONS = /^(version$|was-)/;  // so that what somebody else has saved meanwhile is noticed
const TEXTS = "textarea, input:not([type]), input[type=text], input[type=search], input[type=tel], input[type=email], input[type=number], input[type=date], input[type=datetime-local], input[type=time]";

const saved = () => new Set((/(?:^|; )saved_drafts=([\w.-]*)/.exec(document.cookie)?.[1] || "").split("."));
const stored = () => Object.keys(window.sessionStorage).filter((key) => key.startsWith(prefix()));
const read = (key) => JSON.parse(window.sessionStorage.getItem(key));
const idOf = (key) => key.slice(key.lastIndexOf(" ") + 1);
const newId = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;

// The same form has the same address whatever list one came from; a new record's form is one, with whatever it begins.
const addressOf = (form) => {
  const url = new URL(form.getAttribute("action") || location.href, location.href);
  const about = ["id", "call", "key", "only"].filter((name) => url.searchParams.has(name)).map((name) => `${name}=${url.searchParams.get(name)}`);
  return `${url.pathname}?${about.join("&")}`;
};

const isChoice = (field) => field.type === "checkbox" || field.type === "radio";
const valueOf = (field) => (isChoice(field) ? field.checked : field.value.replace(/^(\d{4}-\d\d-\d\d)T/, "$1 "));  // a calendar writes a blank
const beginning = (field) => {
  if (isChoice(field)) return field.defaultChecked;
  if (field instanceof HTMLSelectElement) return ([...field.options].find((option) => option.defaultSelected) || field.options[0])?.value ?? "";
  return (field.dataset.selected || field.defaultValue).replace(/^(\d{4}-\d\d-\d\d)T/, "$1 ");
};

// What is typed into a picker and not chosen yet is kept as that: it comes back as it stood, and nobody is chosen by it.
const unchosen = (field) => (field.tomselect && !field.tomselect.items.length && field.tomselect.written) || "";

export const drafted = new WeakMap();

function track(form, signal) {
  const address = addressOf(form);
  const begun = document.body.dataset.sentDraft;  // the server answers what was sent: that is newer than any draft
  const isAnswer = stored().some((key) => key === `${prefix()}${address} ${begun}`);
  let id = isAnswer ? begun : history.state?.drafts?.[address] || newId();
  let since = Date.now();
  let sending = false;
  let note = null;

  const fields = () => {
    const seen = new Map();
    return [...form.elements].filter((field) => field.name && !NEVER.includes(field.name) && !["hidden", "submit", "button", "password", "file"].includes(field.type) && !field.closest("[data-no-draft]")).map((field) => {
      const name = isChoice(field) ? `${field.name}=${field.value}` : field.name;
      seen.set(name, (seen.get(name) || 0) + 1);
      return { field, name: `${name} ${seen.get(name)}` };
    });
  };
  const versions = () => [...form.elements].filter((field) => field.type === "hidden" && VERSIONS.test(field.name));
  const typed = () => fields().filter(({ field }) => isAnswer || unchosen(field) || valueOf(field) !== beginning(field));
  const put = (field, value, text, written = "") => {
    if (isChoice(field)) field.checked = value;
    else if (field.tomselect) { field.tomselect.clear(true); field.tomselect.written = written; field.tomselect.setTextboxValue(written); if (value) { field.tomselect.addOption({ value, text: text || value }); field.tomselect.setValue(value, true); } }
    else field.value = field.type === "datetime-local" ? value.replace(" ", "T") : value;
  };
  const keyOf = () => `${prefix()}${address} ${id}`;

  const keep = () => {
    const now = typed();
    if (saved().has(id)) { id = newId(); since = Date.now(); }
    if (!now.length) { window.sessionStorage.removeItem(keyOf()); return; }
    const extra = {};
    form.dispatchEvent(new CustomEvent("keeping", { detail: extra, bubbles: true }));
    const first = now.find(({ field }) => field.matches(TEXTS) && !field.tomselect && field.value.trim());
    const draft = {
      at: Date.now(),
      since,
      title: (extra.title || first?.field.value || "").trim().slice(0, 60),
      fields: now.map(({ field, name }) => [name, valueOf(field), field.tomselect?.getItem(field.value)?.textContent || "", unchosen(field)]),
      versions: versions().map((field) => [field.name, field.value]),
      extra,
    };
    try {
      window.sessionStorage.setItem(keyOf(), JSON.stringify(draft));
    } catch { return; }  // the tab's store is full
    if (history.state?.drafts?.[address] !== id) history.replaceState({ ...history.state, drafts: { ...history.state?.drafts, [address]: id } }, "");
    const others = stored().filter((key) => key.startsWith(`${prefix()}${address} `)).sort((a, b) => read(b).at - read(a).at);
    for (const key of others.slice(KEPT)) window.sessionStorage.removeItem(key);
  };

  const restore = (draft) => {
    const here = new Map(fields().map(({ field, name }) => [name, field]));
    for (const [name, value, text, written] of draft.fields) {
      const field = here.get(name);
      if (!field) continue;
      put(field, value, text, written);
      field.dataset.typed = value;
      field.closest("details")?.setAttribute("open", "");
    }
    for (const field of versions()) field.value = draft.versions.find(([name]) => name === field.name)?.[1] ?? field.value;
    since = draft.since;
    form.dispatchEvent(new CustomEvent("restored", { detail: draft.extra, bubbles: true }));
  };

  const line = (kind, draft) => {
    if (!note) {
      note = document.querySelector(`[data-drafts-of="${form.id}"]`) || document.createElement("div");
      if (!note.isConnected) form.prepend(note);
    }
    const made = document.getElementById(kind).content.cloneNode(true).firstElementChild;
    const time = made.querySelector("time");
    const at = new Date(kind === "draft-offer" ? draft.since : draft.at);
    time.dateTime = at.toISOString();
    time.textContent = at.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    for (const what of made.querySelectorAll("[data-what]")) what.textContent = draft.title;
    const asked = made.querySelector("[data-call]");
    if (asked && "call" in form.dataset) asked.textContent = asked.dataset.call;
    note.append(made);
    return made;
  };
  const hereAgain = (key) => {
    const draft = read(key);
    id = idOf(key);
    restore(draft);
    line("draft-again", draft).querySelector("button").addEventListener("click", () => {
      window.sessionStorage.removeItem(keyOf());
      sending = true;
      location.reload();
    });
  };
  const offer = (key) => {
    const made = line("draft-offer", read(key));
    made.querySelector("[data-continue-draft]").addEventListener("click", () => {
      keep();
      for (const { field } of fields()) put(field, beginning(field), field.defaultValue);
      note.replaceChildren();
      hereAgain(key);
      keep();
      const written = typed().filter(({ field }) => field.matches(TEXTS) && field.offsetParent && field.tabIndex >= 0).pop();
      (written?.field || form.querySelector(".form-actions [type=submit]"))?.focus();
    });
    made.querySelector("[data-drop-draft]").addEventListener("click", () => { window.sessionStorage.removeItem(key); made.remove(); });
  };

  const mine = stored().filter((key) => key.startsWith(`${prefix()}${address} `)).sort((a, b) => read(b).at - read(a).at);
  const signedInAgain = document.referrer && new URL(document.referrer).pathname.endsWith("/login");
  const goingOn = mine.find((key) => key === keyOf()) || (signedInAgain && !history.state?.drafts ? mine[0] : null);
  if (isAnswer) {
    since = read(keyOf()).since;
    form.dispatchEvent(new CustomEvent("restored", { detail: read(keyOf()).extra, bubbles: true }));
  }
  else if (goingOn) hereAgain(goingOn);
  else for (const key of mine) offer(key);

  let waiting = null;
  // Between sending and leaving, what is on its way may be saved already: kept then, it would be offered as unsaved.
  const keepUnlessSending = () => { if (!sending) keep(); };
  form.addEventListener("input", () => { sending = false; window.clearTimeout(waiting); waiting = window.setTimeout(keepUnlessSending, 300); }, { signal });
  form.addEventListener("change", keepUnlessSending, { signal });
  form.addEventListener("submit", () => {
    keep();
    sending = true;
    const field = form.elements.draft || Object.assign(document.createElement("input"), { type: "hidden", name: "draft" });
    field.value = id;
    form.append(field);
  }, { signal });
  window.addEventListener("pagehide", () => { if (!sending) keep(); }, { signal });
  window.addEventListener("pageshow", () => { sending = false; }, { signal });
  signal.addEventListener("abort", () => window.clearTimeout(waiting), { once: true });
  drafted.set(form, {
    changed: () => !sending && typed().length > 0,
  });
}

export default class extends Controller {
  async connect() {
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    await null; // after all controllers of the page have made their fields what they are
    if (!document.body.dataset.person || signal.aborted) return;
    for (const key of stored()) if (saved().has(idOf(key))) window.sessionStorage.removeItem(key);
    for (const form of this.element.querySelectorAll("form[method=post]:not([data-no-draft])")) {
      if ([...form.querySelectorAll(TEXTS)].some((field) => field.name && !NEVER.includes(field.name))) track(form, signal);
    }
  }

  disconnect() {
    this.leaving.abort();
  }
}
