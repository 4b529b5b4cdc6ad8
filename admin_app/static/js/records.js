// One record: the print button; the browser's own printing needs no script.

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}
