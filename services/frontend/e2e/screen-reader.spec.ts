import type { Page } from "@playwright/test";
import { expect, PHONE, test } from "./room.ts";
import { fill } from "./survey-form.ts";

test.use({ viewport: PHONE });

/** Regions that screen readers follow by now: what appears together with its region may be missed by them. */
const followed = (page: Page) => page.evaluateHandle(() => [...document.querySelectorAll("[role=status]")]);

test("after sending, the focus is on the heading of what became of the answer", async ({ page, open }) => {
  const room = await open();
  await room.gateway.setMode("survey");
  await expect(page.getByRole("heading", { name: "How was it?" })).toBeFocused();
  room.storage.shut();
  await fill(page, "Platform 9");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("heading", { name: "Sending your answer" })).toBeFocused();
  await expect(page.getByText("Not stored yet, will try again")).toBeVisible();
  const regions = await followed(page);
  room.storage.open();
  await expect(page.getByText("Stored", { exact: true })).toBeVisible({ timeout: 20_000 });
  expect(
    await regions.evaluate((before) => before.some((region) => region.textContent?.startsWith("Stored"))),
  ).toBe(true);
});

test("an answer that comes back moves the focus to the form", async ({ page, open }) => {
  const room = await open();
  await room.gateway.setMode("survey");
  await fill(page, "right‮to-left");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("because of the field “company”", { exact: false })).toBeVisible();
  await expect(page.getByRole("heading", { name: "How was it?" })).toBeFocused();
});

test("going to the survey moves the focus to its heading", async ({ page, open }) => {
  const room = await open();
  await page.getByLabel("Your question").fill("Why?");
  const regions = await followed(page);
  await room.gateway.setMode("survey");
  await expect(page.getByText("The survey is open")).toBeVisible();
  expect(
    await regions.evaluate((before) =>
      before.some((region) => region.textContent?.includes("The survey is open")),
    ),
  ).toBe(true);
  await page.getByRole("button", { name: "Go to the survey" }).click();
  await expect(page.getByRole("heading", { name: "How was it?" })).toBeFocused();
});

test("a question that fails is told in a region that was there before", async ({ page, open }) => {
  await open();
  await expect(page.getByText("Connected")).toBeVisible();
  const regions = await followed(page);
  await page.getByLabel("Your question").fill("break");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByText("The answer broke off")).toBeVisible();
  expect(
    await regions.evaluate((before) =>
      before.some((region) => region.textContent?.includes("The answer broke off")),
    ),
  ).toBe(true);
});

test("a page that opens leaves the focus where readers begin", async ({ page, open }) => {
  await open();
  await expect(page.getByText("Connected")).toBeVisible();
  await expect(page.locator("body")).toBeFocused();
});
