import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { defineConfig } from "@playwright/test";

/** The system's Chromium: `CHROMIUM`, or the first on PATH. No browser is downloaded. */
function chromium(): string | undefined {
  const named = process.env["CHROMIUM"];
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const candidates = named
    ? [named]
    : folders.flatMap((folder) => ["chromium", "chromium-browser"].map((name) => join(folder, name)));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const executablePath = chromium();
if (!executablePath)
  console.error("note: no Chromium; set CHROMIUM or install Debian's chromium. Pages are not tested.");

export default defineConfig({
  projects: [
    { name: "pages", testDir: "e2e" },
    { name: "show", testDir: "show" },
  ],
  outputDir: "build/playwright",
  testIgnore: executablePath ? [] : ["**"],
  timeout: 30_000,
  expect: { timeout: 8_000 },
  forbidOnly: true,
  workers: Number(process.env["WORKERS"] ?? 2),
  fullyParallel: true,
  reporter: [["list"]],
  use: {
    viewport: { width: 1280, height: 800 },
    actionTimeout: 8_000,
    launchOptions: {
      ...(executablePath && { executablePath }),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
