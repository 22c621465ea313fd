import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { scanned } from "../e2e/scanned.ts";
import { Film } from "./film.ts";
import { type LocalRun, localRun, type Summary } from "./local-run.ts";

const SPEED = 20;
const SHEET = new URL("../../../build/screenshots/show.png", import.meta.url).pathname;
const STAGE = { width: 1920, height: 1080 };
const PHONE = { width: 360, height: 740 };
const SURVEY_SECONDS = (28 * 60) / SPEED;

let run: LocalRun;
let summary: Summary | undefined;
test.beforeEach(async () => {
  run = await localRun(SPEED, ["--lan"]);
});
test.afterEach(async () => {
  summary ??= await run.end();
});

test("a show from the first question to the winner, on what dev renders, with k6 and faults", async ({
  browser,
}) => {
  test.setTimeout(300_000);
  const film = new Film();
  const faults: string[] = [];
  const open = async (path: string, viewport: typeof STAGE, colorScheme: "light" | "dark" = "light") => {
    const context = await browser.newContext({ viewport, colorScheme });
    const page = await watched(context, faults);
    await page.goto(path);
    return page;
  };
  const links = `#key=${run.presenterKey}&control=${run.token}`;

  const room = await open(`${run.control}/control/${links}`, STAGE, "dark");
  await expect(room.getByText("Live")).toBeVisible();
  const presenter = await open(`${run.control}/presenter/${links}`, STAGE);
  await expect(presenter.getByRole("heading", { name: "Before the show" })).toBeVisible();
  const code = presenter.getByRole("img", { name: "QR code of the audience page" });
  const invitation = await scanned(presenter, code);
  expect(invitation).toBe(run.audienceUrl);
  await expect(presenter.getByText("Phones cannot reach this address")).toHaveCount(0);
  await film.take(presenter, "The way in");

  // Nothing runs. The first question is held, wakes a replica, and is answered.
  const ada = await open(invitation ?? "", PHONE);
  await ask(ada, "Which line is the oldest?");
  await expect(ada.getByText("In the queue")).toBeVisible({ timeout: 20_000 });
  await film.take(ada, "Asked while nothing runs");
  await expect(room.getByText("KEDA wakes the first replica")).toBeVisible({ timeout: 20_000 });
  await film.take(room, "A question wakes the first GPU");
  await expect(ada.locator(".answer-text")).toHaveText(/\w+ \w+ \w+/, { timeout: 60_000 });
  await film.take(ada, "The answer streams");

  // The show's clock starts with the documents' load.
  await room.getByRole("button", { name: "Tube demo" }).click();
  const began = Date.now();
  await expect(room.getByText("k6 plays Tube demo")).toBeVisible();
  await expect(presenter.getByRole("heading", { name: "Survey in" })).toBeVisible();
  await expect(presenter.getByRole("radio", { name: "By the clock" })).toBeChecked();
  await expect(room.getByText(/a replica carries .* HPA sets/).first()).toBeVisible({ timeout: 60_000 });
  await expect(room.locator(".stop-ready .stop-dot")).toHaveText(/[2-9]/, { timeout: 60_000 });
  await film.take(room, "The queue asks for more");

  const grace = await open(invitation ?? "", PHONE);
  await ask(grace, "Name three stations of the Central line.");
  await expect(grace.locator(".answer-text")).toHaveText(/\w+ \w+ \w+/, { timeout: 60_000 });

  for (const fault of ["Spot interruption", "Slow replica", "Metric loss"]) {
    await room.getByRole("button", { name: fault }).click();
    await expect(room.locator(".entry-fault").filter({ hasText: fault.toLowerCase() })).not.toHaveCount(0);
  }
  await expect(room.locator(".node").filter({ hasText: "draining" })).not.toHaveCount(0);
  for (const last of [room.getByRole("button", { name: "Slow replica" }), room.locator(".origin")])
    await expect(last).toBeInViewport({ ratio: 1 });
  await film.take(room, "Three faults at once");

  // Minute 28: phones turn to the survey by the clock. S3 is gone just then.
  const left = SURVEY_SECONDS * 1000 - (Date.now() - began);
  await expect(ada.getByText("The survey is open")).toBeVisible({ timeout: left + 20_000 });
  await expect(presenter.getByRole("heading", { name: /Survey closes in|The show is over/ })).toBeVisible();
  await answer(ada, "Ada", "Analytical Engines");
  await expect(ada.getByText("Stored", { exact: true })).toBeVisible({ timeout: 30_000 });
  await film.take(ada, "A survey answer, stored");
  await room.getByRole("button", { name: "S3 outage" }).click();
  await expect(room.locator(".entry-fault").filter({ hasText: "s3 outage" })).not.toHaveCount(0);
  await answer(grace, "Grace", "Compilers & Co");
  await expect(grace.getByText("Not stored yet, will try again")).toBeVisible({ timeout: 20_000 });
  await film.take(grace, "S3 is gone, and the phone says so");
  await expect(grace.getByText("Stored", { exact: true })).toBeVisible({ timeout: 40_000 });

  await presenter.getByRole("button", { name: "Draw", exact: true }).click();
  await expect(presenter.getByText("Draw 1 of 2 answers", { exact: false })).toBeVisible();
  await film.take(presenter, "The draw");
  const mine = (phone: Page) => phone.getByRole("heading", { name: "You won!" });
  await expect
    .poll(async () => (await mine(ada).count()) + (await mine(grace).count()), { timeout: 15_000 })
    .toBe(1);
  const winner = (await mine(ada).count()) === 1 ? ada : grace;
  await mine(winner).scrollIntoViewIfNeeded();
  await film.take(winner, "The winner's phone");
  const other = winner === ada ? grace : ada;
  await expect(other.getByRole("heading", { name: "The winner" })).toBeVisible();

  // k6 ends by itself and says what it saw.
  await expect(room.getByText(/Tube demo: [\d,]+ requests/)).toBeVisible({ timeout: 120_000 });
  await expect(room.getByText("k6 keeps every threshold.")).toBeVisible();
  await film.take(room, "The end, and what it cost");
  await film.develop(browser, SHEET);

  expect(faults).toEqual([]);
  summary = await run.end();
  expect(summary.lost).toEqual([]);
  expect(summary.requests.failed).toBe(0);
  expect(summary.requests.offered).toBe(summary.requests.served + summary.requests.refused);
  expect(summary.surveys.stored).toBe(2);
  expect(summary.replicas.max).toBeGreaterThan(1);
});

async function watched(context: BrowserContext, faults: string[]): Promise<Page> {
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (/Content Security Policy|Hydration|Minified React/i.test(message.text())) faults.push(message.text());
  });
  return page;
}

async function ask(phone: Page, question: string): Promise<void> {
  await phone.getByLabel("Your question").fill(question);
  await phone.getByRole("button", { name: "Ask" }).click();
}

async function answer(phone: Page, nickname: string, company: string): Promise<void> {
  await phone.getByRole("button", { name: /survey/i }).click();
  await phone.locator(".station").filter({ hasText: "5" }).click();
  await phone.getByLabel("Company").fill(company);
  await phone.getByLabel("Nickname").fill(nickname);
  await phone.getByRole("button", { name: "Send" }).click();
}
