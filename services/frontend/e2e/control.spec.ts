import { expect, expectAccessible, PHONE, picture, test } from "./room.ts";
import { PRESENTER_KEY } from "./servers/gateway.ts";
import { scaling } from "./servers/show.ts";

const ATTACK = `<img src="x" onerror="window.__attacked = 1"> <script>window.__attacked = 1</script>`;
const ROOM = { path: "/control/", key: PRESENTER_KEY };

test("the room shows queue, replicas, nodes, cost and decisions", async ({ page, open, control }) => {
  await open({ ...ROOM, control });
  await expect(page.getByText("Live")).toBeVisible();
  await expect(page.locator(".figure").filter({ hasText: "Cost an hour" })).toContainText("$");
  await expect(page.locator(".stop-ready .stop-dot")).toHaveText("5");
  await expect(page.locator(".node")).not.toHaveCount(0);
  await expect(page.locator(".chart canvas")).toHaveCount(3);
  await expect(page.getByText("Real: gateway", { exact: false })).toBeVisible();
  await expectAccessible(page);
  await picture(page, "control-room");
});

test("the room in the middle of a scale-up, on a stage", async ({ page, open, control }) => {
  control.setSecond(236);
  await page.setViewportSize({ width: 1920, height: 1080 });
  await open({ ...ROOM, control });
  await expect(
    page.locator(".stop-pull .stop-dot, .stop-node .stop-dot").filter({ hasText: /[1-9]/ }),
  ).not.toHaveCount(0);
  for (const last of [page.getByRole("button", { name: "Slow replica" }), page.locator(".origin")])
    await expect(last).toBeInViewport({ ratio: 1 });
  await picture(page, "control-room-stage", false);
});

test("a decision opens step by step and stays text", async ({ page, open, control }) => {
  await open({ ...ROOM, control });
  await expect(page.getByText("Live")).toBeVisible();
  control.say({ event: "scaling", data: scaling(9000, 1, 4, ATTACK) });
  const entry = page.locator(".entry").filter({ hasText: ATTACK });
  await expect(entry).toBeVisible();
  await entry.getByText("Step by step").click();
  await expect(entry.getByText("scaleUp policy 900 % a 15 s", { exact: false })).toBeVisible();
  await expect(page.locator(".log img")).toHaveCount(0);
  await expectAccessible(page);
});

test("fault and load buttons reach the control server with the token", async ({ page, open, control }) => {
  await open({ ...ROOM, control });
  await page.getByRole("button", { name: "Metric loss" }).click();
  await page.getByRole("button", { name: "Spike" }).click();
  await expect
    .poll(() => control.asked)
    .toEqual([
      { path: "/control/chaos", body: { fault: "metric-loss", deployment: "mistral-7b-awq" } },
      { path: "/control/load", body: { profile: "spike" } },
    ]);
});

test("a fault that cannot strike says why", async ({ page, open, control }) => {
  await open({ ...ROOM, control });
  control.refuse("mistral-7b-awq: no replica is ready; ask for an answer first");
  await page.getByRole("button", { name: "Engine crash" }).click();
  await expect(
    page.getByText("no replica is ready; ask for an answer first", { exact: false }),
  ).toBeVisible();
  await expectAccessible(page);
});

test("what came of a load is said: stopped, crossed, dead", async ({ page, open, control }) => {
  await open({ ...ROOM, control });
  await expect(page.getByText("k6 plays Tube demo")).toBeVisible();
  await expect(page.getByRole("button", { name: "Stop load" })).toBeEnabled();
  control.setLoad({ profile: "spike", running: false, failure: "k6 ended with exit code 107 in spike" });
  await expect(page.getByText("k6 did not play Spike")).toBeVisible();
  await expect(page.getByText("exit code 107", { exact: false })).toBeVisible();
  await expect(page.getByRole("button", { name: "Stop load" })).toBeDisabled();
  await expectAccessible(page);
  const summary = {
    requests: { count: 1200 },
    answers_broken: { count: 2 },
    refusals_told: { count: 30 },
    last_token_milliseconds: { "p(95)": 4200 },
    thresholds: { answers_broken: false, http_req_duration: true },
  };
  control.setLoad({ profile: "spike", running: false, summary });
  await expect(
    page.getByText("Spike: 1,200 requests, 30 told to wait, 2 broken", { exact: false }),
  ).toBeVisible();
  await expect(page.locator(".notice").filter({ hasText: "Thresholds crossed" })).toContainText(
    "answers_broken",
  );
  await expect(page.getByText("k6 keeps every threshold")).toHaveCount(0);
  await expectAccessible(page);
  control.setLoad({ profile: "soak", running: false, stopped: true });
  await expect(page.getByText("Soak was stopped.")).toBeVisible();
});

test("a cut connection shows as reconnecting, keeps what was seen, and heals", async ({
  page,
  open,
  control,
}) => {
  await open({ ...ROOM, control });
  await expect(page.getByText("Live")).toBeVisible();
  const url = "**/control/events**";
  await page.route(url, (route) => route.abort());
  control.cut();
  await expect(page.getByText("The connection was lost")).toBeVisible();
  await expect(page.locator(".figure").first()).toBeVisible();
  await expectAccessible(page);
  await picture(page, "control-room-reconnecting");
  await page.unroute(url);
  await expect(page.getByText("Live")).toBeVisible({ timeout: 20_000 });
});

test("a page with a wrong token is told which link to open", async ({ page, open, control }) => {
  await open({ ...ROOM, control, token: "wrong" });
  await expect(page.getByText("does not know this page", { exact: false })).toBeVisible();
  await expectAccessible(page);
});

test("without a control server the room says where to look", async ({ page, open }) => {
  await open(ROOM);
  await expect(page.getByText("No control server here")).toBeVisible();
  await expectAccessible(page);
});

test("dark is chosen by hand and kept", async ({ page, open, control }) => {
  await open({ ...ROOM, control });
  await page.getByRole("button", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test.describe("on a phone", () => {
  test.use({ viewport: PHONE });

  test("the room fits without scrolling sideways", async ({ page, open, control }) => {
    await open({ ...ROOM, control });
    await expect(page.locator(".chart canvas")).toHaveCount(3);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await expectAccessible(page);
    await picture(page, "control-room-phone");
  });
});
