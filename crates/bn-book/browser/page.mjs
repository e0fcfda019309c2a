// A page as everybody meets it: without barriers in each theme, on a phone, and on paper.

import { PHONE } from "./visit.mjs";

const THEMES = ["light", "coal"];
// The text of an A4 page between margins of 15 mm, in CSS pixels.
const PAPER = { width: 680, height: 1000 };

export async function look(visit, server, axe, name, problem) {
  await visit(name, { theme: THEMES[0] }, async (page) => {
    await page.goto(server.url(name));
    await page.evaluate(() => document.fonts.ready);
    // index.html and print.html are copies.
    if (!["index.html", "print.html"].includes(name)) {
      await page.evaluate(axe);
      for (const theme of THEMES) await barriers(page, theme, (words) => problem(`${name} (${theme})`, words));
    }
    await page.setViewportSize(PHONE);
    const wide = await page.evaluate(sticksOut);
    if (wide) problem(name, `wider than a phone of ${PHONE.width} px: ${wide}`);
    await page.setViewportSize(PAPER);
    await page.emulateMedia({ media: "print" });
    for (const words of await page.evaluate(cutOff)) problem(name, `cut off on paper: ${words}`);
  });
}

async function barriers(page, theme, problem) {
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
  found.forEach(problem);
}

// What makes the page scroll sideways, if anything does. Runs in the page.
function sticksOut() {
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
}

// Paper does not scroll: what would have to, and what is wider than the sheet. Runs in the page.
function cutOff() {
  const room = document.documentElement.clientWidth;
  const formula = (element) => element.closest(".katex-mathml, svg");
  const all = [...document.querySelectorAll("main, main *")].filter((element) => !formula(element) && element.checkVisibility());
  const cut = all.filter((element) =>
    (getComputedStyle(element).overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0) ||
    element.getBoundingClientRect().right > room + 1);
  // The innermost say it best.
  return cut.filter((element) => !cut.some((other) => other !== element && element.contains(other)))
    .slice(0, 3)
    .map((element) => `${element.scrollWidth} px of ${room}: ${element.closest("[id]")?.id ?? ""} ${element.outerHTML.slice(0, 120)}`);
}
