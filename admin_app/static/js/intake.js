// Taking a call with the keyboard: find the caller, choose the category by its number, write, Ctrl+Enter.

import { drafted } from "./drafts.js";

const search = document.querySelector(".caller-search");
const box = document.getElementById("caller");
const list = document.getElementById("caller-list");
const hint = document.getElementById("caller-hint");
const about = document.getElementById("about");
const form = document.getElementById("matter-form");
const more = form.querySelector(".more-fields");
const categories = document.getElementById("category_id");
const usual = hint.textContent;
let found = [];
let chosen = 0;
let asked = 0;
let answered = 0;
let waiting = null;
let pickWhenThere = false;
let picked = false;  // the caller came from the list
let before = "";  // who that is, where it is no resident but somebody who called before
const aboutNobody = about.querySelector("[data-about]") ? "" : about.innerHTML;

// ---------------------------------------------------------------- the caller

box.setAttribute("role", "combobox");
box.setAttribute("aria-controls", list.id);
box.setAttribute("aria-expanded", "false");
box.setAttribute("aria-autocomplete", "list");

const mark = () => {
  [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === chosen)));
  if (found.length) box.setAttribute("aria-activedescendant", `caller-${chosen}`);
  else box.removeAttribute("aria-activedescendant");
};
const close = () => { list.hidden = true; box.setAttribute("aria-expanded", "false"); box.removeAttribute("aria-activedescendant"); };
const show = (rows) => {
  found = rows;
  chosen = 0;
  list.replaceChildren(...rows.map((row, place) => {
    const item = document.createElement("li");
    item.id = `caller-${place}`;
    item.setAttribute("role", "option");
    const room = document.createElement("strong");
    room.textContent = row.room;
    const note = document.createElement("small");
    note.textContent = [row.kind, row.phone].filter(Boolean).join(" · ");
    item.append(room, row.name, note);
    item.addEventListener("mousedown", (event) => { event.preventDefault(); pick(row); });
    return item;
  }));
  list.hidden = !rows.length;
  box.setAttribute("aria-expanded", String(rows.length > 0));
  const isUnknown = !rows.length && Boolean(box.value.trim());
  hint.textContent = isUnknown ? hint.dataset.none : usual;
  if (isUnknown) more.open = true;
  mark();
};
const look = () => {
  const query = box.value.trim();
  const mine = ++asked;
  if (!query) { answered = mine; show([]); return; }
  fetch(`${search.dataset.callers}?q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
    .then((rows) => {
      if (mine !== asked) return;
      answered = mine;
      show(rows);
      if (pickWhenThere) { pickWhenThere = false; if (rows.length) pick(rows[0]); }
    })
    .catch(() => { if (mine === asked) { answered = mine; pickWhenThere = false; hint.textContent = hint.dataset.failed; } });
};
const refer = (name, value, text) => {
  const input = form.elements[name];
  if (input.tomselect) {
    input.tomselect.clear(true);
    if (value) { input.tomselect.addOption({ value, text }); input.tomselect.setValue(value, true); }
  } else input.value = value;
};
// Should it turn out to be a complaint, its form begins with the same caller and what was typed.
const complaint = document.querySelector("[data-with-caller]");
const carry = () => {
  const address = new URL(complaint.href);
  for (const name of ["resident_id", "unit_id"]) {
    const [, id] = /^id:(\d+)$/.exec(form.elements[name].value) || [];
    if (id) address.searchParams.set(name, id);
    else address.searchParams.delete(name);
  }
  complaint.href = address;
};
complaint.addEventListener("click", (event) => {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;  // in a window of its own: this one stays
  drafted.get(form)?.handOver(complaint.pathname);
});
const learn = (resident, unit) => {
  const address = new URL(search.dataset.caller, location.href);
  if (resident) address.searchParams.set("resident", resident);
  if (unit) address.searchParams.set("unit", unit);
  if (before) address.searchParams.set("before", before);
  return fetch(address).then((answer) => (answer.ok ? answer.text() : "")).then((html) => { if (html) { about.innerHTML = html; } }).catch(() => {});
};
// Who called before, without being a resident, gave name and number then; of whoever else is chosen these go again.
const sayBefore = (row) => {
  for (const name of ["reporter_name", "reporter_phone"]) {
    const input = form.elements[name];
    if (row[name] || input.dataset.fromCaller === input.value) input.value = row[name] || "";
    if (row[name]) input.dataset.fromCaller = row[name];
    else delete input.dataset.fromCaller;
  }
};
// Whoever is typed over the one chosen is somebody else: nothing of the first stays in the form.
const drop = () => {
  if (!picked) return;
  picked = false;
  before = "";
  refer("resident_id", "", "");
  refer("unit_id", "", "");
  sayBefore({});
  about.innerHTML = aboutNobody;
  form.dispatchEvent(new Event("change"));
};
const pick = (row) => {
  close();
  picked = true;
  before = row.before || "";
  box.value = [row.room, row.resident || row.reporter_name ? row.name : ""].filter(Boolean).join(" ");
  refer("resident_id", row.resident ? `id:${row.resident}` : "", row.name);
  refer("unit_id", row.unit ? `id:${row.unit}` : "", row.room);
  sayBefore(row);
  hint.textContent = hint.dataset.chosen;
  more.open = Boolean(row.reporter_name);
  form.dispatchEvent(new Event("change"));
  learn(row.resident, row.unit);
  (categories.querySelector("input:checked") || categories.querySelector("input")).focus();
};

search.addEventListener("submit", (event) => event.preventDefault());
box.addEventListener("input", () => { window.clearTimeout(waiting); asked += 1; pickWhenThere = false; drop(); close(); waiting = window.setTimeout(look, 120); });
box.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if ((event.key === "ArrowDown" || event.key === "ArrowUp") && found.length) {
    event.preventDefault();
    chosen = (chosen + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
    mark();
  } else if (event.key === "Enter" && !event.ctrlKey && !event.altKey) {
    event.preventDefault();
    if (answered === asked && found[chosen]) pick(found[chosen]);
    else if (box.value.trim()) { pickWhenThere = true; if (answered === asked) look(); }
  } else if (event.key === "Enter") {
    event.preventDefault();
    form.requestSubmit(form.querySelector(event.altKey ? "[data-alt-enter]" : ".btn-primary"));
  } else if (event.key === "Escape") close();
});
box.addEventListener("blur", close);
about.addEventListener("click", (event) => {
  const room = event.target.closest("[data-choose-unit]");
  if (!room) return;
  event.preventDefault();
  const card = about.querySelector("[data-about]");
  refer("unit_id", `id:${room.dataset.chooseUnit}`, room.textContent.trim().split(" ")[0]);
  form.dispatchEvent(new Event("change"));
  learn(card.dataset.resident, room.dataset.chooseUnit);
});

// ---------------------------------------------------------------- category, team

const choose = (radio) => {
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
};
categories.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const radios = [...categories.querySelectorAll("input")];
  const numbered = /^[0-9]$/.test(event.key) ? radios[Number(event.key) || 10] : null;  // the first one is “none”
  if (numbered) {
    event.preventDefault();
    choose(numbered);
    form.elements.summary.focus();
  } else if (event.key === "Enter") {
    event.preventDefault();
    form.elements.summary.focus();
  } else if (event.key.length === 1 && event.key !== " ") form.elements.summary.focus();  // the letter goes there
});
categories.addEventListener("change", (event) => {
  const team = form.elements.team_id;
  const usualTeam = event.target.dataset.team;
  if (usualTeam && (team.value === "__none__" || team.dataset.prefilled)) { team.value = usualTeam; team.dataset.prefilled = "1"; }
});
form.elements.team_id.addEventListener("change", () => delete form.elements.team_id.dataset.prefilled);

// ---------------------------------------------------------------- a half-typed call comes back with its caller

form.addEventListener("change", carry);

form.addEventListener("keeping", (event) => { event.detail.caller = box.value; event.detail.title = box.value; event.detail.picked = picked; event.detail.before = before; });
form.addEventListener("restored", (event) => {
  box.value = event.detail.caller || "";
  picked = Boolean(event.detail.picked);
  before = event.detail.before || "";
  const id = (name) => (form.elements[name].value || "").replace("id:", "");
  if (id("resident_id") || id("unit_id") || before) learn(id("resident_id"), id("unit_id"));
  carry();
});
if (!("needed" in more.dataset)) more.open = false;
const begun = about.querySelector("[data-about]");
if (begun && !box.value) picked = true;
if (begun && !box.value) box.value = [begun.dataset.room, begun.dataset.name].filter(Boolean).join(" ");
