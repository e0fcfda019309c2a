// The whole book as one PDF, from the page that has all chapters, and whether nothing is missing.
//
//     node pdf.mjs SITE NODE_MODULES CHROMIUM FILE

import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { serve } from "./server.mjs";
import { visitor } from "./visit.mjs";

const [site, modules, executablePath, file] = process.argv.slice(2).map((path) => resolve(path));
const { chromium } = createRequire(join(modules, "pdf.cjs"))("playwright-core");
const problems = [];
const server = await serve(site);
const browser = await chromium.launch({ executablePath });
const visit = visitor(browser, server, (_, words) => problems.push(words));

await visit("print.html", {}, async (page) => {
  await page.goto(server.url("print.html"));
  await page.evaluate(() => document.fonts.ready);
  const chapters = await page.evaluate(frontPage);
  const pdf = await page.pdf({ preferCSSPageSize: true, format: "A4", tagged: true, outline: true });
  const text = pdf.toString("latin1");
  const sheets = text.match(/\/Type \/Page\b/g)?.length ?? 0;
  if (sheets < chapters) problems.push(`${sheets} pages for ${chapters} chapters`);
  if (!text.includes("/Outlines")) problems.push("there is no outline");
  if (!text.includes("/StructTreeRoot")) problems.push("there is no structure for screen readers");
  writeFileSync(file, pdf);
  console.error(`${sheets} pages, ${(pdf.length / 1e6).toFixed(1)} MB`);
});
await browser.close();
server.close();
for (const words of problems) console.error(`error: ${words}`);
if (problems.length > 0) process.exit(1);

// Title and contents before the first chapter; no link leads to this server. Runs in the page;
// returns the number of chapters.
function frontPage() {
  const main = document.querySelector("main");
  const make = (name, className, ...children) => {
    const element = Object.assign(document.createElement(name), { className });
    element.append(...children);
    return element;
  };
  const said = (name) => document.querySelector(`meta[name="${name}"], meta[property="${name}"]`)?.content ?? "";
  const chapters = [...main.querySelectorAll("h1[id]")];
  const contents = make("ol", "", ...chapters.map((chapter) => {
    const link = make("a", "", chapter.textContent);
    link.href = `#${chapter.id}`;
    return make("li", "", link);
  }));
  const title = make("p", "front-title", said("og:site_name") || document.title);
  main.prepend(make("section", "front", title, make("p", "", said("description")), contents));
  for (const link of main.querySelectorAll("a[href]")) {
    const leadsHere = new URL(link.href).origin === location.origin;
    if (leadsHere && !link.getAttribute("href").startsWith("#")) link.removeAttribute("href");
  }
  return chapters.length;
}
