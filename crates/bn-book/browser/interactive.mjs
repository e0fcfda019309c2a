// The interactive figures of a page, by hand and in motion.

import { readFileSync } from "node:fs";
import { join } from "node:path";

const FIGURE = ".bn-interactive[data-program]";
// What the main thread may be kept from its reader while a figure computes, in milliseconds:
// a frame is 17, but the machines of tests have other things to do.
const LONGEST = 150;
const PATIENCE = 120000;

// What is to be done: for each page with figures, by keyboard and by pointer, in motion, and
// without a server. `open`, `listen` and `problem` are those of look.mjs, and so are `sizes`, of
// what the server sends, and the `limit` of a visit in KB.
export function interactive({ site, pages, open, listen, problem, address, sizes, limit }) {
  const having = pages.filter((name) => /^[0-9A-Z]+-/.test(name)
    && readFileSync(join(site, name), "utf8").includes("data-program="));
  return having.flatMap((name) => {
    const tools = { name, open, listen, sizes, limit, problem: (words) => problem(`${name}, its figures`, words) };
    return [
      () => byHand(`${address}${name}`, tools),
      () => inMotion(`${address}${name}`, tools),
      () => withoutServer(`file://${join(site, name)}`, tools),
    ];
  });
}

async function page(address, { open, listen, name }, options) {
  const context = await open("light", undefined, options);
  const tab = await context.newPage();
  tab.setDefaultTimeout(PATIENCE);
  const transferred = new Set();
  listen(tab, `${name}, its figures`, transferred);
  await tab.goto(address, { waitUntil: "load" });
  return [context, tab, transferred];
}

// Shows the figure, waits until it rests, and says what is to be seen then.
async function resting(tab, id) {
  const figure = tab.locator(`#${id}`);
  await figure.scrollIntoViewIfNeeded();
  await tab.waitForFunction((id) =>
    document.querySelector(`#${id} [data-do=run]`).textContent === "Run again", id);
  return figure.evaluate((figure) =>
    `${figure.querySelector(".bn-wide").innerHTML} ${figure.querySelector(".bn-finding").textContent}`);
}

// Each control by the keyboard: the picture and the address change. The address shows the
// same again, and so does Reset what was there first.
async function byHand(address, tools) {
  // Without motion each state is the last one, and two of them can be compared.
  const [context, tab] = await page(address, tools);
  const ids = await tab.locator(FIGURE).evaluateAll((all) => all.map((figure) => figure.id));
  for (const id of ids) {
    const bad = (words) => tools.problem(`${id}: ${words}`);
    const first = await resting(tab, id);
    let before = first;
    for (const control of await tab.locator(`#${id} :is(input, select)`).all()) {
      const { name, key } = await control.evaluate((it) => ({
        name: it.name,
        key: it.localName === "select" ? "ArrowDown" : it.value === it.max ? "ArrowLeft" : "ArrowRight",
      }));
      const asked = tab.url();
      await control.press(key);
      const now = await resting(tab, id);
      if (now === before) bad(`moving ${name} changes nothing to be seen`);
      if (tab.url() === asked) bad(`moving ${name} does not change the address`);
      before = now;
    }
    const link = tab.url();
    const [again, other] = await page(link, tools);
    if (await resting(other, id) !== before) bad(`${link} shows another picture than it was taken from`);
    await again.close();

    await tab.locator(`#${id} [data-do=reset]`).press("Enter");
    if (await resting(tab, id) !== first) bad("Reset does not bring the first picture back");
    if (new URL(tab.url()).search) bad(`after Reset the address still says ${new URL(tab.url()).search}`);

    if (await tab.locator(`#${id}[data-dragged]`).count()) {
      const box = await tab.locator(`#${id} .bn-wide`).boundingBox();
      const middle = [box.x + box.width / 2, box.y + box.height / 2];
      await tab.mouse.move(...middle);
      await tab.mouse.down();
      await tab.mouse.move(middle[0] - box.width / 8, middle[1], { steps: 4 });
      await tab.mouse.up();
      if (await resting(tab, id) === first) bad("dragging the picture changes nothing");
      if (!new URL(tab.url()).search) bad("dragging the picture does not change the address");
    }
  }
  await context.close();
}

// It starts when it comes into view, rests when it leaves, and the page stays free meanwhile. All
// that was loaded for it weighs no more than promised.
async function inMotion(address, tools) {
  const [context, tab, transferred] = await page(address, tools, { reducedMotion: "no-preference" });
  const ids = await tab.locator(FIGURE).evaluateAll((all) => all.map((figure) => figure.id));
  await tab.evaluate(() => {
    window.tasks = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.tasks.push(entry.duration);
    }).observe({ type: "longtask" });
  });
  const frames = (id) => tab.locator(`#${id}`).evaluate((figure) => Number(figure.dataset.frames ?? 0));
  for (const id of ids) {
    const bad = (words) => tools.problem(`${id}: ${words}`);
    if (await frames(id) > 0) bad("it starts before it is seen");
    await tab.locator(`#${id} .bn-wide`).scrollIntoViewIfNeeded();
    await tab.waitForFunction((id) => Number(document.getElementById(id).dataset.frames) > 3, id);
    await tab.evaluate(() => { window.tasks.length = 0; window.scrollTo(0, 0); });
    // What is under way when the figure leaves is still painted.
    await tab.waitForTimeout(500);
    const left = await frames(id);
    await tab.waitForTimeout(500);
    if (await frames(id) > left) bad("it goes on where nobody sees it");
    await resting(tab, id);
    const longest = await tab.evaluate(() => Math.max(0, ...window.tasks));
    if (longest > LONGEST) bad(`it keeps the page busy for ${Math.round(longest)} ms at a time`);
  }
  const weight = [...transferred].reduce((sum, path) => sum + (tools.sizes.get(path) ?? 0), 0) / 1000;
  if (weight > tools.limit) {
    tools.problem(`${Math.round(weight)} KB to load with what moves them, ${tools.limit} are promised`);
  }
  await context.close();
}

// From a folder it stands still, and says why.
async function withoutServer(address, tools) {
  const [context, tab] = await page(address, tools);
  for (const figure of await tab.locator(FIGURE).all()) {
    const bad = async (words) => tools.problem(`${await figure.getAttribute("id")} without a server: ${words}`);
    if (!await figure.locator("svg").first().isVisible()) await bad("it shows nothing");
    if (await figure.locator("form").isVisible()) await bad("it has controls that do nothing");
    if (!await figure.locator(".bn-note").isVisible()) await bad("it does not say why it stands still");
  }
  await context.close();
}
