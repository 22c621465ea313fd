import { expect, expectAccessible, PHONE, picture, storedAnswers, test } from "./room.ts";
import { AUDIENCE_KEY, PRESENTER_KEY } from "./servers/gateway.ts";
import { fill } from "./survey-form.ts";

test.use({ viewport: PHONE });

const SURVEY = { settings: { HEADWAY_GATEWAY_RETRY_AFTER_SECONDS: "1" } };

test("an answer is stored once and the page says so after a reload too", async ({ page, open }) => {
  const room = await open({ gateway: SURVEY });
  const before = await storedAnswers(room);
  await room.gateway.setMode("survey");
  await expect(page.getByRole("heading", { name: "How was it?" })).toBeVisible();
  await expectAccessible(page);
  await picture(page, "audience-survey");
  await fill(page, "Example & Söhne", "Ada");
  // Twice, as fast as a finger can.
  await page.getByRole("button", { name: "Send" }).dblclick();
  await expect(page.getByText("Stored", { exact: true })).toBeVisible();
  await expect(page.locator(".ticket-number")).toHaveText(/^[0-9A-F]{4}-[0-9A-F]{4}$/);
  await expectAccessible(page);
  await picture(page, "audience-stored");
  await page.reload();
  await expect(page.getByText("Stored", { exact: true })).toBeVisible();
  expect((await storedAnswers(room)) - before).toBe(1);
});

test("a form without rating or company says what is missing and sends nothing", async ({ page, open }) => {
  const room = await open();
  const before = await storedAnswers(room);
  await room.gateway.setMode("survey");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("Choose a number from 1 to 5.")).toBeVisible();
  await expect(page.getByText("Say where you work")).toBeVisible();
  await expectAccessible(page);
  await picture(page, "audience-survey-missing");
  expect(await storedAnswers(room)).toBe(before);
});

test("the rating is chosen with arrow keys", async ({ page, open }) => {
  const room = await open();
  await room.gateway.setMode("survey");
  await page.getByRole("radio", { name: "1, Poor" }).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("radio", { name: "3, Good" })).toBeChecked();
});

test("a store that fails keeps the answer on the phone, which sends it until it is stored, once", async ({
  page,
  open,
}) => {
  const room = await open({ gateway: SURVEY });
  const before = await storedAnswers(room);
  await room.gateway.setMode("survey");
  await expect(page.getByRole("heading", { name: "How was it?" })).toBeVisible();
  room.storage.shut();
  await fill(page, "Patience Ltd");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("Not stored yet, will try again")).toBeVisible();
  await expectAccessible(page);
  await picture(page, "audience-not-stored-yet");
  await page.reload();
  await expect(page.getByText("Not stored yet", { exact: false }).first()).toBeVisible();
  room.storage.open();
  await expect(page.getByText("Stored", { exact: true })).toBeVisible({ timeout: 20_000 });
  expect((await storedAnswers(room)) - before).toBe(1);
});

test("a network lost while submitting, and a reply that never came, end in one stored answer", async ({
  page,
  open,
}) => {
  const room = await open({ gateway: SURVEY });
  const before = await storedAnswers(room);
  await room.gateway.setMode("survey");
  await expect(page.getByRole("heading", { name: "How was it?" })).toBeVisible();
  let lost = 0;
  // The gateway stores the answer; its reply does not reach the phone.
  await page.route("**/api/survey/submit", async (route) => {
    if (lost++ > 0) return route.continue();
    await route.fetch();
    await route.abort("connectionreset");
  });
  await fill(page, "Tunnel GmbH");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("Not stored yet, will try again")).toBeVisible();
  await expect(page.getByText("Stored", { exact: true })).toBeVisible({ timeout: 20_000 });
  expect(lost).toBeGreaterThan(1);
  expect((await storedAnswers(room)) - before).toBe(1);
});

test("going back and forward, and a second tab, show the same answer instead of a second form", async ({
  page,
  open,
  context,
}) => {
  const room = await open({ gateway: SURVEY });
  const before = await storedAnswers(room);
  await room.gateway.setMode("survey");
  await fill(page, "Loop Line");
  const second = await context.newPage();
  await second.goto(`${room.pagesUrl}/#key=${AUDIENCE_KEY}`);
  await fill(second, "Loop Line");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("Stored", { exact: true })).toBeVisible();
  await expect(second.getByText("Stored", { exact: true })).toBeVisible();
  await page.goto("about:blank");
  await page.goBack();
  await expect(page.getByText("Stored", { exact: true })).toBeVisible();
  expect((await storedAnswers(room)) - before).toBe(1);
});

test("an offline phone keeps the answer and sends it as soon as it is online", async ({
  page,
  open,
  context,
}) => {
  const room = await open({ gateway: SURVEY });
  await room.gateway.setMode("survey");
  await fill(page, "Underground");
  await context.setOffline(true);
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("There is no connection to the server.", { exact: false })).toBeVisible();
  await expectAccessible(page);
  await context.setOffline(false);
  await expect(page.getByText("Stored", { exact: true })).toBeVisible({ timeout: 20_000 });
});

test("a refused key leaves the answer on the phone for the next scan", async ({ page, open }) => {
  const room = await open({ key: "no-such-key", gateway: SURVEY });
  await room.gateway.setMode("survey");
  await fill(page, "Key & Co");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("Scan the QR code again", { exact: false })).toBeVisible();
  await expectAccessible(page);
  await page.goto("about:blank");
  await page.goto(`${room.pagesUrl}/#key=${AUDIENCE_KEY}`);
  await expect(page.getByText("Stored", { exact: true })).toBeVisible({ timeout: 20_000 });
});

test("a field that the gateway does not take is named, and the answer can be corrected", async ({
  page,
  open,
}) => {
  const room = await open({ gateway: SURVEY });
  await room.gateway.setMode("survey");
  await fill(page, "right‮to-left");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("because of the field “company”", { exact: false })).toBeVisible();
  await expectAccessible(page);
  await picture(page, "audience-returned");
  await page.getByLabel("Company").fill("Left to right");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("Stored", { exact: true })).toBeVisible();
});

test("the survey does not take an answer off the screen", async ({ page, open }) => {
  const room = await open();
  await page.getByLabel("Your question").fill("Why?");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.locator(".answer-text")).toContainText("catches up.");
  await room.gateway.setMode("survey");
  await expect(page.getByText("The survey is open")).toBeVisible();
  await expect(page.locator(".answer-text")).toBeVisible();
  await expectAccessible(page);
  await picture(page, "audience-survey-open");
  await page.getByRole("button", { name: "Go to the survey" }).click();
  await expect(page.getByRole("heading", { name: "How was it?" })).toBeVisible();
});

test("the winner's phone says so, and the name is shown as text", async ({ page, open }) => {
  const room = await open({ gateway: SURVEY });
  await room.gateway.setMode("survey");
  const nickname = '<img src=x onerror="__attacked=1">';
  await fill(page, "<script>window.__attacked = 1</script>", nickname);
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("Stored", { exact: true })).toBeVisible();
  await expect(page.getByText("<script>window.__attacked = 1</script>")).toBeVisible();
  const mine = (await page.locator(".ticket .ticket-number").textContent()) ?? "";
  await drawUntilWon(room.gateway.url, mine);
  await expect(page.getByRole("heading", { name: "You won!" })).toBeVisible({ timeout: 15_000 });
  await expect(page.locator(".winner-name").filter({ hasText: nickname })).toBeVisible();
  await expect(page.locator(".winners img")).toHaveCount(0);
  await expectAccessible(page);
  await picture(page, "audience-won");
});

/** Other tests' answers are in the bucket too: draws, ten winners each, until this one is among them. */
async function drawUntilWon(gateway: string, ticket: string): Promise<void> {
  for (let draws = 0; draws < 200; draws++) {
    const response = await fetch(`${gateway}/api/survey/winners`, {
      method: "POST",
      headers: { authorization: `Bearer ${PRESENTER_KEY}`, "content-type": "application/json" },
      body: JSON.stringify({ id: crypto.randomUUID(), winners: 10 }),
    });
    const { winners } = (await response.json()) as { winners: { ticket: string }[] };
    if (winners.some((winner) => winner.ticket === ticket)) return;
  }
  throw new Error("never drawn");
}
