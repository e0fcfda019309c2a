// Looks at every page of the site in Chromium, as readers do, and says what is wrong with it.
//
//     node look.mjs SITE NODE_MODULES CHROMIUM
//
// Each page in light and dark: axe-core without violations, no message on the console, no failed
// request and none to elsewhere, nothing wider than a phone, nothing that moves while it loads,
// and no first visit heavier than promised. Then what only a browser knows: search, in English and
// in Hangul, the keyboard's way past the menu, and the pages without a server.

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { readFileSync, readdirSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { interactive } from "./interactive.mjs";

const [site, modules, executablePath] = process.argv.slice(2).map((path) => resolve(path));
const require = createRequire(join(modules, "look.cjs"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

// Below a folder, as on GitHub Pages.
const PREFIX = "/book/";
const THEMES = ["light", "coal"];
const PHONE = { width: 320, height: 640 };
const DESK = { width: 1280, height: 900 };
// Compressed; the second with an interactive figure.
const LIMIT = 300, LIMIT_INTERACTIVE = 400;
// Milliseconds, on a machine that has other things to do.
const PATIENCE = 120000;
const LARGEST_SHIFT = 0.1;
const TYPES = {
  ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript",
  ".svg": "image/svg+xml", ".png": "image/png", ".woff2": "font/woff2", ".json": "application/json",
  ".wasm": "application/wasm", ".ipynb": "application/json", ".xml": "application/xml",
};

// Where 404.html, served for any address, finds the rest.
const base = /<base href="([^"]+)">/.exec(readFileSync(join(site, "404.html"), "utf8"))?.[1] ?? PREFIX;

const problems = [];
const problem = (page, words) => problems.push(`${page}: ${words}`);

const sizes = new Map();
const server = createServer((request, response) => {
  const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
  let body;
  try {
    const folder = [PREFIX, base].find((folder) => path.startsWith(folder));
    if (!folder || path.includes("..")) throw new Error("outside");
    body = readFileSync(join(site, path.slice(folder.length) || "index.html"));
  } catch {
    response.writeHead(404).end();
    return;
  }
  const headers = { "content-type": TYPES[extname(path) || ".html"] ?? "application/octet-stream" };
  if (![".woff2", ".png"].includes(extname(path))) {
    body = gzipSync(body);
    headers["content-encoding"] = "gzip";
  }
  sizes.set(path, body.length);
  response.writeHead(200, headers).end(body);
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const origin = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({ executablePath });

// index.html and print.html are copies, and toc.html is a frame for who has no JavaScript.
const copies = ["index.html", "print.html"];
const pages = readdirSync(site).filter((name) => name.endsWith(".html") && name !== "toc.html");
const weights = [];

async function open(theme, viewport = DESK, options = {}) {
  const context = await browser.newContext({ viewport, reducedMotion: "reduce", ...options });
  await context.addInitScript((name) => {
    try { localStorage.setItem("mdbook-theme", name); } catch { /* a file without storage */ }
    window.print = () => {};
    window.shifted = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  }, theme);
  return context;
}

function listen(page, name, transferred) {
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problem(name, `the console says: ${message.text()}`);
  });
  page.on("pageerror", (error) => problem(name, `a script fails: ${error.message}`));
  page.on("requestfailed", (request) => {
    // A reader who leaves before the last icon is there misses nothing.
    if (request.failure()?.errorText !== "net::ERR_ABORTED") problem(name, `cannot load ${request.url()}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!/^(data|blob|about|file):/.test(url) && !url.startsWith(origin)) problem(name, `asks elsewhere: ${url}`);
  });
  page.on("response", (response) => {
    const path = new URL(response.url()).pathname;
    if (response.url().startsWith("http") && response.status() >= 400) problem(name, `${response.status()} for ${path}`);
    transferred?.add(decodeURIComponent(path));
  });
}

async function look(name) {
  const context = await open(THEMES[0]);
  const page = await context.newPage();
  const transferred = new Set();
  listen(page, name, transferred);
  await page.goto(`${origin}${name === "404.html" ? base : PREFIX}${name}`, { waitUntil: "load", timeout: PATIENCE });
  await page.evaluate(() => document.fonts.ready);
  if (!["print.html", "404.html"].includes(name)) {
    const bytes = [...transferred].reduce((sum, path) => sum + (sizes.get(path) ?? 0), 0);
    const interactive = [...transferred].some((path) => path.endsWith(".wasm"));
    const limit = interactive ? LIMIT_INTERACTIVE : LIMIT;
    weights.push(`${name} ${Math.round(bytes / 1000)} KB`);
    if (bytes > limit * 1000) {
      const largest = [...transferred].map((path) => [sizes.get(path) ?? 0, path]).sort((a, b) => b[0] - a[0]);
      const shown = largest.slice(0, 4).map(([size, path]) => `${Math.round(size / 1000)} KB ${path}`);
      problem(name, `${Math.round(bytes / 1000)} KB to load, ${limit} are promised; most of it: ${shown.join(", ")}`);
    }
    const shifted = await page.evaluate(() => window.shifted);
    if (shifted > LARGEST_SHIFT) problem(name, `what is read moves while the page loads: ${shifted.toFixed(3)}`);
  }
  if (!copies.includes(name)) {
    await page.evaluate(axe);
    for (const theme of THEMES) {
      await page.evaluate((theme) => document.getElementById(`mdbook-theme-${theme}`).click(), theme);
      // The other themes differ in their colors alone.
      const rules = theme === THEMES[0] ? {} : { runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } };
      const found = await page.evaluate(async (rules) => {
        // The HTML of formulas is hidden from screen readers, for the MathML beside it,
        // and has the color of the text around it.
        const result = await window.axe.run({ exclude: [[".katex-html"]] }, { resultTypes: ["violations"], ...rules });
        return result.violations.map(({ id, help, nodes }) =>
          `${id}: ${help} (${nodes.length}×): ${nodes.slice(0, 3).map(({ target, any }) =>
            `${target.join(" ")} ${any[0]?.message ?? ""}`).join(" | ")}`);
      }, rules);
      for (const words of found) problem(`${name} (${theme})`, words);
    }
  }
  await page.setViewportSize(PHONE);
  const wide = await page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return null;
    const inside = (element) => {
      for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
        if (getComputedStyle(at).overflowX !== "visible") return true;
      }
      return false;
    };
    const culprit = [...document.querySelectorAll("main *")].find((element) =>
      element.getBoundingClientRect().right > room + 1 && !inside(element));
    return `${document.documentElement.scrollWidth} px${culprit ? `, for ${culprit.outerHTML.slice(0, 120)}` : ""}`;
  });
  if (wide) problem(name, `wider than a phone of ${PHONE.width} px: ${wide}`);
  await context.close();
}

// Search finds words, names in code, and Hangul, and no formula's innards.
async function search() {
  const context = await open("light");
  const page = await context.newPage();
  listen(page, "search");
  await page.goto(`${origin}${PREFIX}index.html`);
  const hangul = /[\uac00-\ud7a3]{2,}/.exec(pages.map((name) => readFileSync(join(site, name), "utf8")).join(" "))?.[0];
  for (const asked of ["covariate", "batch-mean", "forward_train", hangul].filter(Boolean)) {
    await page.goto(`${origin}${PREFIX}index.html?search=${encodeURIComponent(asked)}`);
    const found = page.locator("#mdbook-searchresults li").first();
    await found.waitFor({ timeout: PATIENCE }).catch(() => problem("search", `nothing found for ${asked}`));
  }
  await context.close();
}

// The first Tab stop leads past the menu.
async function keyboard() {
  const context = await open("light");
  const page = await context.newPage();
  listen(page, "keyboard");
  await page.goto(`${origin}${PREFIX}index.html`);
  await page.keyboard.press("Tab");
  const first = await page.evaluate(() => document.activeElement.className);
  if (first !== "skip") problem("keyboard", `the first Tab stop is ${first || "nothing"}, not the way past the menu`);
  await page.keyboard.press("Enter");
  const then = await page.evaluate(() => document.activeElement.localName);
  if (then !== "main") problem("keyboard", `the way past the menu leads to ${then}`);
  await context.close();
}

// Unpacked into a folder, without a server: it reads, without a message.
async function file() {
  const context = await open("light");
  const page = await context.newPage();
  listen(page, "without a server");
  for (const name of pages.filter((name) => /^\d+-/.test(name))) {
    await page.goto(`file://${join(site, name)}`);
    const title = await page.locator("main h1").count();
    if (title === 0) problem("without a server", `${name} has no title`);
  }
  await context.close();
}

const work = pages.map((name) => () => look(name));
work.unshift(search, keyboard, file);
work.push(...interactive({ site, pages, open, listen, problem, address: `${origin}${PREFIX}`, sizes, limit: LIMIT_INTERACTIVE }));
const count = work.length;
const begun = Date.now();
const failed = (error) => problem("the browser", error.stack ?? String(error));
await Promise.all([0, 1].map(async () => {
  for (let next = work.shift(); next; next = work.shift()) await next().catch(failed);
}));
await browser.close();
server.close();
for (const words of problems) console.error(`error: ${words}`);
if (problems.length > 0) process.exit(1);
if (pages.length < 2) {
  console.error(`error: no pages in ${site}`);
  process.exit(1);
}
console.error(`${pages.length} pages, ${count} looks in ${((Date.now() - begun) / 1000).toFixed(1)} s; first visits: ${weights.sort().join(", ")}`);
