import type { Page } from "@playwright/test";
import { expect, expectAccessible, picture, type Room, test } from "./room.ts";
import { PRESENTER_KEY } from "./servers/gateway.ts";

const PRESENTER = { path: "/presenter/", key: PRESENTER_KEY, ownBucket: true };

async function handIn(room: Room, ...nicknames: string[]): Promise<void> {
  for (const nickname of nicknames) {
    const answer = { id: crypto.randomUUID(), rating: 5, company: "Example", nickname };
    await fetch(`${room.gateway.url}/api/survey/submit`, {
      method: "POST",
      headers: { authorization: `Bearer ${PRESENTER_KEY}`, "content-type": "application/json" },
      body: JSON.stringify(answer),
    });
  }
}

const draw = (page: Page) => page.getByRole("button", { name: "Draw", exact: true }).click();

/** Every draw that the page asked for, as it asked. */
function asked(page: Page): { id: string; winners: number }[] {
  const bodies: { id: string; winners: number }[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/api/survey/winners"))
      bodies.push(request.postDataJSON());
  });
  return bodies;
}

test("a draw names winners that anybody can check", async ({ page, open, control }) => {
  const room = await open({ ...PRESENTER, control });
  await handIn(room, "Grace");
  await draw(page);
  await expect(page.getByText("Draw 1 of 1 answers, by hmac-sha256-order", { exact: false })).toBeVisible();
  await expect(page.locator(".drawn strong")).toHaveText(["Grace"]);
  await expectAccessible(page);
  await picture(page, "presenter-winners");
});

test("winners stay after a reload, and others take their place at a second press alone", async ({
  page,
  open,
  control,
}) => {
  const room = await open({ ...PRESENTER, control });
  await handIn(room, "Ada", "Grace", "Joan");
  await draw(page);
  await expect(page.locator(".drawn li")).toHaveCount(1);
  const first = await page.locator(".drawn strong").textContent();
  await page.reload();
  await expect(page.locator(".drawn strong")).toHaveText([first ?? ""]);
  const draws = asked(page);
  await page.getByRole("button", { name: "Draw again" }).click();
  await expect(page.getByRole("button", { name: "Keep these" })).toBeFocused();
  await expectAccessible(page);
  await picture(page, "presenter-draw-again");
  await page.getByRole("button", { name: "Keep these" }).click();
  await expect(page.getByRole("button", { name: "Draw again" })).toBeFocused();
  expect(draws).toEqual([]);
  await page.getByRole("button", { name: "Draw again" }).click();
  await page.getByRole("button", { name: "Draw others" }).click();
  await expect(page.getByText("Draw 2 of 3 answers", { exact: false })).toBeVisible();
});

test("a draw that failed is asked for again as it was, or as the number says by now", async ({
  page,
  open,
  control,
}) => {
  const room = await open({ ...PRESENTER, control });
  await handIn(room, "Ada", "Grace", "Joan");
  const draws = asked(page);
  // The number of the newest draw is known to the gateway; the draw itself needs the bucket.
  await page.route("**/api/survey/winners", (route) =>
    route.request().method() === "POST" && draws.length < 3
      ? route.fulfill({ status: 503, body: "" })
      : route.continue(),
  );
  const pressed = async (times: number) => {
    await draw(page);
    await expect.poll(() => draws.length).toBe(times);
  };
  await pressed(1);
  await expect(page.getByText("Not done")).toBeVisible();
  await pressed(2);
  expect(draws[1]).toEqual(draws[0]);
  await page.getByRole("textbox", { name: "Winners" }).fill("3");
  await page.getByRole("textbox", { name: "Winners" }).blur();
  await pressed(3);
  expect(draws[2]).toMatchObject({ winners: 3 });
  await expect(page.locator(".drawn li")).toHaveCount(3);
});

test("winners drawn on another page are shown before any are drawn here", async ({ page, open, control }) => {
  const room = await open({ ...PRESENTER, control });
  await handIn(room, "Ada");
  // This page has not heard of the draw when the button is pressed.
  let told = false;
  await page.route("**/api/survey/winners", (route) =>
    route.request().method() === "GET" && !told
      ? route.fulfill({ json: { drawn: false } })
      : route.continue(),
  );
  await page.reload();
  await expect(page.getByRole("button", { name: "Draw", exact: true })).toBeVisible();
  await fetch(`${room.gateway.url}/api/survey/winners`, {
    method: "POST",
    headers: { authorization: `Bearer ${PRESENTER_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ id: crypto.randomUUID() }),
  });
  const draws = asked(page);
  told = true;
  await draw(page);
  await expect(page.locator(".drawn strong")).toHaveText(["Ada"]);
  expect(draws).toEqual([]);
});

test("the audience's key may not draw", async ({ page, open, control }) => {
  await open({ path: "/presenter/", control, ownBucket: true });
  await draw(page);
  await expect(page.getByText("open it with the presenter's link", { exact: false })).toBeVisible();
  await expectAccessible(page);
});
