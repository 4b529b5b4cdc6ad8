// Forms: Ctrl+Enter saves, leaving with something typed asks first, and what was typed comes back after a reload or a
// session that ended meanwhile. Drafts stay in this tab only: they hold what callers said.

const form = document.querySelector("form.desk-form");

if (form) {
  const key = `draft ${location.pathname}${location.search}`;
  const fields = () => [...form.elements].filter((field) => field.name && !["csrf_token", "id_number"].includes(field.name) && !["hidden", "submit", "password", "file"].includes(field.type));
  const state = () => JSON.stringify(fields().map((field) => [field.name, field.type === "checkbox" || field.type === "radio" ? [field.value, field.checked] : field.value.replace(/^(\d{4}-\d\d-\d\d)T/, "$1 ")]));  // a calendar writes a blank
  let sending = false;
  let begun = state();
  const changed = () => state() !== begun;

  const restore = (stored) => {
    const found = stored.fields.slice();
    for (const field of fields()) {
      const place = found.findIndex(([name, value]) => name === field.name && (!Array.isArray(value) || value[0] === field.value));
      if (place < 0) continue;
      const [, value] = found.splice(place, 1)[0];
      if (Array.isArray(value)) field.checked = value[1];
      else if (field.tomselect) { if (value) { field.tomselect.addOption({ value, text: stored.texts[field.name] || value }); field.tomselect.setValue(value, true); } }
      else field.value = value;
    }
    form.dispatchEvent(new CustomEvent("restored", { detail: stored.extra || {} }));
  };

  const keep = () => {
    if (!changed()) return;
    const texts = {};
    for (const field of fields()) if (field.tomselect && field.value) texts[field.name] = field.tomselect.getItem(field.value)?.textContent;
    const extra = {};
    form.dispatchEvent(new CustomEvent("keeping", { detail: extra }));
    window.sessionStorage.setItem(key, JSON.stringify({ at: Date.now(), fields: JSON.parse(state()), texts, extra }));
  };

  const answered = form.dataset.answered === "1";  // the server shows what was sent: that is newer than any draft
  const stored = answered ? null : window.sessionStorage.getItem(key);
  if (stored) {
    const draft = JSON.parse(stored);
    restore(draft);
    const note = document.getElementById("draft-note");
    if (note) {
      note.hidden = false;
      note.querySelector("time").textContent = new Date(draft.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      note.querySelector("button").addEventListener("click", () => {
        window.sessionStorage.removeItem(key);
        sending = true;
        location.reload();
      });
    }
  }
  if (window.sessionStorage.getItem("draft-sent") === key && !answered) window.sessionStorage.removeItem("draft-sent");

  let waiting = null;
  form.addEventListener("input", () => { window.clearTimeout(waiting); waiting = window.setTimeout(keep, 300); });
  form.addEventListener("change", keep);
  form.addEventListener("submit", () => { keep(); sending = true; window.sessionStorage.setItem("draft-sent", key); });
  window.addEventListener("beforeunload", (event) => { if (!sending && changed()) event.preventDefault(); });
  window.addEventListener("pagehide", () => { if (!sending) keep(); });
  window.addEventListener("pageshow", () => { sending = false; });

  form.addEventListener("keydown", (event) => {
    if (event.isComposing || event.key !== "Enter") return;
    const button = event.ctrlKey || event.metaKey ? form.querySelector(".form-actions [type=submit]") : event.altKey ? form.querySelector("[data-alt-enter]") : null;
    if (!button) return;
    event.preventDefault();
    form.requestSubmit(button);
  });

  // To the first thing that is wrong, else to the first field (of a group, the choice made), else to the button.
  const usable = (field) => !field.disabled && (field.tomselect || (field.tabIndex >= 0 && field.offsetParent));
  const passedOver = (field) => field.type === "radio" && !field.checked && form.querySelector(`[name="${field.name}"]:checked`);
  const wrong = form.querySelector("[data-attention], [aria-invalid=true]:not([tabindex='-1'])");
  const first = wrong || form.querySelector("[autofocus]") || fields().find((field) => usable(field) && !passedOver(field)) || form.querySelector(".form-actions [type=submit]");
  if (first && (document.activeElement === document.body || !document.activeElement)) {
    if (first.tomselect) first.tomselect.quiet = true;
    (first.tomselect?.control_input || first).focus({ preventScroll: !wrong });
  }
  begun = answered ? "" : begun;
}
