// The keyboard: keys of the page's own links and buttons, rows of lists, and the palette (records, pages, steps).
import { install } from "../vendor/hotkey.js";

const singleKeys = document.body.dataset.keys !== "off";
const typing = (element) => element instanceof HTMLElement && (element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=submit])"));
const dialogOpen = () => document.querySelector("dialog[open]");

// ---------------------------------------------------------------- digits: steps of a record, buttons of a list

// A digit alone acts, a moment later; one among others, as in a phone number that is typed slowly, never does. What would
// be done at once is only chosen by it and waits for Enter: no single key does what cannot be undone.
const MOMENT = 900;  // a slow hand's pause between two digits of one number
const numbered = document.querySelector("[data-own-digits]") ? [] : [...document.querySelectorAll(".step-buttons .btn:not([disabled]), .bulk-bar .btn, .bulk-after .btn")].slice(0, 9);
if (singleKeys) numbered.forEach((button, place) => {
  const hint = document.createElement("kbd");
  hint.textContent = String(place + 1);
  hint.setAttribute("aria-hidden", "true");
  button.append(" ", hint);
});
const asksFirst = (button) => button.matches("a, .bulk-bar .btn");
let pressed = null;  // the button whose digit was pressed a moment ago
let timer = null;
let quietUntil = 0;
const act = (isSure) => {
  window.clearTimeout(timer);
  const button = pressed;
  pressed = null;
  if (isSure || asksFirst(button)) button.click();
  else button.focus();
};
document.addEventListener("keydown", (event) => {
  if (!singleKeys || event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const isDigit = /^[0-9]$/.test(event.key);
  if (pressed && event.key === "Enter") { event.preventDefault(); act(true); return; }
  window.clearTimeout(timer);
  if (!isDigit) { pressed = null; return; }
  const isAlone = !pressed && event.timeStamp > quietUntil;
  quietUntil = event.timeStamp + MOMENT;
  pressed = null;
  if (!isAlone || typing(event.target) || dialogOpen()) return;
  pressed = numbered[Number(event.key) - 1] || null;
  if (pressed) timer = window.setTimeout(act, MOMENT, false);
});

const keyed = [...document.querySelectorAll("[data-hotkey]")];
if (singleKeys) for (const element of keyed) install(element, element.dataset.hotkey === "?" ? "?,Shift+?" : element.dataset.hotkey);
// Nothing behind an open window is pressed.
document.addEventListener("hotkey-fire", (event) => { if (dialogOpen()) event.preventDefault(); }, true);

// ---------------------------------------------------------------- rows of lists

const rows = () => [...document.querySelectorAll("main table.list tbody tr")].filter((row) => row.offsetParent);
const at = (row) => row.querySelector("a") || row.querySelector("button, input");
const move = (step) => {
  const all = rows();
  if (!all.length) return;
  const here = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(Math.max(here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step, 0), all.length - 1)];
  at(next)?.focus();
  next.scrollIntoView({ block: "nearest" });
};
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); openPalette(); return; }
  if (!singleKeys || event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (typing(event.target) || dialogOpen()) return;
  if (event.key === "j" || event.key === "k") { event.preventDefault(); move(event.key === "j" ? 1 : -1); }
  const row = event.target.closest?.("table.list tbody tr");
  const whole = document.querySelector(".list-scroll [data-selection-target=whole]");
  if (event.key === "x" && row) {
    const box = row.querySelector("input[type=checkbox]");
    if (box) { event.preventDefault(); box.click(); at(row)?.focus(); }
  }
  if (event.key === "a" && whole) { event.preventDefault(); whole.click(); }
});

// ---------------------------------------------------------------- the list of keys

const keysDialog = document.getElementById("keys");
document.querySelector("[data-show-keys]")?.addEventListener("click", () => {
  const list = document.getElementById("keys-list");
  list.replaceChildren();
  for (const element of keyed) {
    const name = element.dataset.keyName || element.firstChild?.textContent?.trim();
    if (!name) continue;
    const line = document.createElement("tr");
    const keys = document.createElement("th");
    keys.scope = "row";
    for (const key of element.dataset.hotkey.split(",").filter((one) => !one.startsWith("Meta"))) {
      const mark = document.createElement("kbd");
      mark.textContent = key.replace("Control", "Ctrl").replace("+k", " K");
      keys.append(mark, " ");
    }
    const text = document.createElement("td");
    text.textContent = name;
    line.append(keys, text);
    list.append(line);
  }
  numbered.forEach((button, place) => {
    const line = document.createElement("tr");
    line.innerHTML = "<th scope=row><kbd></kbd></th><td></td>";
    line.querySelector("kbd").textContent = place + 1;
    line.querySelector("td").textContent = button.firstChild.textContent.trim();
    list.append(line);
  });
  list.append(document.getElementById("keys-always").content.cloneNode(true));
  keysDialog.showModal();
});

// ---------------------------------------------------------------- the palette

// Its script comes with its first opening; what is typed until then stands in the box.
const palette = document.getElementById("palette");
const searchBox = document.getElementById("search-all");
function openPalette() {
  if (palette.open) return;
  dialogOpen()?.close();
  palette.showModal();
  palette.querySelector("input").select();
  palette.dataset.controller = "palette";
  palette.dispatchEvent(new Event("opened"));
}
searchBox?.addEventListener("hotkey-fire", (event) => { event.preventDefault(); if (!dialogOpen()) openPalette(); });
