// Before anything is drawn: who has chosen neither light nor dark gets what the system has.
if (!document.documentElement.dataset.bsTheme && window.matchMedia("(prefers-color-scheme: dark)").matches) document.documentElement.dataset.bsTheme = "dark";
