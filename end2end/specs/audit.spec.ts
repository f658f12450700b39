import { expect, open, owner, test } from "../support/test.ts";
import { createKey } from "../support/keys.ts";
import { limitRequests } from "../support/limits.ts";
import { bailiwick } from "../support/server.ts";

test("a change of a limit shows who changed which field, from what to what", async ({ ownerPage: page }) => {
  await limitRequests(page, "30");
  await limitRequests(page, "45");
  await open(page, "Audit Logs");
  const row = page.getByRole("row", { name: /limit\.updated/ }).first();
  await expect(row).toContainText(owner.name);
  await row.getByRole("link").first().click();
  const diff = page.locator("dl.diff");
  await expect(diff.locator("del")).toContainText("30");
  await expect(diff.locator("ins")).toContainText("45");
});

test("the newest record comes first, and the log never holds a secret", async ({ ownerPage: page }) => {
  const secret = await createKey(page, "checkout-canary");
  await open(page, "Audit Logs");
  await expect(page.getByRole("row").nth(1)).toContainText("api_key.created");
  await expect(page.getByRole("row").nth(1)).toContainText("checkout-canary");
  expect(await page.content()).not.toContain(secret);
});

test("the log is filtered on the server, and the filter stands in the address", async ({ ownerPage: page }) => {
  await createKey(page, "checkout-canary");
  await limitRequests(page, "30");
  await open(page, "Audit Logs");
  const search = page.getByRole("searchbox");
  await search.fill("limit.updated");
  await search.press("Enter");
  await expect(page).toHaveURL(/q=limit/);
  await expect(page.getByRole("row", { name: /limit\.updated/ })).toHaveCount(1);
  await expect(page.getByRole("row", { name: /api_key\.created/ })).toHaveCount(0);
});

test("the command verifies the chains and says how many records hold", async ({ ownerPage: page, server }) => {
  await createKey(page, "checkout-canary");
  await server.stop();
  const { code, stdout, stderr } = await bailiwick(["audit", "verify", "--data", server.data]);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/\d+ records/);
});
