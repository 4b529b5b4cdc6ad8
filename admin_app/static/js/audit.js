// The daily audit by keyboard: e explains the finding one is on, arrows go on while writing, Escape leaves the text.
// (j, k and x are those of every list.)
const form = document.querySelector("[data-audit]");
const singleKeys = document.body.dataset.keys !== "off";
const texts = form ? [...form.querySelectorAll("[data-explain]")] : [];

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
