// Lists: a record beside the list without leaving it, panels that close; all of it works without.

// A button to preview each row: made here, since it would be a ninth of the page; a list with a preview brings its own.
for (const table of document.querySelectorAll("table[data-preview]:not(:has(td button[name=preview]))")) {
  const label = table.dataset.preview;
  const head = document.createElement("th");
  head.className = "peek";
  const hidden = document.createElement("span");
  hidden.className = "visually-hidden";
  hidden.textContent = label;
  head.append(hidden);
  table.tHead.rows[0].append(head);
  for (const row of table.tBodies[0].rows) {
    const link = row.querySelector("a[href*='id=']");
    if (!link) continue;
    const button = document.createElement("button");
    button.setAttribute("form", "peek");
    button.name = "preview";
    button.value = new URL(link.href).searchParams.get("id");
    button.textContent = "▸";
    button.setAttribute("aria-label", `${label} ${link.textContent}`);
    const cell = row.insertCell();
    cell.className = "peek";
    cell.append(button);
  }
}

const aside = document.querySelector("#preview");
const peek = document.querySelector("#peek");

if (aside && peek) {
  const address = (id) => {
    const url = new URL(window.location.href);
    if (id) url.searchParams.set("preview", id);
    else url.searchParams.delete("preview");
    return url;
  };
  const asked = () => new URL(window.location.href).searchParams.get("preview");
  const mark = (id) => {
    for (const row of document.querySelectorAll("tr.looked-at")) row.classList.remove("looked-at");
    const button = id && document.querySelector(`tr button[name=preview][value="${CSS.escape(id)}"]`);
    if (button) button.closest("tr").classList.add("looked-at");
    return button;
  };
  let wanted = "";
  const show = async (id) => {
    wanted = id || "";
    mark(id);
    if (!id) { aside.hidden = true; aside.textContent = ""; return; }
    const answer = await fetch(`${aside.dataset.url}?id=${encodeURIComponent(id)}`).catch(() => null);
    if (wanted !== id) return;
    if (answer && answer.ok && !answer.redirected) aside.innerHTML = await answer.text();
    else aside.textContent = aside.dataset.failed;
    aside.hidden = false;
  };
  peek.addEventListener("submit", (event) => {
    event.preventDefault();
    const from = event.submitter;
    const id = from && from.name === "preview" ? from.value : "";
    const next = id === wanted ? "" : id;
    window.history.pushState(null, "", address(next));
    const row = mark(wanted);
    show(next);
    if (!next && row) row.focus();
  });
  window.addEventListener("popstate", () => show(asked()));
  wanted = asked() || "";
  mark(wanted);

  const body = document.querySelector("table.list tbody");
  if (body) {
    body.addEventListener("keydown", (event) => {
      if (event.key !== " " || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const button = event.target.closest("input, select, textarea, button") ? null : event.target.closest("tr")?.querySelector("button[name=preview]");
      if (button) { event.preventDefault(); peek.requestSubmit(button); }
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || aside.hidden || document.querySelector("dialog[open], details.popup[open]")) return;
    const row = mark(wanted);
    window.history.pushState(null, "", address(""));
    show("");
    if (row) row.focus();
  });
}

// Panels over the list: Escape or a press elsewhere closes them.
const panels = [...document.querySelectorAll("details.popup")];
document.addEventListener("click", (event) => {
  for (const panel of panels) if (panel.open && !panel.contains(event.target)) panel.open = false;
});
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && panels.find((panel) => panel.open);
  if (open) { open.open = false; open.querySelector("summary").focus(); }
});
