/**
 * Makes the export ready to be served: the Content-Security-Policy with the hash of every inline script that the export
 * holds, as `out/csp.json` for any server and `build/csp.conf` for nginx (a map: documents carry the policy, their twenty files need not), and compressed copies for `gzip_static`.
 * Fails if a page holds what the policy forbids.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

const OUT = new URL("../out/", import.meta.url).pathname;
const BUILD = new URL("../build/", import.meta.url).pathname;
const COMPRESSED = new Set([".html", ".js", ".css", ".svg", ".json", ".txt"]);
const INLINE_SCRIPT =
  /<script(?![^>]*\ssrc=)(?![^>]*type="application\/(?:ld\+)?json")[^>]*>([\s\S]*?)<\/script>/g;
const FORBIDDEN = [
  [/<style[\s>]/, "a style element"],
  [/\sstyle="/, "a style attribute"],
  [/\son[a-z]+="/, "an event handler attribute"],
];

const files = (await readdir(OUT, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));

const hashes = new Set();
for (const file of files.filter((name) => name.endsWith(".html"))) {
  const page = await readFile(file, "utf8");
  const markup = page.replaceAll(INLINE_SCRIPT, "");
  for (const [pattern, what] of FORBIDDEN) {
    if (pattern.test(markup)) fail(`${file.slice(OUT.length)} holds ${what}, which the policy forbids`);
  }
  for (const [, script] of page.matchAll(INLINE_SCRIPT)) {
    hashes.add(`'sha256-${createHash("sha256").update(script).digest("base64")}'`);
  }
}

/** `connect-src` is for the server to extend where the API has another origin. */
const directives = {
  "default-src": ["'none'"],
  "script-src": ["'self'", ...[...hashes].sort()],
  "style-src": ["'self'"],
  "img-src": ["'self'"],
  "font-src": ["'self'"],
  "connect-src": ["'self'"],
  "base-uri": ["'none'"],
  "form-action": ["'self'"],
  "frame-ancestors": ["'none'"],
};
const policy = Object.entries(directives)
  .map(([name, sources]) => `${name} ${sources.join(" ")}`)
  .join("; ");

await mkdir(BUILD, { recursive: true });
await writeFile(join(OUT, "csp.json"), `${JSON.stringify({ directives }, null, 2)}\n`);
await writeFile(
  join(BUILD, "csp.conf"),
  `map $sent_http_content_type $policy {\n  ~^text/html "${policy}";\n  default "";\n}\n`,
);
for (const file of files.filter((name) => COMPRESSED.has(extname(name)))) {
  await writeFile(`${file}.gz`, gzipSync(await readFile(file), { level: 9 }));
}

function fail(message) {
  console.error(`error: ${message}`);
  process.exit(1);
}
