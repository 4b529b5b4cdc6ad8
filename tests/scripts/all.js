// Every file of tests in one process: to load a page without a browser takes longer than most of its tests.
import { readdirSync } from "node:fs";

for (const name of readdirSync(import.meta.dirname).sort()) if (name.endsWith(".test.js")) await import(`./${name}`);
