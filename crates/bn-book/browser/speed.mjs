// The first visit, over the line that Chromium calls "fast 4G": how much is loaded, when the
// largest part of the first screen is there, and whether anything moves meanwhile.

import { PHONE } from "./visit.mjs";

// Chromium's own figures: 9 and 1.5 Mbit/s of which a tenth is lost, 60 ms that count 2.75 times.
const FAST_4G = {
  offline: false,
  downloadThroughput: ((9 * 1000 * 1000) / 8) * 0.9,
  uploadThroughput: ((1.5 * 1000 * 1000) / 8) * 0.9,
  latency: 60 * 2.75,
};
// Kilobytes, compressed; the second with an interactive figure.
const LIMIT = 300;
export const LIMIT_INTERACTIVE = 400;
const LARGEST_SHIFT = 0.01;
// Milliseconds until the largest part is painted. A machine that does other things meanwhile gets
// three attempts, the fastest counts, and twice the time.
const PAINTED = 1000, ATTEMPTS = 3, BUSY = 2;

async function first(visit, server, name, options) {
  return visit(name, options, async (page) => {
    const line = await page.context().newCDPSession(page);
    await line.send("Network.enable");
    await line.send("Network.emulateNetworkConditions", FAST_4G);
    // Until nothing has come for half a second: what comes late may move what is read.
    await page.goto(server.url(name), { waitUntil: "networkidle" });
    await page.evaluate(() => document.fonts.ready);
    return { ...(await page.evaluate(() => window.seen)), loaded: [...page.loaded] };
  });
}

export async function speed(visit, server, name, problem) {
  const report = [];
  for (const [device, options] of [["desk", {}], ["phone", { viewport: PHONE }]]) {
    let painted = Infinity, seen;
    for (let attempt = 0; attempt < ATTEMPTS && painted > PAINTED; attempt += 1) {
      seen = await first(visit, server, name, options);
      if (!seen) return null;
      painted = Math.min(painted, seen.largest);
      if (seen.shifted > LARGEST_SHIFT) {
        problem(name, `what is read moves while the page loads (${device}): ${seen.shifted.toFixed(3)}`);
        break;
      }
    }
    if (painted === 0) problem(name, `nothing is painted (${device})`);
    if (painted > PAINTED * BUSY) problem(name, `${Math.round(painted)} ms until the first screen is there (${device})`);
    report.push({ device, painted, shifted: seen.shifted, loaded: seen.loaded });
  }
  const { loaded } = report[0];
  const bytes = loaded.reduce((sum, path) => sum + server.size(path), 0);
  const limit = loaded.some((path) => path.endsWith(".wasm")) ? LIMIT_INTERACTIVE : LIMIT;
  if (bytes > limit * 1000) {
    const largest = loaded.map((path) => [server.size(path), path]).sort((a, b) => b[0] - a[0]);
    const shown = largest.slice(0, 4).map(([size, path]) => `${Math.round(size / 1000)} KB ${path}`);
    problem(name, `${Math.round(bytes / 1000)} KB to load, ${limit} are promised; most of it: ${shown.join(", ")}`);
  }
  return { name, bytes, visits: report };
}
