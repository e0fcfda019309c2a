// Interactive figures: starts each when it comes into view, rests when it leaves. Knows no
// mathematics; a worker with bn-web computes and draws.
"use strict";

(() => {
  // The page that prints all chapters holds this script once for each figure.
  if (window.bnInteractive) return;
  window.bnInteractive = true;

  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const narrow = matchMedia("(max-width: 560px)");
  const paper = matchMedia("print");
  const base = new URL("../../", document.currentScript.src);

  // The figure as it came with the page, and why it stays so.
  function rest(figure, why) {
    figure.querySelector("form").hidden = true;
    const note = document.createElement("p");
    note.className = "bn-note";
    note.textContent = `${why} The figure stands still, as its controls were set at first.`;
    figure.append(note);
  }

  function begin(figure) {
    const { figure: name, position, perFrame, program, dragged, spans } = figure.dataset;
    const form = figure.querySelector("form");
    const controls = [...form.querySelectorAll("input, select")];
    const run = form.querySelector("[data-do=run]");
    const finding = figure.querySelector(".bn-finding");
    const first = controls.map((control) => control.value);
    const parts = [...figure.querySelectorAll(".bn-picture"), finding];
    const complete = parts.map((part) => part.innerHTML);
    let worker;
    let visible = false;
    let paused = false;
    let moving = true;
    let busy = false;
    let waiting = null;
    let round = 0;
    let painted = 0;
    let onScreen = null;
    let held = null;

    const stops = (control) => control.dataset.stops?.split(" ");
    const value = (control) => stops(control)?.[control.value] ?? control.value;

    function label(control) {
      const output = control.parentElement.querySelector("output");
      if (!output) return;
      const shown = value(control).replace("-", "\u2212");
      output.textContent = shown;
      control.setAttribute("aria-valuetext", shown);
    }

    function fromLink() {
      const asked = new URLSearchParams(location.search);
      controls.forEach((control) => {
        const text = asked.get(`${name}.${control.name}`);
        if (text === null || text.trim() === "" || Number.isNaN(Number(text))) return;
        if (!stops(control)) {
          const before = control.value;
          control.value = text;
          if (control.value === "") control.value = before;
        } else if (stops(control).includes(text)) {
          control.value = stops(control).indexOf(text);
        }
      });
    }

    function toLink() {
      const url = new URL(location.href);
      controls.forEach((control, i) => {
        const key = `${name}.${control.name}`;
        if (control.value === first[i]) url.searchParams.delete(key);
        else url.searchParams.set(key, value(control));
      });
      if (url.searchParams.size) url.hash = figure.id;
      // A page opened from a folder may not change its address.
      try { history.replaceState(history.state, "", url); } catch { /* the figure works all the same */ }
    }

    function show() {
      run.textContent = !moving ? "Run again" : paused ? "Continue" : "Pause";
    }

    function paint({ svg, finding: words }) {
      figure.querySelector(narrow.matches ? ".bn-narrow" : ".bn-wide").innerHTML = svg;
      // Read out once it rests, not at every frame.
      finding.setAttribute("aria-live", moving && !paused ? "off" : "polite");
      finding.textContent = words;
      figure.dataset.frames = ++painted;
      show();
    }

    function send(message) {
      if (!worker) {
        worker = new Worker(new URL("assets/web/worker.js", base));
        worker.onmessage = ({ data }) => receive(data);
        worker.onerror = () => receive({ failed: "the worker" });
        message.program = new URL(program, base).href;
      }
      busy = true;
      worker.postMessage({ ...message, narrow: narrow.matches, of: round });
    }

    function receive(data) {
      busy = false;
      if (data.failed) {
        moving = false;
        parts.forEach((part, i) => { part.innerHTML = complete[i]; });
        rest(figure, `It could not be started here (${data.failed}).`);
        return;
      }
      if (data.of === round) moving = data.moving;
      requestAnimationFrame(() => {
        if (data.of === round && onScreen) held = data;
        else if (data.of === round) paint(data);
        next();
      });
    }

    function next() {
      if (busy || !visible || onScreen) return;
      const steps = still.matches ? Infinity : Number(perFrame);
      if (waiting) {
        const message = waiting;
        waiting = null;
        send({ ...message, steps: paused ? 0 : steps });
      } else if (moving && !paused) {
        send({ steps });
      }
    }

    function start(anew) {
      round++;
      moving = true;
      controls.forEach(label);
      const values = controls.map((control) => Number(value(control)));
      waiting = { values, position: Number(position), anew: anew || waiting?.anew };
      show();
      next();
    }

    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => {
      paused = false;
      start(false);
    });
    form.addEventListener("change", toLink);
    form.addEventListener("click", ({ target }) => {
      const todo = target.closest("[data-do]")?.dataset.do;
      if (todo === "reset") {
        controls.forEach((control, i) => { control.value = first[i]; });
        paused = false;
        toLink();
        start(true);
      } else if (todo === "run" && !moving) {
        paused = false;
        start(true);
      } else if (todo === "run") {
        paused = !paused;
        show();
        next();
      }
    });
    // The other of the two pictures is shown now.
    narrow.addEventListener("change", () => { if (worker && !busy) send({ steps: 0 }); });

    // On paper nothing half done: what comes meanwhile waits.
    function toPaper() {
      if (!moving || onScreen) return;
      onScreen = parts.map((part) => part.innerHTML);
      parts.forEach((part, i) => { part.innerHTML = complete[i]; });
    }

    function toScreen() {
      if (!onScreen) return;
      parts.forEach((part, i) => { part.innerHTML = onScreen[i]; });
      onScreen = null;
      if (held) paint(held);
      held = null;
      next();
    }

    addEventListener("beforeprint", toPaper);
    addEventListener("afterprint", toScreen);
    paper.addEventListener("change", () => (paper.matches ? toPaper() : toScreen()));

    if (dragged) {
      const control = form.elements[dragged];
      let from = null;
      figure.querySelectorAll(".bn-picture").forEach((picture) => {
        picture.addEventListener("pointerdown", (event) => {
          from = { x: event.clientX, value: Number(control.value) };
          picture.setPointerCapture(event.pointerId);
        });
        picture.addEventListener("pointermove", (event) => {
          if (!from) return;
          const share = (event.clientX - from.x) / picture.clientWidth;
          const [wide, slim] = spans.split(" ").map(Number);
          control.value = from.value + share * (narrow.matches ? slim : wide);
          control.dispatchEvent(new Event("input", { bubbles: true }));
        });
        for (const end of ["pointerup", "pointercancel"]) {
          picture.addEventListener(end, () => {
            if (from) toLink();
            from = null;
          });
        }
      });
    }

    fromLink();
    start(true);
    new IntersectionObserver(([entry]) => {
      visible = entry.isIntersecting;
      next();
    }, { rootMargin: "100px" }).observe(figure);
  }

  const figures = document.querySelectorAll(".bn-interactive[data-program]");
  const why = location.protocol === "file:"
    ? "Browsers run no program for a page opened from a folder; on the book's site, or with cargo book serve, this figure moves."
    : window.Worker && window.WebAssembly ? null : "This browser has no WebAssembly.";
  figures.forEach((figure) => (why ? rest(figure, why) : begin(figure)));
})();
