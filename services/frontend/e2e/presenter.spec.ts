import { expect, expectAccessible, picture, test } from "./room.ts";
import { scanned } from "./scanned.ts";
import { PRESENTER_KEY } from "./servers/gateway.ts";

const PRESENTER = { path: "/presenter/", key: PRESENTER_KEY };
const AUDIENCE_URL = "http://192.168.1.20:8080/#key=the-audience-key";

test("the code carries the audience's address, and the screen shows it without the key", async ({
  page,
  open,
  control,
}) => {
  await open({ ...PRESENTER, control, audienceUrl: AUDIENCE_URL });
  await expect(page.getByRole("img", { name: "QR code of the audience page" })).toBeVisible();
  await expect(page.locator(".invitation-host")).toHaveText("192.168.1.20:8080");
  await expect(page.getByLabel("Address in the code")).toHaveValue("http://192.168.1.20:8080/");
  await expect(page.locator("main")).not.toContainText("the-audience-key");
  await expect(page.getByRole("heading", { name: "Survey in" })).toBeVisible();
  await expectAccessible(page);
  await picture(page, "presenter");
});

test("a phone that scans the code opens the audience page with its key", async ({ page, open, control }) => {
  await open({ ...PRESENTER, control, audienceUrl: AUDIENCE_URL });
  const code = page.getByRole("img", { name: "QR code of the audience page" });
  await code.waitFor();
  expect(await scanned(page, code)).toBe(AUDIENCE_URL);
});

test("an address that is corrected keeps the room's key", async ({ page, open, control }) => {
  await open({ ...PRESENTER, control, audienceUrl: AUDIENCE_URL });
  await page.getByLabel("Address in the code").fill("http://demo.example/");
  const code = page.getByRole("img", { name: "QR code of the audience page" });
  expect(await scanned(page, code)).toBe("http://demo.example/#key=the-audience-key");
});

test("a key that is typed is in the code and leaves the screen", async ({ page, open, control }) => {
  await open({ ...PRESENTER, control, audienceUrl: AUDIENCE_URL });
  const address = page.getByLabel("Address in the code");
  await address.fill("http://demo.example/#key=another");
  await address.blur();
  await expect(address).toHaveValue("http://demo.example/");
  const code = page.getByRole("img", { name: "QR code of the audience page" });
  expect(await scanned(page, code)).toBe("http://demo.example/#key=another");
});

test("an address that phones cannot reach is called so and can be replaced", async ({
  page,
  open,
  control,
}) => {
  await open({ ...PRESENTER, control });
  await expect(page.getByText("Phones cannot reach this address", { exact: false })).toBeVisible();
  await page.getByLabel("Address in the code").fill("http://demo.example/#key=k");
  await expect(page.locator(".invitation-host")).toHaveText("demo.example");
  await expect(page.getByText("Phones cannot reach this address", { exact: false })).toHaveCount(0);
});

test("the mode follows the clock until the presenter says otherwise", async ({ page, open, control }) => {
  await open({ ...PRESENTER, control });
  await expect(page.getByRole("heading", { name: "Phones show the quiz" })).toBeVisible();
  await page.getByRole("radio", { name: "Survey" }).click();
  await expect.poll(() => control.asked).toEqual([{ path: "/control/mode", body: { mode: "survey" } }]);
  await expect(page.getByRole("radio", { name: "Survey" })).toBeChecked();
});

test("the clock shows what is left of the survey, then that the show is over", async ({
  page,
  open,
  control,
}) => {
  control.setSecond(1700);
  await open({ ...PRESENTER, control });
  await expect(page.getByRole("heading", { name: "Survey closes in" })).toBeVisible({ timeout: 15_000 });
  await expect(page.getByRole("timer")).toHaveText(/^1:\d\d$/);
  control.setSecond(1801);
  await expect(page.getByRole("heading", { name: "The show is over" })).toBeVisible();
});

test("the show begins anew after a second press", async ({ page, open, control }) => {
  control.setSecond(1801);
  await open({ ...PRESENTER, control });
  await expect(page.getByRole("heading", { name: "The show is over" })).toBeVisible();
  await page.getByRole("button", { name: "Restart the show" }).click();
  await expect(page.getByRole("button", { name: "Go on" })).toBeFocused();
  await expectAccessible(page);
  expect(control.asked).toEqual([]);
  await page.getByRole("button", { name: "Restart now" }).click();
  await expect.poll(() => control.asked).toEqual([{ path: "/control/show-restart", body: {} }]);
  await expect(page.getByRole("radio", { name: "By the clock" })).toBeChecked();
});

test("in a cluster the presenter starts the clock and the mode is left to the gateway", async ({
  page,
  open,
}) => {
  await open(PRESENTER);
  await expect(page.getByRole("heading", { name: "Before the show" })).toBeVisible();
  await page.getByRole("button", { name: "Start the clock" }).click();
  await expect(page.getByRole("timer")).toHaveText(/^27:5\d$/);
  await page.reload();
  await expect(page.getByRole("timer")).toHaveText(/^27:5\d$/);
  await expect(page.getByText("the mode is a ConfigMap", { exact: false })).toBeVisible();
  await expectAccessible(page);
});

test("a gateway that is gone shows on the presenter's page", async ({ page, open, control }) => {
  const room = await open({ ...PRESENTER, control });
  await room.gateway.stop();
  await expect(page.getByText("The gateway does not answer")).toBeVisible();
  await expectAccessible(page);
});
