// The desk stays fresh by itself: the same page is asked for again and only what differs is put in its place, so that
// focus, scroll and whatever is half done stay.
const EVERY = 15_000;
const stamp = document.querySelector("[data-as-of]");
const board = document.getElementById("board");
let asking = false;

const refresh = async () => {
  if (asking || document.hidden || document.querySelector("dialog[open]")) return;
  asking = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "manual" });
    if (answer.type === "opaqueredirect") { location.reload(); return; }
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const { Idiomorph } = await import("../vendor/idiomorph.js");
    Idiomorph.morph(board, page.getElementById("board"), { morphStyle: "outerHTML", ignoreActiveValue: true });
    stamp.textContent = page.querySelector("[data-as-of]").textContent;
    stamp.classList.remove("as-of-stale");
  } catch {
    stamp.textContent = stamp.dataset.stale;
    stamp.classList.add("as-of-stale");
  } finally {
    asking = false;
  }
};
window.setInterval(refresh, EVERY);
document.addEventListener("visibilitychange", refresh);
