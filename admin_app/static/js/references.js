// References: a search box in place of typing the natural key.

for (const input of document.querySelectorAll("input[data-lookup]")) {
  const form = input.closest("[data-lookup-url]");
  if (!form || !window.TomSelect) continue;
  const url = form.dataset.lookupUrl;
  const chosen = input.dataset.selected;
  const shown = input.value;
  const options = chosen ? [{ value: chosen, text: shown }] : shown ? [{ value: shown, text: shown }] : [];
  input.value = chosen || shown;
  const box = new window.TomSelect(input, {
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
    onDropdownOpen() { if (this.quiet || performance.now() - (this.chosenAt || -Infinity) < 1000) this.close(false); },
    load(query, done) {
      const address = `${url}?name=${encodeURIComponent(input.dataset.lookup)}&query=${encodeURIComponent(query)}`;
      fetch(address, { headers: { Accept: "application/json" } })
        .then((answer) => (answer.ok ? answer.json() : []))
        .then((rows) => { this.clearOptions(); done(rows); })
        .catch(() => done());
    },
  });
  // A page that begins in the box (forms.js) opens its list at the first key or press, not over the page at once.
  box.wrapper.addEventListener("pointerdown", () => { box.quiet = false; }, true);
  box.wrapper.addEventListener("keydown", (event) => {
    box.quiet = false;
    // Saving takes what was chosen, not what happens to be marked in the open list.
    if (event.key === "Enter" && (event.ctrlKey || event.altKey || event.metaKey)) { box.clearActiveOption(); box.close(false); }
  }, true);
  // The original input stays in the form only to be sent; what it was described by belongs to the visible one.
  input.setAttribute("aria-hidden", "true");
  input.tabIndex = -1;
  // The page begins here (autofocus): in the box that is seen, with its list closed.
  const begin = () => { box.quiet = true; box.control_input.focus(); };
  input.addEventListener("focus", begin);
  if (document.activeElement === input) begin();
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (input.hasAttribute(name)) box.control_input.setAttribute(name, input.getAttribute(name));
  }
}
