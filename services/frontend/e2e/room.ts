import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test as base, expect, type Page } from "@playwright/test";
import { CONTROL_TOKEN, type ControlServer, controlServer } from "./servers/control.ts";
import { type Door, door } from "./servers/door.ts";
import { AUDIENCE_KEY, type Gateway, type GatewayOptions, gateway } from "./servers/gateway.ts";
import type { Listening } from "./servers/listening.ts";
import { modelServer } from "./servers/model.ts";
import { pages } from "./servers/pages.ts";
import { start } from "./servers/process.ts";

const PYTHON = new URL("../../../.venv/bin/python", import.meta.url).pathname;
const BUCKET = new URL("servers/bucket.py", import.meta.url).pathname;
const SCREENSHOTS = new URL("../../../build/screenshots/", import.meta.url).pathname;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

type Parts = { bucket: string; model: Listening };
type OpenOptions = {
  path?: string;
  key?: string | null;
  gateway?: GatewayOptions;
  /** No test before has put an answer or a draw into the bucket. */
  ownBucket?: boolean;
  control?: ControlServer | null;
  token?: string;
  audienceUrl?: string;
  /** What `/runtime.json` calls this run. */
  run?: string;
};

export type Room = {
  gateway: Gateway;
  /** The network between gateway and bucket. */
  storage: Door;
  bucket: string;
  pagesUrl: string;
  /** Another run on the same address, as the next `headway up` on a fixed port is. */
  beginRun: (name: string) => void;
};

type Fixtures = {
  control: ControlServer;
  /** Starts a gateway and the pages, and opens one of them. */
  open: (options?: OpenOptions) => Promise<Room>;
};

export const PHONE = { width: 360, height: 740 };

export const test = base.extend<Fixtures, { parts: Parts }>({
  parts: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
    async ({}, use) => {
      const bucket = await start(PYTHON, [BUCKET], {}, /bucket at (\S+)/);
      const model = await modelServer();
      await use({ bucket: bucket.said, model });
      await model.close();
      await bucket.stop();
    },
    { scope: "worker" },
  ],

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
  control: async ({}, use) => {
    const server = await controlServer();
    await use(server);
    await server.close();
  },

  // A page that throws, or that its own policy stops, fails its test whatever else it shows.
  page: async ({ page }, use) => {
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => {
      if (/Content Security Policy|Hydration|Minified React/i.test(message.text()))
        faults.push(message.text());
    });
    await use(page);
    const provoked = test.info().annotations.some(({ type }) => type === "provoked");
    if (!provoked) expect(faults).toEqual([]);
    expect(await page.evaluate(() => "__attacked" in window).catch(() => false)).toBe(false);
  },

  open: async ({ page, parts }, use) => {
    const closing: (() => Promise<unknown>)[] = [];
    await use(
      async ({
        path = "/",
        key = AUDIENCE_KEY,
        gateway: options = {},
        ownBucket = false,
        control = null,
        token = CONTROL_TOKEN,
        audienceUrl,
        run,
      } = {}) => {
        const storage = await door(parts.bucket);
        const settings = {
          ...options.settings,
          ...(ownBucket && { HEADWAY_GATEWAY_RESPONSES_BUCKET: await newBucket(parts.bucket) }),
        };
        const running = await gateway({
          model: parts.model.url,
          bucket: storage.url,
          ...options,
          settings,
        });
        const runtime: Record<string, string> = {
          api: "",
          control: control?.url ?? "",
          ...(audienceUrl && { audience_url: audienceUrl }),
          ...(run && { run }),
        };
        const served = await pages({
          forward: () => running.url,
          runtime,
          connect: control ? [control.url] : [],
        });
        closing.push(served.close, running.stop, storage.close);
        const fragment = [key && `key=${key}`, control && `control=${token}`].filter(Boolean).join("&");
        await page.goto(`${served.url}${path}#${fragment}`);
        const beginRun = (name: string) => {
          runtime["run"] = name;
        };
        return { gateway: running, storage, bucket: parts.bucket, pagesUrl: served.url, beginRun };
      },
    );
    await page.close();
    for (const close of closing) await close();
  },
});

export { expect };

/** A bucket beside that of the other tests; its name. */
async function newBucket(server: string): Promise<string> {
  const name = `responses-${crypto.randomUUID()}`;
  const made = await fetch(`${server}/${name}`, { method: "PUT" });
  if (!made.ok) throw new Error(`no bucket ${name}: ${made.status}`);
  return name;
}

/** 0 findings of axe, in light and in dark. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.evaluate(AXE);
    const findings = await page.evaluate(async () => {
      const { axe } = window as unknown as {
        axe: {
          run: () => Promise<{
            violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
          }>;
        };
      };
      const { violations } = await axe.run();
      return violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join("; ")}`,
      );
    });
    expect(findings, colorScheme).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

/** A picture for people to look at, light and dark. */
export async function picture(page: Page, name: string, fullPage = true): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({
      path: `${SCREENSHOTS}${name}-${colorScheme}.png`,
      fullPage,
      animations: "disabled",
    });
  }
  await page.emulateMedia({ colorScheme: "light" });
}

/** Every version of every answer in the bucket: a second write of one answer would be a second version. */
export async function storedAnswers(room: Room): Promise<number> {
  const listing = await fetch(`${room.bucket}/responses?versions&prefix=surveys/answers/`);
  return (await listing.text()).match(/<Version>/g)?.length ?? 0;
}
