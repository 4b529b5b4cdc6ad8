// The daily audit by keyboard: e explains the finding one is on, arrows go on while writing, Escape leaves the text.
// (j, k and x are those of every list.)
const form = document.querySelector("[data-audit]");
const singleKeys = document.body.dataset.keys !== "off";
const texts = form ? [...form.querySelectorAll("[data-explain]")] : [];
const ticks = form ? [...form.querySelectorAll("input[name=line]")] : [];
const ticked = form && form.querySelector("[data-ticked]");

function count() {
  const number = ticks.filter((box) => box.checked).length;
  if (ticked) ticked.textContent = number ? ticked.dataset.text.replace("#", number) : "";
  for (const whole of form.querySelectorAll("[data-tick-list]")) {
    const own = [...whole.closest("table").querySelectorAll("input[name=line]")];
    whole.checked = own.length > 0 && own.every((box) => box.checked);
  }
}

form?.addEventListener("change", (event) => {
  if (event.target.matches("[data-tick-list]")) {
    for (const box of event.target.closest("table").querySelectorAll("input[name=line]")) box.checked = event.target.checked;
  }
  count();
});

form?.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const row = event.target.closest("tbody tr");
  if (event.target.matches("[data-explain]")) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const next = step && texts[texts.indexOf(event.target) + step];
    if (next) { event.preventDefault(); next.focus(); }
    if (event.key === "Escape") { event.preventDefault(); (row.querySelector("a") || row.querySelector("input[name=line]"))?.focus(); }
    if (event.key === "Enter" && event.ctrlKey) { event.preventDefault(); form.requestSubmit(); }
    return;
  }
  if (row && event.key === "e" && singleKeys && !event.ctrlKey && !event.altKey && !event.metaKey) {
    const text = row.querySelector("[data-explain]");
    if (text) { event.preventDefault(); text.focus(); text.select(); }
  }
});

if (form) count();
