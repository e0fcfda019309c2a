// Runs one figure of bn-web, away from the page. What goes in and out: crates/bn-web/src/exports.rs.
"use strict";

let wasm;
const ready = {};
ready.promise = new Promise((resolve) => { ready.resolve = resolve; });

function text(length) {
  const bytes = new Uint8Array(wasm.memory.buffer, wasm.text(), length);
  return new TextDecoder().decode(bytes);
}

self.onmessage = async ({ data }) => {
  try {
    if (data.program) {
      const bytes = await (await fetch(data.program)).arrayBuffer();
      wasm = (await WebAssembly.instantiate(bytes, {})).instance.exports;
      ready.resolve();
    }
    await ready.promise;
    let moving = true;
    if (data.values) {
      if (data.anew) wasm.forget();
      data.values.forEach((value, i) => wasm.set(i, value));
      moving = wasm.start(data.position) === 1;
    }
    // A frame's worth, or all of it for readers who prefer no motion.
    const until = performance.now() + 12;
    for (let i = 0; moving && i < data.steps; i++) {
      moving = wasm.advance() === 1;
      if (data.steps !== Infinity && performance.now() > until) break;
    }
    const svg = text(wasm.draw(data.narrow ? 1 : 0));
    self.postMessage({ svg, finding: text(wasm.finding()), moving, of: data.of });
  } catch (error) {
    self.postMessage({ failed: String(error) });
  }
};
