import { expect, expectAccessible, PHONE, picture, test } from "./room.ts";
import { engine } from "./servers/engine.ts";
import { PAYLOAD } from "./servers/model.ts";

test.use({ viewport: PHONE });

test("a question is answered word by word as text", async ({ page, open }) => {
  await open();
  await expect(page.getByRole("heading", { name: "Ask anything" })).toBeVisible();
  await expectAccessible(page);
  await picture(page, "audience-quiz");
  await page.getByLabel("Your question").fill("Why do trains bunch up?");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByRole("button", { name: "Stop" })).toBeVisible();
  await expect(page.locator(".answer-text")).toContainText("catches up.");
  await expect(page.getByRole("button", { name: "Ask", exact: true })).toBeVisible();
  await expectAccessible(page);
  await picture(page, "audience-answer");
});

test("markup in an answer and in a question stays text", async ({ page, open }) => {
  await open();
  await page.getByLabel("Your question").fill('attack <img src="x" onerror="window.__attacked = 1">');
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.locator(".answer-text")).toHaveText(PAYLOAD);
  await expect(page.locator(".answer img, .answer script")).toHaveCount(0);
});

test("stop ends the stream and keeps what had come", async ({ page, open }) => {
  await open();
  await page.getByLabel("Your question").fill("endless");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.locator(".answer-text")).toContainText("Trains bunch up");
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByText("Stopped by you.")).toBeVisible();
  await expectAccessible(page);
});

test("the whole quiz works from the keyboard", async ({ page, open }) => {
  await open();
  await page.getByLabel("Your question").waitFor();
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("Your question")).toBeFocused();
  await page.keyboard.type("Why?");
  await page.keyboard.press("Enter");
  await expect(page.locator(".answer-text")).toContainText("catches up.");
});

test("a slow answer says that a place in the queue is kept", async ({ page, open }) => {
  await open();
  await page.getByLabel("Your question").fill("slow");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByText("In the queue")).toBeVisible();
  await expectAccessible(page);
  await picture(page, "audience-slow");
  await expect(page.locator(".answer-text")).toContainText("catches up.");
  await expect(page.getByText("In the queue")).toHaveCount(0);
});

test("an answer that breaks off is called so and can be asked again", async ({ page, open }) => {
  await open();
  await page.getByLabel("Your question").fill("break");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByText("The answer broke off")).toBeVisible();
  await expect(page.locator(".answer-text")).toContainText("Trains bunch up");
  await expect(page.getByRole("button", { name: "Ask again" })).toBeEnabled();
  await expectAccessible(page);
  await picture(page, "audience-broken-off");
});

test("a busy gateway is asked again after the time that it names", async ({ page, open }) => {
  const settings = {
    HEADWAY_GATEWAY_REQUESTS_PER_MINUTE: "30",
    HEADWAY_GATEWAY_REQUEST_BURST: "1",
  };
  await open({ gateway: { settings } });
  for (const question of ["first", "second"]) {
    await page.getByLabel("Your question").fill(question);
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await expect(page.getByRole("button", { name: "Stop" })).toHaveCount(0);
  }
  await expect(page.getByText("The room is asking a lot")).toBeVisible();
  await expect(page.getByRole("button", { name: /Ask again in \d+ s/ })).toBeDisabled();
  await expectAccessible(page);
  await picture(page, "audience-busy");
  await page.getByRole("button", { name: "Ask again", exact: true }).click({ timeout: 15_000 });
  await expect(page.locator(".answer-text")).toContainText("catches up.");
});

test("a page without a valid key says where to get one", async ({ page, open }) => {
  await open({ key: "no-such-key" });
  await page.getByLabel("Your question").fill("Why?");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByText("Scan the QR code on the big screen again.")).toBeVisible();
  await expectAccessible(page);
  await picture(page, "audience-refused");
});

test("the key leaves the address bar and survives a reload", async ({ page, open }) => {
  await open();
  await expect(page.getByLabel("Your question")).toBeVisible();
  expect(new URL(page.url()).hash).toBe("");
  await page.reload();
  await page.getByLabel("Your question").fill("Why?");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.locator(".answer-text")).toContainText("catches up.");
});

test("a phone without network is told so and comes back by itself", async ({ page, open, context }) => {
  await open();
  await expect(page.getByText("Connected")).toBeVisible();
  await context.setOffline(true);
  await expect(page.getByText("Offline")).toBeVisible();
  await page.getByLabel("Your question").fill("Why?");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByText("No connection", { exact: true })).toBeVisible();
  await expectAccessible(page);
  await picture(page, "audience-offline");
  await context.setOffline(false);
  await page.getByRole("button", { name: "Ask again" }).click();
  await expect(page.locator(".answer-text")).toContainText("catches up.");
  await expect(page.getByText("Connected")).toBeVisible({ timeout: 20_000 });
});

test("a gateway that is gone shows as reconnecting", async ({ page, open }) => {
  const room = await open();
  await expect(page.getByText("Connected")).toBeVisible();
  await room.gateway.stop();
  await expect(page.getByText("Reconnecting…")).toBeVisible();
  await expectAccessible(page);
});

test("the simulated engine answers through the gateway, and stopping ends its work", async ({
  page,
  open,
}) => {
  const simulated = await engine();
  try {
    await open({ gateway: { model: simulated.url } });
    await page.getByLabel("Your question").fill("Why do trains bunch up?");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await expect(page.locator(".answer-text")).toHaveText(/\w+ \w+/);
    await page.getByRole("button", { name: "Stop" }).click();
    const metrics = async () => (await fetch(`${simulated.url}/metrics`)).text();
    await expect.poll(metrics).toMatch(/^vllm:num_requests_running\{.*\} 0(\.0)?$/m);
  } finally {
    await simulated.stop();
  }
});
