// Runs figures of the program given first: one line of standard input for each, with the
// position, the number of calls of advance and the values of the controls; one line of JSON out.
"use strict";
const { readFileSync } = require("node:fs");

const wasm = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(process.argv[2]))).exports;
const text = (length) => Buffer.from(wasm.memory.buffer, wasm.text(), length).toString();

for (const line of readFileSync(0, "utf8").trim().split("\n")) {
  const [position, calls, ...values] = line.split(" ").map(Number);
  wasm.forget();
  values.forEach((value, i) => wasm.set(i, value));
  if (wasm.start(position) !== 1) throw new Error(`no figure ${line}`);
  for (let i = 0; i < calls; i++) wasm.advance();
  console.log(JSON.stringify([text(wasm.finding()), text(wasm.draw(0)), text(wasm.draw(1))]));
}
