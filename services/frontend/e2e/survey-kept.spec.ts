import { expect, expectAccessible, PHONE, picture, storedAnswers, test } from "./room.ts";
import { fill } from "./survey-form.ts";

test.use({ viewport: PHONE });

const SURVEY = { settings: { HEADWAY_GATEWAY_RETRY_AFTER_SECONDS: "1" } };

/** Browsers that keep nothing, each as a page sees it. */
const KEEPING_NOTHING: readonly (readonly [string, () => void])[] = [
  [
    "denies storage",
    () => {
      const deny = () => {
        throw new DOMException("denied", "SecurityError");
      };
      Object.defineProperty(window, "localStorage", { get: deny });
      Object.defineProperty(window, "sessionStorage", { get: deny });
    },
  ],
  [
    "has no storage, as webviews do",
    () => {
      Object.defineProperty(window, "localStorage", { value: null });
      Object.defineProperty(window, "sessionStorage", { value: null });
    },
  ],
  [
    "has no room left",
    () => {
      for (let length = 1 << 20; length >= 1; length >>= 1) {
        try {
          for (let piece = 0; ; piece++) localStorage.setItem(`${length}-${piece}`, "x".repeat(length));
        } catch {
          // Full for pieces of this length.
        }
      }
    },
  ],
];

for (const [what, denied] of KEEPING_NOTHING) {
  test(`a browser that ${what} sends its answer once`, async ({ page, open }) => {
    await page.addInitScript(denied);
    const room = await open({ gateway: SURVEY });
    const before = await storedAnswers(room);
    await room.gateway.setMode("survey");
    await fill(page, "Amnesia Ltd");
    await page.getByRole("button", { name: "Send" }).dblclick();
    await expect(page.getByText("Stored", { exact: true })).toBeVisible();
    expect((await storedAnswers(room)) - before).toBe(1);
  });
}

test("an answer under way is sent also when phones go back to the quiz, and the quiz says so", async ({
  page,
  open,
}) => {
  const room = await open({ gateway: SURVEY });
  const before = await storedAnswers(room);
  await room.gateway.setMode("survey");
  await expect(page.getByRole("heading", { name: "How was it?" })).toBeVisible();
  room.storage.shut();
  await fill(page, "Shuttle AG");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("Not stored yet, will try again")).toBeVisible();
  await room.gateway.setMode("quiz");
  await expect(page.getByRole("heading", { name: "Ask anything" })).toBeVisible();
  await expect(page.getByText("Your survey answer is not stored yet")).toBeVisible();
  await page.reload();
  await expect(page.getByText("Your survey answer is not stored yet")).toBeVisible();
  await expectAccessible(page);
  await picture(page, "audience-quiz-answer-waits");
  room.storage.open();
  await expect(page.getByText("Your survey answer is stored")).toBeVisible({ timeout: 20_000 });
  await expectAccessible(page);
  expect((await storedAnswers(room)) - before).toBe(1);
});

test("a reload while the gateway is gone shows what phones showed last", async ({ page, open }) => {
  const room = await open({ gateway: SURVEY });
  await room.gateway.setMode("survey");
  await expect(page.getByRole("heading", { name: "How was it?" })).toBeVisible();
  await room.gateway.stop();
  await page.reload();
  await expect(page.getByText("Reconnecting…")).toBeVisible();
  await expect(page.getByRole("heading", { name: "How was it?" })).toBeVisible();
});

test("an answer stored in a rehearsal does not stand for one in the show", async ({ page, open }) => {
  const room = await open({ gateway: SURVEY, run: "rehearsal" });
  const before = await storedAnswers(room);
  await room.gateway.setMode("survey");
  await fill(page, "Dress Rehearsal");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("Stored", { exact: true })).toBeVisible();
  room.beginRun("show");
  await page.reload();
  await fill(page, "First Night");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("Stored", { exact: true })).toBeVisible();
  expect((await storedAnswers(room)) - before).toBe(2);
});

test("a question that is being typed stays where it is when the survey opens", async ({ page, open }) => {
  const room = await open({ gateway: SURVEY });
  await page.getByLabel("Your question").fill("Why do trains");
  await room.gateway.setMode("survey");
  await expect(page.getByText("The survey is open")).toBeVisible();
  await expect(page.getByLabel("Your question")).toHaveValue("Why do trains");
  await page.getByRole("button", { name: "Go to the survey" }).click();
  await expect(page.getByRole("heading", { name: "How was it?" })).toBeVisible();
  await room.gateway.setMode("quiz");
  await expect(page.getByLabel("Your question")).toHaveValue("Why do trains");
});

test("a survey that is half filled in survives the way to the quiz and back", async ({ page, open }) => {
  const room = await open({ gateway: SURVEY });
  await room.gateway.setMode("survey");
  await fill(page, "Interchange plc", "Grace");
  await room.gateway.setMode("quiz");
  await expect(page.getByRole("heading", { name: "Ask anything" })).toBeVisible();
  await room.gateway.setMode("survey");
  await expect(page.getByRole("radio", { name: "4, Very good" })).toBeChecked();
  await expect(page.getByLabel("Company")).toHaveValue("Interchange plc");
  await expect(page.getByLabel("Nickname")).toHaveValue("Grace");
});
