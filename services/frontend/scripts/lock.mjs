/**
 * Writes package-lock.json without registry addresses, and whole: `npm ci` refuses a lock file that leaves out the
 * packages of other platforms, which a registry that is behind does not list yet.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";

const LOCK = new URL("../package-lock.json", import.meta.url);
const PLATFORM = /-(android|darwin|linux|win32)-(arm64|x64)/;

rmSync(LOCK, { force: true });
execFileSync("npm", ["install", "--package-lock-only", "--ignore-scripts"], {
  cwd: new URL("..", import.meta.url),
  stdio: ["ignore", "ignore", "inherit"],
});

const lock = JSON.parse(readFileSync(LOCK, "utf8"));
for (const entry of Object.values(lock.packages)) {
  delete entry.resolved;
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const [, os, cpu] = PLATFORM.exec(name) ?? [];
    // Named by its exact version; whoever installs on that platform gets its hash from the registry.
    if (os && cpu)
      lock.packages[`node_modules/${name}`] ??= {
        version,
        cpu: [cpu],
        ...(entry.dev && { dev: true }),
        optional: true,
        os: [os],
      };
  }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([one], [other]) => (one < other ? -1 : 1)),
);
writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`);
