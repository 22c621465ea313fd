import { readFileSync } from "node:fs";
import { get, type IncomingHttpHeaders } from "node:http";
import { join } from "node:path";
import { expect, test } from "./room.ts";
import { hasNginx, nginx } from "./servers/nginx.ts";
import { OUT, policyWith } from "./servers/pages.ts";

test.skip(!hasNginx(), "nginx is not installed; the image's configuration is not tried");

let server: Awaited<ReturnType<typeof nginx>>;
test.beforeAll(async () => {
  server = await nginx();
});
test.afterAll(() => server?.stop());

const PAGES = [
  ["/", 200, "Ask anything"],
  ["/presenter/", 200, "Point your phone here"],
  ["/control/", 200, "Control room"],
  ["/no-such-page", 404, "Nothing stops here"],
] as const;

for (const [path, status, heading] of PAGES) {
  test(`${path} runs under the image's own policy without a violation`, async ({ page }) => {
    const response = await page.goto(server.url + path);
    expect(response?.status()).toBe(status);
    expect(response?.headers()["content-security-policy"]).toBe(policyWith([]));
    expect(response?.headers()["content-security-policy"]).not.toContain("unsafe");
    await expect(page.getByRole("heading", { name: heading })).toBeAttached();
  });
}

test("an injected script does not run", async ({ page }) => {
  await page.goto(server.url);
  const blocked = await page.evaluate(async () => {
    const violation = new Promise((resolve) =>
      addEventListener("securitypolicyviolation", () => resolve(true), { once: true }),
    );
    const script = document.createElement("script");
    script.textContent = "window.__injected = 1";
    document.body.append(script);
    return (await violation) && !("__injected" in window);
  });
  expect(blocked).toBe(true);
  test.info().annotations.push({ type: "provoked", description: "one violation of the policy" });
});

test("health, caching, compression and unknown addresses are as the cluster expects", async () => {
  expect(await (await fetch(`${server.url}/healthz`)).text()).toBe("ok\n");
  expect(await headersOf(server.url)).toMatchObject({
    "cache-control": "no-cache",
    "content-encoding": "gzip",
    "content-type": "text/html; charset=utf-8",
    "x-content-type-options": "nosniff",
  });
  const script = /\/_next\/static\/[^"]+\.js/.exec(readFileSync(join(OUT, "index.html"), "utf8"))?.[0];
  const asset = await fetch(server.url + script);
  expect(asset.headers.get("cache-control")).toContain("immutable");
  expect((await fetch(`${server.url}/csp.conf`)).status).toBe(404);
  expect((await fetch(`${server.url}/no-such-file`)).status).toBe(404);
  expect((await fetch(`${server.url}/runtime.json`)).status).toBe(200);
});

/** As they are on the wire: `fetch` takes out what it has undone itself. */
function headersOf(url: string): Promise<IncomingHttpHeaders> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { "accept-encoding": "gzip" } }, (response) => {
      response.resume();
      resolve(response.headers);
    }).on("error", reject);
  });
}
