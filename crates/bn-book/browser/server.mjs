// The site as a host serves it: below a folder, as on GitHub Pages, and compressed.

import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

const PREFIX = "/book/";
const TYPES = {
  ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript",
  ".svg": "image/svg+xml", ".png": "image/png", ".woff2": "font/woff2", ".json": "application/json",
  ".wasm": "application/wasm", ".ipynb": "application/json", ".xml": "application/xml",
};
const COMPRESSED_ALREADY = [".woff2", ".png"];

export async function serve(site) {
  // Where 404.html, served for any address, finds the rest.
  const base = /<base href="([^"]+)">/.exec(readFileSync(join(site, "404.html"), "utf8"))?.[1] ?? PREFIX;
  const sizes = new Map();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    let body;
    try {
      const folder = [PREFIX, base].find((folder) => path.startsWith(folder));
      if (!folder || path.includes("..")) throw new Error("outside");
      body = readFileSync(join(site, path.slice(folder.length) || "index.html"));
    } catch {
      response.writeHead(404).end();
      return;
    }
    const headers = { "content-type": TYPES[extname(path) || ".html"] ?? "application/octet-stream" };
    if (!COMPRESSED_ALREADY.includes(extname(path))) {
      body = gzipSync(body);
      headers["content-encoding"] = "gzip";
    }
    sizes.set(path, body.length);
    response.writeHead(200, headers).end(body);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    origin,
    url: (name) => `${origin}${name === "404.html" ? base : PREFIX}${name}`,
    // Bytes that went over the line for this path.
    size: (path) => sizes.get(path) ?? 0,
    close: () => server.close(),
  };
}
