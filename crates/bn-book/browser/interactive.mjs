// The interactive figures of a page, by hand and in motion.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LIMIT_INTERACTIVE } from "./speed.mjs";

const FIGURE = ".bn-interactive[data-program]";
// What the main thread may be kept from its reader while a figure computes, in milliseconds:
// a frame is 17, but the machines of tests have other things to do.
const LONGEST = 600;

// What is to be done for each page with figures: by keyboard and pointer, in motion, and without
// a server.
export function interactive(visit, server, { site, pages }, problem) {
  const having = pages.filter((name) => !["index.html", "print.html"].includes(name)
    && readFileSync(join(site, name), "utf8").includes("data-program="));
  return having.flatMap((name) => {
    const bad = (words) => problem(`${name}, its figures`, words);
    return [
      () => byHand(visit, server, name, bad),
      () => inMotion(visit, server, name, bad),
      () => withoutServer(visit, `file://${join(site, name)}`, name, bad),
    ];
  });
}

const figures = (page) => page.locator(FIGURE).evaluateAll((all) => all.map((figure) => figure.id));

// Shows the figure, waits until it rests, and says what is to be seen then.
async function resting(page, id) {
  const figure = page.locator(`#${id}`);
  await figure.scrollIntoViewIfNeeded();
  await page.waitForFunction((id) =>
    document.querySelector(`#${id} [data-do=run]`).textContent === "Run again", id);
  return figure.evaluate((figure) =>
    `${figure.querySelector(".bn-wide").innerHTML} ${figure.querySelector(".bn-finding").textContent}`);
}

// Each control by the keyboard: the picture and the address change. The address shows the
// same again, and Reset what was there first. Visitors want no motion here: each state they see
// is the last one, and two of them can be compared.
async function byHand(visit, server, name, problem) {
  await visit(`${name}, its figures by hand`, {}, async (page) => {
    await page.goto(server.url(name));
    for (const id of await figures(page)) {
      const bad = (words) => problem(`${id}: ${words}`);
      const first = await resting(page, id);
      let before = first;
      for (const control of await page.locator(`#${id} :is(input, select)`).all()) {
        const { moved, key } = await control.evaluate((it) => ({
          moved: it.name,
          key: it.localName === "select" ? "ArrowDown" : it.value === it.max ? "ArrowLeft" : "ArrowRight",
        }));
        const address = page.url();
        await control.press(key);
        const now = await resting(page, id);
        if (now === before) bad(`moving ${moved} changes nothing to be seen`);
        if (page.url() === address) bad(`moving ${moved} does not change the address`);
        before = now;
      }
      const link = page.url();
      await visit(`${name}, from a link`, {}, async (other) => {
        await other.goto(link);
        if (await resting(other, id) !== before) bad(`${link} shows another picture than it was taken from`);
      });
      await page.locator(`#${id} [data-do=reset]`).press("Enter");
      if (await resting(page, id) !== first) bad("Reset does not bring the first picture back");
      if (new URL(page.url()).search) bad(`after Reset the address still says ${new URL(page.url()).search}`);

      if (await page.locator(`#${id}[data-dragged]`).count() === 0) continue;
      const box = await page.locator(`#${id} .bn-wide`).boundingBox();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x - box.width / 8, y, { steps: 4 });
      await page.mouse.up();
      if (await resting(page, id) === first) bad("dragging the picture changes nothing");
      if (!new URL(page.url()).search) bad("dragging the picture does not change the address");
    }
  });
}

// It starts when it comes into view, rests when it leaves, and the page stays free meanwhile. All
// that was loaded for it weighs no more than promised.
async function inMotion(visit, server, name, problem) {
  await visit(`${name}, its figures in motion`, { reducedMotion: "no-preference" }, async (page) => {
    await page.goto(server.url(name));
    await page.evaluate(() => {
      window.tasks = [];
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.tasks.push(entry.duration);
      }).observe({ type: "longtask" });
    });
    const frames = (id) => page.locator(`#${id}`).evaluate((figure) => Number(figure.dataset.frames ?? 0));
    for (const id of await figures(page)) {
      const bad = (words) => problem(`${id}: ${words}`);
      const words = page.locator(`#${id} .bn-finding`);
      const complete = await words.textContent();
      if (await frames(id) > 0) bad("it starts before it is seen");
      await page.locator(`#${id} .bn-wide`).scrollIntoViewIfNeeded();
      await page.waitForFunction((id) => Number(document.getElementById(id).dataset.frames) > 3, id);
      await page.emulateMedia({ media: "print" });
      await page.waitForFunction(([id, complete]) =>
        document.querySelector(`#${id} .bn-finding`).textContent === complete, [id, complete], { timeout: 5000 })
        .catch(() => bad("what is printed is half done"));
      await page.emulateMedia({ media: null });
      await page.waitForFunction(([id, complete]) =>
        document.querySelector(`#${id} .bn-finding`).textContent !== complete, [id, complete]);
      await page.evaluate(() => { window.tasks.length = 0; window.scrollTo(0, 0); });
      // What is under way when the figure leaves is still painted.
      await page.waitForTimeout(500);
      const left = await frames(id);
      await page.waitForTimeout(500);
      if (await frames(id) > left) bad("it goes on where nobody sees it");
      await resting(page, id);
      const longest = await page.evaluate(() => Math.max(0, ...window.tasks));
      if (longest > LONGEST) bad(`it keeps the page busy for ${Math.round(longest)} ms at a time`);
    }
    const weight = [...page.loaded].reduce((sum, path) => sum + server.size(path), 0) / 1000;
    if (![...page.loaded].some((path) => path.endsWith(".wasm"))) problem("nothing came that could move them");
    if (weight > LIMIT_INTERACTIVE) {
      problem(`${Math.round(weight)} KB to load with what moves them, ${LIMIT_INTERACTIVE} are promised`);
    }
  });
}

// From a folder it stands still, and says why.
async function withoutServer(visit, address, name, problem) {
  await visit(`${name}, its figures without a server`, {}, async (page) => {
    await page.goto(address);
    for (const id of await figures(page)) {
      const bad = (words) => problem(`${id} without a server: ${words}`);
      const figure = page.locator(`#${id}`);
      if (!await figure.locator("svg").first().isVisible()) bad("it shows nothing");
      if (await figure.locator("form").isVisible()) bad("it has controls that do nothing");
      if (!await figure.locator(".bn-note").isVisible()) bad("it does not say why it stands still");
    }
  });
}
