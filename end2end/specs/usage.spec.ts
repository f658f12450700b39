import { expect, open, test } from "../support/test.ts";
import { ask, model } from "../support/gateway.ts";

test("answered requests are counted by model, and marked as simulated", async ({ ownerPage: page, server }) => {
  const answers = [await ask(server, "one"), await ask(server, "two"), await ask(server, "three")];
  const tokens = answers.reduce((sum, { usage }) => sum + (usage?.total_tokens ?? 0), 0);

  await open(page, "Usage & Analytics");
  const row = page.getByRole("row", { name: new RegExp(model) }).first();
  await expect(row).toContainText("3");
  await expect(row).toContainText(String(tokens));
  await expect(page.locator("main")).toContainText("simulated");
});

test("the range stands in the address, and an unknown one does no harm", async ({ ownerPage: page, server }) => {
  await ask(server, "Hello");
  await open(page, "Usage & Analytics");
  await page.getByRole("link", { name: "7 d", exact: true }).click();
  await expect(page).toHaveURL(/range=7d/);
  const answer = await page.goto(`${new URL(page.url()).pathname}?range=century`);
  expect(answer?.status()).toBe(200);
  await expect(page.getByRole("row", { name: new RegExp(model) }).first()).toBeVisible();
});

test("the organization's page sums its projects", async ({ ownerPage: page, server }) => {
  await ask(server, "Hello");
  await page.goto("/acme-robotics/~/usage");
  await expect(page.getByRole("row", { name: new RegExp(model) }).first()).toContainText("1");
});
