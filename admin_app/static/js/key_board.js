// The key board by keyboard: arrows move between hooks, typing in the box narrows them at once, Escape closes the key.
const groups = [...document.querySelectorAll(".hook-group")];
const hooks = [...document.querySelectorAll(".hook")];
const box = document.getElementById("hook-filter");
const count = document.querySelector("[data-count]");
const shown = () => hooks.filter((hook) => !hook.closest("[hidden]"));

// One stop for Tab on the whole board; it is where one was last.
function stop(at) {
  for (const hook of hooks) hook.tabIndex = hook === at ? 0 : -1;
}

function go(hook) {
  if (!hook) return;
  stop(hook);
  hook.focus();
}

const middle = (hook) => {
  const place = hook.getBoundingClientRect();
  return { x: place.left + place.width / 2, y: place.top };
};

// The nearest hook of the next row upwards (-1) or downwards (1).
function across(from, direction) {
  const here = middle(from);
  let best = null;
  for (const hook of shown()) {
    const there = middle(hook);
    const rows = (there.y - here.y) * direction;
    if (rows < 4) continue;
    const distance = rows * 1000 + Math.abs(there.x - here.x);
    if (!best || distance < best.distance) best = { hook, distance };
  }
  return best && best.hook;
}

// Hooks that are ticked go on together: Space ticks, Enter goes on with all of them.
const goOn = document.querySelector("[data-go-on]");
const ticks = [...document.querySelectorAll(".hook-tick")];
for (const tick of ticks) tick.tabIndex = -1;

document.querySelector(".hook-groups")?.addEventListener("keydown", (event) => {
  const hook = event.target.closest(".hook");
  if (!hook || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === " ") {
    event.preventDefault();
    hook.parentElement.querySelector(".hook-tick")?.click();
    return;
  }
  if (event.key === "Enter" && ticks.some((tick) => tick.checked)) {
    event.preventDefault();
    goOn.click();
    return;
  }
  const all = shown();
  const place = all.indexOf(hook);
  const wanted = {
    ArrowRight: () => all[place + 1],
    ArrowLeft: () => all[place - 1],
    ArrowDown: () => across(hook, 1),
    ArrowUp: () => across(hook, -1) || box,
    Home: () => all[0],
    End: () => all[all.length - 1],
  }[event.key];
  if (!wanted) return;
  event.preventDefault();
  const next = wanted();
  if (next === box) box.focus();
  else go(next);
});

function narrow() {
  // "4号楼 1203室" as the hooks have it; the server reads rooms in every writing, this only narrows what is drawn.
  const typed = box.value.normalize("NFKC").replace(/(\d)\s*(?:号楼|单元|[栋幢座楼#])\s*(?=\d)/g, "$1-").replace(/(\d)[室号房]/g, "$1");
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  // A hook is found with whatever sign between its parts: C—24, c 24.
  const tag = typed.toLowerCase().replace(/[\s\p{Pd}_./~\\·•−ー]/gu, "");
  const fits = ({ words: said }) => words.every((word) => said.includes(word)) || (tag && said.includes(tag));
  for (const hook of hooks) hook.parentElement.hidden = !fits(hook.dataset);
  for (const group of groups) group.hidden = !group.querySelector("li:not([hidden])");
  const left = shown();
  count.textContent = box.value ? count.dataset.text.replace("#", left.length) : "";
  if (left.length && !left.some((hook) => hook.tabIndex === 0)) stop(left[0]);
}

if (box && hooks.length) {
  box.addEventListener("input", (event) => { if (!event.isComposing) narrow(); });
  box.addEventListener("compositionend", narrow);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const left = shown();
    if (event.key === "ArrowDown") { event.preventDefault(); go(left[0]); }
    if (event.key === "Enter" && left.length === 1) { event.preventDefault(); left[0].click(); }
    if (event.key === "Escape" && box.value) { box.value = ""; narrow(); }
  });
}

document.querySelector("[data-chosen]")?.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelector("[data-close]")?.click();
});

stop(hooks.find((hook) => "focused" in hook.dataset) || hooks[0]);
