// Looks at the site in Chromium, as readers do, and says what is wrong with it.
//
//     node look.mjs SITE NODE_MODULES CHROMIUM

import { createRequire } from "node:module";
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { interactive } from "./interactive.mjs";
import { look } from "./page.mjs";
import { comingBack, folder, keyboard, search } from "./reading.mjs";
import { serve } from "./server.mjs";
import { speed } from "./speed.mjs";
import { visitor } from "./visit.mjs";

const [site, modules, executablePath] = process.argv.slice(2).map((path) => resolve(path));
const require = createRequire(join(modules, "look.cjs"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

// toc.html is a frame for who has no JavaScript.
const pages = readdirSync(site).filter((name) => name.endsWith(".html") && name !== "toc.html");
const problems = [];
const problem = (page, words) => problems.push(`${page}: ${words}`);
if (pages.length < 2) problem(site, "there are no pages");

const begun = Date.now();
const server = await serve(site);
const browser = await chromium.launch({ executablePath });
const visit = visitor(browser, server, problem);

// One after the other: what is timed has the machine for itself.
for (const name of pages.filter((name) => !["index.html", "print.html", "404.html"].includes(name))) {
  const first = await speed(visit, server, name, problem);
  if (!first) continue;
  const visits = first.visits.map(({ device, painted, shifted }) => `${device} ${Math.round(painted)} ms, moved ${shifted.toFixed(3)}`);
  console.error(`${name}: ${Math.round(first.bytes / 1000)} KB; ${visits.join("; ")}`);
}

const work = [search, keyboard, comingBack, folder].map((check) => () => check(visit, server, { site, pages }, problem));
work.push(...pages.map((name) => () => look(visit, server, axe, name, problem)));
work.push(...interactive(visit, server, { site, pages }, problem));
await Promise.all([0, 1].map(async () => {
  for (let next = work.shift(); next; next = work.shift()) await next();
}));
await browser.close();
server.close();

for (const words of problems) console.error(`error: ${words}`);
console.error(`${pages.length} pages looked at in ${((Date.now() - begun) / 1000).toFixed(1)} s`);
if (problems.length > 0) process.exit(1);
