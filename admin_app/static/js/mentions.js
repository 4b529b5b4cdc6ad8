// Typing @ in an entry offers colleagues by name, pinyin or user name; without it the name is typed in full.

const holder = document.querySelector("[data-mention-url]");
const WORD = /(^|[^\w.-])[@＠]([^\s@＠]{0,30})$/;

for (const field of holder ? document.querySelectorAll("textarea[name=body]") : []) {
  const list = document.createElement("ul");
  list.className = "mention-list";
  list.id = `${field.id}-people`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", holder.dataset.mentionLabel);
  list.hidden = true;
  field.after(list);
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-autocomplete", "list");
  let chosen = 0;
  let asked = 0;
  let answered = 0;
  let takeWhenThere = false;

  const typed = () => WORD.exec(field.value.slice(0, field.selectionStart));
  const close = () => { list.hidden = true; list.textContent = ""; field.removeAttribute("aria-activedescendant"); asked += 1; };
  const mark = (index) => {
    const options = [...list.children];
    if (!options.length) return;
    chosen = (index + options.length) % options.length;
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === chosen)));
    field.setAttribute("aria-activedescendant", options[chosen].id);
    options[chosen].scrollIntoView({ block: "nearest" });
  };
  const take = (option) => {
    const found = typed();
    if (!found) return close();
    const end = field.selectionStart;
    field.setRangeText(`@${option.dataset.write} `, end - found[2].length - 1, end, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    close();
    return field.focus();
  };
  const offer = async () => {
    const found = typed();
    if (!found) { close(); answered = asked; return undefined; }
    close();  // nobody who fits an earlier text is there to be taken
    const number = asked;
    const answer = await fetch(`${holder.dataset.mentionUrl}?q=${encodeURIComponent(found[2])}`).catch(() => null);
    if (number !== asked) return undefined;
    const people = answer && answer.ok ? await answer.json() : [];
    if (number !== asked) return undefined;
    answered = number;
    const taking = takeWhenThere;
    takeWhenThere = false;
    if (!people.length) {
      if (taking) field.setRangeText("\n", field.selectionStart, field.selectionEnd, "end");
      return undefined;
    }
    list.replaceChildren(...people.map((person, place) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${place}`;
      option.setAttribute("role", "option");
      option.dataset.write = person.write;
      option.textContent = person.text;
      option.addEventListener("mousedown", (event) => { event.preventDefault(); take(option); });
      return option;
    }));
    if (taking) return take(list.children[0]);
    list.hidden = false;
    return mark(0);
  };

  field.addEventListener("input", (event) => { takeWhenThere = false; if (!event.isComposing) offer(); });
  field.addEventListener("compositionend", offer);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && list.hidden && asked !== answered && typed()) { event.preventDefault(); takeWhenThere = true; return; }
    if (list.hidden) return;
    if (event.key === "ArrowDown") mark(chosen + 1);
    else if (event.key === "ArrowUp") mark(chosen - 1);
    else if (event.key === "Enter" || event.key === "Tab") take(list.children[chosen]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
