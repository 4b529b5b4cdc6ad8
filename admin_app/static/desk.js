// What makes every page quicker with JavaScript; nothing here is needed: every page works without it.

document.documentElement.classList.add("scripted");

// The page shown stays in sight in a menu that is longer than the window.
document.querySelector(".menu [aria-current]")?.scrollIntoView({ block: "nearest" });

// A choice that takes effect at once.
for (const control of document.querySelectorAll("[data-submit]")) {
  control.addEventListener("change", () => control.form.requestSubmit());
}

// A form whose work takes long tells that this page goes on by itself: it gets an answer each second, with how far it is.
for (const form of document.querySelectorAll("form[data-progress]")) {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "progress", value: "1" });
  form.append(field);
}

// What goes on in parts goes on by itself; each part is a request of its own, and nothing is lost between them.
for (const form of document.querySelectorAll("form[data-continue]")) {
  window.setTimeout(() => form.requestSubmit(), 400);
}

// One press is one request, and long work says that it goes on; coming back with the browser's button makes the buttons live again.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    for (const note of form.querySelectorAll("[data-working]")) note.hidden = false;
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const note of document.querySelectorAll("[data-working]")) note.hidden = true;
});

// The list of what is wrong leads to each field, also to one that a library draws, or that is a group of buttons.
document.querySelector(".problems")?.addEventListener("click", (event) => {
  const field = document.getElementById(event.target.closest("a[href^='#']")?.hash.slice(1));
  const box = field?.tomselect?.control_input || field?.querySelector("input:checked, input");
  if (!box) return;
  event.preventDefault();
  box.focus();
});

// After a step one goes on from what the page says of it: the next key of Tab is the first step, not the top of the menu.
window.addEventListener("load", () => {
  const said = document.querySelector("main > .alert");
  // What the page itself begins at may not have the focus yet: browsers give it with the first drawing.
  if (!said || document.activeElement !== document.body || document.querySelector("main [autofocus]")) return;
  said.tabIndex = -1;
  said.focus({ preventScroll: true });
});

// Who signs out leaves nothing half typed behind on a shared machine.
for (const form of document.querySelectorAll("form[data-forget]")) {
  form.addEventListener("submit", () => window.sessionStorage.clear());
}

if (document.querySelector("input[type=date], input[type=datetime-local]")) import("./js/dates.js");
