// One visit to the site, by a reader who has never been there.

// Milliseconds, on a machine that has other things to do.
export const PATIENCE = 120000;
export const PHONE = { width: 320, height: 640 };
const DESK = { width: 1280, height: 900 };

// Whoever visits says what is wrong: `problem(page, words)`. A visit is
// `visit(name, options, work)`: it opens a page, hears what it complains of, calls `work(page)`,
// and leaves. Options: `theme`, and those of a browser's context.
export function visitor(browser, server, problem) {
  return async (name, { theme = "light", ...options }, work) => {
    const context = await browser.newContext({ viewport: DESK, reducedMotion: "reduce", ...options });
    await context.addInitScript((name) => {
      try { localStorage.getItem("mdbook-theme") ?? localStorage.setItem("mdbook-theme", name); } catch { /* a file without storage */ }
      window.print = () => {};
      window.seen = { shifted: 0, largest: 0 };
      const watch = (type, see) => new PerformanceObserver((list) => list.getEntries().forEach(see)).observe({ type, buffered: true });
      watch("layout-shift", (entry) => { if (!entry.hadRecentInput) window.seen.shifted += entry.value; });
      watch("largest-contentful-paint", (entry) => { window.seen.largest = entry.startTime; });
    }, theme);
    try {
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE);
      page.loaded = listen(page, name, server, problem);
      return await work(page);
    } catch (error) {
      problem(name, error.stack ?? String(error));
    } finally {
      await context.close();
    }
  };
}

// What went over the line, by path.
function listen(page, name, server, problem) {
  const loaded = new Set();
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
    if (!/^(data|blob|about|file):/.test(url) && !url.startsWith(server.origin)) problem(name, `asks elsewhere: ${url}`);
  });
  page.on("response", (response) => {
    if (!response.url().startsWith("http")) return;
    const path = decodeURIComponent(new URL(response.url()).pathname);
    if (response.status() >= 400) problem(name, `${response.status()} for ${path}`);
    loaded.add(path);
  });
  return loaded;
}
