// What makes the panel quicker with JavaScript; nothing here is needed: every page works without it.
"use strict";

document.documentElement.classList.add("scripted");

// References: a search box in place of typing the natural key.
for (const input of document.querySelectorAll("input[data-lookup]")) {
  const form = input.closest("[data-lookup-url]");
  if (!form || !window.TomSelect) continue;
  const url = form.dataset.lookupUrl;
  const chosen = input.dataset.selected;
  const shown = input.value;
  const options = chosen ? [{ value: chosen, text: shown }] : shown ? [{ value: shown, text: shown }] : [];
  input.value = chosen || shown;
  const box = new TomSelect(input, {
    maxItems: 1,
    valueField: "value",
    labelField: "text",
    searchField: [],
    create: false,
    closeAfterSelect: true,
    options,
    delimiter: "\u0000",
    loadThrottle: 200,
    preload: "focus",
    // What was typed before the choice, and answers on their way, must not open the list again over the next field.
    onItemAdd() { window.clearTimeout(this.refreshTimeout); this.refreshTimeout = null; this.chosenAt = performance.now(); },
    onLoad() { if (this.items.length && !this.control_input.value) this.close(false); },
    onDropdownOpen() { if (performance.now() - (this.chosenAt || -Infinity) < 1000) this.close(false); },
    load(query, done) {
      const address = `${url}?name=${encodeURIComponent(input.dataset.lookup)}&query=${encodeURIComponent(query)}`;
      fetch(address, { headers: { Accept: "application/json" } })
        .then((answer) => (answer.ok ? answer.json() : []))
        .then((rows) => { this.clearOptions(); done(rows); })
        .catch(() => done());
    },
  });
  // The original input stays in the form only to be sent; what it was described by belongs to the visible one.
  input.setAttribute("aria-hidden", "true");
  input.tabIndex = -1;
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (input.hasAttribute(name)) box.control_input.setAttribute(name, input.getAttribute(name));
  }
}

// Lists: choose the whole page, count what is chosen.
for (const form of document.querySelectorAll("form[data-selection]")) {
  const boxes = [...form.querySelectorAll("input[name=row]")];
  const whole = form.querySelector("[data-choose-page]");
  const all = form.querySelector("[data-all]");
  const output = form.querySelector("[data-chosen]");
  const count = () => {
    if (output) output.textContent = all && all.checked ? "*" : String(boxes.filter((box) => box.checked).length);
    if (whole) whole.checked = boxes.length > 0 && boxes.every((box) => box.checked);
  };
  if (whole) whole.addEventListener("change", () => { for (const box of boxes) box.checked = whole.checked; count(); });
  form.addEventListener("change", count);
  count();
}

// A choice that takes effect at once.
for (const control of document.querySelectorAll("[data-submit]")) {
  control.addEventListener("change", () => control.form.requestSubmit());
}

// What goes on in parts goes on by itself; each part is a request of its own, and nothing is lost between them.
for (const form of document.querySelectorAll("form[data-continue]")) {
  window.setTimeout(() => form.requestSubmit(), 400);
}

// One press is one request; coming back with the browser's button makes the buttons live again.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
