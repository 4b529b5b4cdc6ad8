// What the page says it has (data-controller) is begun: one controller a behaviour, in a file of its name or among those of
// every page.
import { Application } from "../vendor/stimulus.js";
import everywhere from "./everywhere.js";

document.documentElement.classList.add("scripted");
export const application = Application.start();

const begun = new Set();
const named = (element) => (element.dataset.controller || "").split(/\s+/).filter((name) => name && !begun.has(name));
const fileOf = (name) => `./controllers/${name.replaceAll("-", "_")}_controller.js`;
const classOf = async (name) => (await import(fileOf(name))).default;
const load = (names, classes) => application.load(names.map((name, place) => ({ identifier: name, controllerConstructor: classes[place] })));

async function begin(elements) {
  const names = [...new Set(elements.flatMap(named))];
  for (const name of names) begun.add(name);
  // The keys of every page are heard before it has loaded.
  const here = names.filter((name) => everywhere[name]);
  load(here, here.map((name) => everywhere[name]));
  const others = names.filter((name) => !everywhere[name]);
  // All of them at once: what restores a form finds each of its fields as its own controller left it.
  load(others, await Promise.all(others.map(classOf)));
}

begin([...document.querySelectorAll("[data-controller]")]);
// What opens later brings its controller only then.
new MutationObserver((changes) => begin(changes.map((change) => change.target)))
  .observe(document.documentElement, { subtree: true, attributeFilter: ["data-controller"] });
