// A calendar in the language of the page: a browser's own speaks the browser's. Phones keep theirs, made for fingers.

const load = (name) => new Promise((done, failed) => {
  const script = document.createElement("script");
  script.src = new URL(`../vendor/${name}`, import.meta.url);
  script.onload = done;
  script.onerror = failed;
  document.head.append(script);
});

if (!window.matchMedia("(pointer: coarse)").matches) {
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = new URL("../vendor/flatpickr.min.css", import.meta.url);
  document.head.append(style);
  await load("flatpickr.min.js");
  const isChinese = document.documentElement.lang.startsWith("zh");
  if (isChinese) await load("flatpickr.zh.js");
  const word = new Intl.DisplayNames(document.documentElement.lang, { type: "dateTimeField" });
  const locale = {
    ...(isChinese ? window.flatpickr.l10ns.zh : {}),
    firstDayOfWeek: 1,
    yearAriaLabel: word.of("year"),
    monthAriaLabel: word.of("month"),
    hourAriaLabel: word.of("hour"),
    minuteAriaLabel: word.of("minute"),
  };
  for (const input of document.querySelectorAll("input[type=date], input[type=datetime-local]")) {
    const hasTime = input.type === "datetime-local";
    const typed = input.value || input.dataset.typed || input.defaultValue;  // also what is no date: the reader mends it
    input.type = "text";
    input.placeholder = hasTime ? "2026-11-22 08:30" : "2026-11-22";
    input.autocomplete = "off";
    // The calendar would empty the field of what it does not understand: it stays, and the server says what is wrong.
    let written = "";
    input.addEventListener("input", (event) => { if (event.isTrusted || input.value) written = input.value; });
    const putBack = (dates) => { if (dates.length) written = ""; else if (written.trim() && !input.value) input.value = written; };
    window.flatpickr(input, {
      allowInput: true,
      enableTime: hasTime,
      time_24hr: true,
      dateFormat: hasTime ? "Y-m-d H:i" : "Y-m-d",
      locale,
      disableMobile: true,
      monthSelectorType: "static",
      onChange: putBack,
      onClose: (dates) => { putBack(dates); input.dispatchEvent(new Event("change", { bubbles: true })); },
    });
    input.value = written = typed.replace("T", " ");
  }
}
