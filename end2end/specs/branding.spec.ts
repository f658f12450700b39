import { type Page, expect, owner, test } from "../support/test.ts";

const settings = "/acme-robotics/~/settings";
const drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8"/></svg>';

/** The colour of the first sample as it is drawn. */
async function accent(page: Page): Promise<string> {
  const link = page.locator(".brand-sample.light .link");
  return link.evaluate((element) => getComputedStyle(element).color);
}

async function choose(page: Page, text: string): Promise<void> {
  const file = { name: "logo.svg", mimeType: "image/svg+xml", buffer: Buffer.from(text) };
  await page.getByLabel("Logo", { exact: true }).setInputFiles(file);
}

async function upload(page: Page, text: string): Promise<void> {
  await choose(page, text);
  await page.getByRole("button", { name: "Upload the logo" }).click();
}

test("a colour is tried on while it is typed, and kept when it is saved", async ({ ownerPage: page }) => {
  await page.goto(settings);
  await expect(page.getByLabel("Choose"), "the script runs").toBeVisible();
  const before = await accent(page);
  await page.getByLabel("Colour", { exact: true }).fill("#c2410c");
  await expect.poll(() => accent(page)).not.toBe(before);
  const tried = await accent(page);
  await page.getByRole("button", { name: "Save colour" }).click();
  await expect(page.getByRole("status")).toContainText("Organization settings saved.");
  expect(await accent(page)).toBe(tried);
});

test("a logo is shown on every page, and one with a script is refused", async ({ ownerPage: page, complaints }) => {
  complaints.expectStatus(422);
  await page.goto(settings);
  await upload(page, drawing.replace("<rect", "<script>alert(1)</script><rect"));
  await expect(page.getByLabel("Logo", { exact: true })).toHaveAccessibleDescription(/the element script/);
  // It shows in the samples before it is uploaded.
  const sample = page.locator(".brand-sample").first().locator("img");
  await expect(sample).toHaveCount(0);
  await expect(page.getByLabel("Choose"), "the client is there").toBeVisible();
  await choose(page, drawing);
  await expect.poll(() => sample.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await page.getByRole("button", { name: "Upload the logo" }).click();
  await expect(page.getByRole("status")).toContainText("Organization settings saved.");
  await page.goto(`${owner.home}/keys`);
  const logo = page.getByRole("link", { name: "Home" }).locator("img");
  await expect.poll(() => logo.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);

  await page.getByRole("navigation", { name: "Context" }).getByRole("button").click();
  const mark = page.getByRole("dialog", { name: "Switch organization or project" }).getByRole("heading", { name: /Acme Robotics/ }).locator("img");
  await expect.poll(() => mark.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await expect(mark).toHaveJSProperty("clientWidth", 16);
});
