// References: a search box in place of typing the natural key. Only what answers the text that stands there can be chosen.

for (const input of document.querySelectorAll("input[data-lookup]")) {
  const holder = input.closest("[data-lookup-url]");
  if (!holder || !window.TomSelect) continue;
  const { form } = input;
  const selected = input.dataset.selected;
  const shown = input.value;
  const options = selected ? [{ value: selected, text: shown }] : shown ? [{ value: shown, text: shown }] : [];
  input.value = selected || shown;
  let asked = 0;
  let answered = 0;
  let waiting = null;
  let chooseWhenThere = false;

  const box = new window.TomSelect(input, {
    maxItems: 1,
    valueField: "value",
    labelField: "text",
    searchField: [],
    create: false,
    closeAfterSelect: true,
    options,
    delimiter: "\u0000",
    refreshThrottle: 0,
    onItemAdd() { this.written = ""; this.chosenAt = performance.now(); },
    onBlur() { if (!this.items.length && this.written) this.setTextboxValue(this.written); },
    onDropdownOpen() { if (this.quiet || performance.now() - (this.chosenAt || -Infinity) < 1000) this.close(false); },
  });
  box.written = "";  // typed, and nothing chosen for it yet; drafts_controller.js keeps it
  const text = box.control_input;

  // People of a team where the form says which (DSP-11).
  const address = (query) => {
    const search = new URLSearchParams({ name: input.dataset.lookup, query });
    const team = form?.elements.team?.value || "";
    if (/^\d+$/.test(team)) search.set("team", team);
    else if (form?.dataset.team) search.set("team", form.dataset.team);
    return `${holder.dataset.lookupUrl}?${search}`;
  };
  const nothing = () => { box.clearActiveOption(); box.clearOptions(); box.close(false); };
  const ask = async () => {
    const mine = ++asked;
    const query = text.value.trim();
    const answer = await fetch(address(query), { headers: { Accept: "application/json" } }).catch(() => null);
    const rows = answer?.ok && !answer.redirected ? await answer.json() : [];
    if (mine !== asked) return;
    answered = mine;
    nothing();
    box.addOptions(rows);
    const choosing = chooseWhenThere && rows.length > 0;
    chooseWhenThere = false;
    if (choosing) box.addItem(rows[0].value);
    else if (box.isFocused && !(box.items.length && !query)) box.refreshOptions(true);
    if (!query) box.clearActiveOption();  // nobody is meant yet
  };
  const waits = () => asked !== answered || waiting !== null;

  text.addEventListener("input", () => {
    window.clearTimeout(waiting);
    asked += 1;
    chooseWhenThere = false;
    box.written = text.value.trim();
    if (box.items.length) box.clear();
    nothing();
    waiting = window.setTimeout(() => { waiting = null; ask(); }, 200);
  }, true);
  box.on("focus", () => { if (!box.written) ask(); });
  form?.elements.team?.addEventListener?.("change", () => { asked += 1; answered = asked; nothing(); });
  // What is typed and never chosen is sent as it stands: the server finds who is meant, or says that it does not.
  form?.addEventListener("formdata", (event) => { if (!box.items.length && box.written) event.formData.set(input.name, box.written); });

  // A page that begins in the box (form_controller.js) opens its list at the first key or press, not over the page at once.
  box.wrapper.addEventListener("pointerdown", () => { box.quiet = false; }, true);
  box.wrapper.addEventListener("keydown", (event) => {
    box.quiet = false;
    if (event.key !== "Enter" || event.isComposing) return;
    // Saving takes what was chosen, not what happens to be marked in the open list.
    if (event.ctrlKey || event.altKey || event.metaKey) { box.clearActiveOption(); box.close(false); return; }
    if (!waits()) return;
    event.preventDefault();
    event.stopPropagation();
    chooseWhenThere = Boolean(text.value.trim());
  }, true);
  // The original input stays in the form only to be sent; what it was described by belongs to the visible one.
  input.setAttribute("aria-hidden", "true");
  input.tabIndex = -1;
  // The page begins here (autofocus): in the box that is seen, with its list closed.
  const begin = () => { box.quiet = true; text.focus(); };
  input.addEventListener("focus", begin);
  if (document.activeElement === input) begin();
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (input.hasAttribute(name)) text.setAttribute(name, input.getAttribute(name));
  }
}
