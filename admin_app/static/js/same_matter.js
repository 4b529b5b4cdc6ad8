// The same matter twice (INT-6): what is open already is offered while one types. The server decides what is the same.

const form = document.getElementById("matter-form");
const box = document.getElementById("same-matter");
const offers = box.querySelector("[data-offers]");
const ASKED = ["kind", "category_id", "category", "unit_id", "place", "summary"];
const another = form.elements.another_matter;
let shown = "";
let last = "";
let waiting = null;

const look = async () => {
  const typed = new FormData(form);
  const query = String(new URLSearchParams(ASKED.filter((name) => typed.get(name)).map((name) => [name, typed.get(name)])));
  if (query === last) return;
  last = query;
  if (!typed.get("unit_id") && !typed.get("place")) { offers.textContent = ""; box.hidden = true; return; }
  const answer = await fetch(`${form.dataset.same}?${query}`).catch(() => null);
  if (query !== last || !answer?.ok || answer.redirected) return;
  const html = await answer.text();
  if (query !== last) return;
  // “Another matter” was said of those that stood there.
  if (shown && html !== shown && box.contains(another)) another.checked = false;
  shown = html;
  offers.innerHTML = html;
  box.hidden = !html.trim();
};
const soon = () => { window.clearTimeout(waiting); waiting = window.setTimeout(look, 300); };
form.addEventListener("input", soon);
form.addEventListener("change", soon);
form.addEventListener("restored", soon);
soon();
