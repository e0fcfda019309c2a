// What only a browser knows of reading: search, the keyboard, coming back, pages without a server.

import { readFileSync } from "node:fs";
import { join } from "node:path";

// Search finds words, names of equations and in code, and Hangul, and no formula's innards.
export async function search(visit, server, { site, pages }, problem) {
  const text = pages.map((name) => readFileSync(join(site, name), "utf8")).join(" ");
  const hangul = /[\uac00-\ud7a3]{2,}/.exec(text)?.[0];
  await visit("search", {}, async (page) => {
    for (const asked of ["covariate", "batch-mean", "forward_train", hangul].filter(Boolean)) {
      await page.goto(`${server.url("index.html")}?search=${encodeURIComponent(asked)}`);
      const found = page.locator("#mdbook-searchresults li").first();
      await found.waitFor().catch(() => problem("search", `nothing found for ${asked}`));
    }
  });
}

// The first Tab stop leads past the menu.
export async function keyboard(visit, server, _, problem) {
  await visit("keyboard", {}, async (page) => {
    await page.goto(server.url("index.html"));
    await page.keyboard.press("Tab");
    const first = await page.evaluate(() => document.activeElement.className);
    if (first !== "skip") problem("keyboard", `the first Tab stop is ${first || "nothing"}, not the way past the menu`);
    await page.keyboard.press("Enter");
    const then = await page.evaluate(() => document.activeElement.localName);
    if (then !== "main") problem("keyboard", `the way past the menu leads to ${then}`);
  });
}

// Who left a chapter in the middle is offered to go on there, from the chapter and from the
// front page; who did not is offered nothing.
export async function comingBack(visit, server, { pages }, problem) {
  const chapter = pages.find((name) => /^\d+-/.test(name));
  if (!chapter) return;
  await visit("coming back", {}, async (page) => {
    const offer = page.locator("nav.continue a");
    await page.goto(server.url(chapter));
    if (await offer.count() > 0) problem("coming back", "something is offered on the first visit");
    const headings = page.locator("main h2[id]");
    const stopped = headings.nth(Math.floor(await headings.count() / 2));
    const id = await stopped.getAttribute("id");
    await stopped.evaluate((heading) => heading.scrollIntoView());
    for (const from of [chapter, "index.html"]) {
      await page.goto(server.url("404.html"));
      await page.goto(server.url(from));
      if (await offer.count() !== 1) return problem("coming back", `nothing is offered on ${from}`);
      await offer.click();
      await page.waitForURL((url) => url.pathname.endsWith(chapter) && url.hash.length > 1);
      await page.waitForLoadState();
      const top = await page.locator(`[id="${id}"]`).evaluate((heading) => heading.getBoundingClientRect().top);
      // A cell or an equation above it is a place, too.
      if (Math.abs(top) > 900) problem("coming back", `from ${from}, one goes on ${Math.round(top)} px from where one stopped`);
    }
  });
}

// Unpacked into a folder, without a server: it reads, and search finds, without a message.
export async function folder(visit, _, { site, pages }, problem) {
  await visit("without a server", {}, async (page) => {
    for (const name of pages.filter((name) => /^\d+-/.test(name))) {
      await page.goto(`file://${join(site, name)}`);
      if (await page.locator("main h1").count() === 0) problem("without a server", `${name} has no title`);
    }
    await page.goto(`file://${join(site, "index.html")}?search=covariate`);
    const found = page.locator("#mdbook-searchresults li").first();
    await found.waitFor().catch(() => problem("without a server", "search finds nothing"));
  });
}
