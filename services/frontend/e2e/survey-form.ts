import type { Page } from "@playwright/test";

/** A rating of 4, a company and perhaps a nickname, typed into the form and not sent. */
export async function fill(page: Page, company: string, nickname = ""): Promise<void> {
  await page.locator(".station").filter({ hasText: "4" }).click();
  await page.getByLabel("Company").fill(company);
  if (nickname) await page.getByLabel("Nickname").fill(nickname);
}
