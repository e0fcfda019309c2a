// Where you stopped reading: kept in this browser alone, offered when you come back.
(() => {
  const KEY = "why-batch-norm-works/reading";
  const main = document.querySelector("main");
  const file = location.pathname.split("/").pop() || "index.html";
  if (!main || file === "print.html") return;
  const read = () => {
    try { return JSON.parse(localStorage.getItem(KEY)) ?? {}; } catch { return {}; }
  };

  const places = [...main.querySelectorAll(":is(h2, h3, figure, .cell, .equation)[id]")];
  const stopped = () => {
    const passed = places.filter((place) => place.getBoundingClientRect().top < innerHeight / 2);
    if (scrollY < innerHeight / 2 || passed.length === 0) return null;
    const heading = passed.findLast((place) => /^H/.test(place.nodeName)) ?? main.querySelector("h1");
    return { id: passed.at(-1).id, heading: heading?.textContent ?? document.title, last: Date.now() };
  };
  addEventListener("pagehide", () => {
    const kept = read();
    const here = stopped();
    if (here) kept[file] = here;
    else if (offered !== file) delete kept[file];
    try { localStorage.setItem(KEY, JSON.stringify(kept)); } catch { /* then it is not kept */ }
  });

  // Where the address or the browser says where to go, there is nothing to offer.
  let offered = null;
  const came = performance.getEntriesByType("navigation")[0]?.type;
  if (location.hash || location.search || came !== "navigate") return;
  const kept = read();
  const latest = () => Object.keys(kept).sort((a, b) => kept[b].last - kept[a].last)[0];
  const from = kept[file] ? file : file === "index.html" ? latest() : null;
  if (!from || (from === file && !document.getElementById(kept[from].id))) return;
  offered = from;
  const nav = document.createElement("nav");
  nav.className = "continue";
  nav.setAttribute("aria-label", "Where you stopped");
  const link = document.createElement("a");
  link.href = `${from}#${encodeURIComponent(kept[from].id)}`;
  link.textContent = `Continue at “${kept[from].heading}”`;
  nav.append(link);
  main.after(nav);
  const leave = () => {
    if (scrollY < innerHeight / 2) return;
    nav.remove();
    offered = null;
    removeEventListener("scroll", leave);
  };
  addEventListener("scroll", leave, { passive: true });
})();
