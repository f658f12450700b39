import { type Page, expect, open, owner, signIn, test } from "../support/test.ts";
import { ask } from "../support/gateway.ts";
import { limitRequests } from "../support/limits.ts";
import { addMember, member } from "../support/people.ts";
import type { Installation } from "../support/server.ts";
import type { APIError } from "openai";

/** Runs into the project's limit of two requests a minute; returns the id of the refused request. */
async function refusedRequest(page: Page, server: Installation): Promise<string> {
  await limitRequests(page, "2");
  for (let request = 0; request < 2; request += 1) await ask(server, "Hello");
  const refused = (await ask(server, "Hello").catch((error: unknown) => error)) as APIError;
  expect(refused.status).toBe(429);
  const id = refused.headers?.get("x-request-id") ?? "";
  expect(id).toMatch(/^req_/);
  return id;
}

/** Types a request id into the field of the Limits page. */
async function lookUp(page: Page, id: string): Promise<void> {
  await open(page, "Limits");
  const field = page.getByRole("searchbox", { name: /request id/ });
  await field.fill(id);
  await field.press("Enter");
}

test("a refusal's receipt opens from its request id and says why, to owner and member", async ({ ownerPage: page, server, browser, complaints }) => {
  const id = await refusedRequest(page, server);
  await lookUp(page, id);
  const sheet = page.getByRole("dialog");
  await expect(sheet.getByRole("heading", { level: 2 })).toHaveText(/reached its own limit/);
  await expect(sheet).toContainText("This was one request too many");
  await expect(sheet).toContainText(id);
  await expect(sheet.getByRole("row", { name: /Requests \/ min.*short by 1/ })).toBeVisible();
  await expect(sheet.getByRole("link", { name: "Open Limits" })).toBeVisible();

  // The way out leads to the row's form; nothing else is held back.
  await sheet.getByRole("link", { name: "Open Limits" }).click();
  await expect(page.getByRole("dialog").getByLabel("Requests per minute")).toHaveValue("2");
  await expect(page.locator("dialog:modal")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  complaints.expectStatus(404);
  await lookUp(page, `req_${"0".repeat(26)}`);
  await expect(page.getByRole("dialog")).toContainText("This request is not known here");

  addMember(server);
  const context = await browser.newContext({ baseURL: server.url });
  const theirs = await context.newPage();
  await theirs.goto("/signin");
  await signIn(theirs, member.password, member.email);
  await expect(theirs).toHaveURL(new RegExp(`${owner.home}/`));
  await lookUp(theirs, id);
  const seen = theirs.getByRole("dialog");
  await expect(seen).toContainText("This was one request too many");
  await expect(seen).toContainText(/Ask an owner or admin of Acme Robotics/);
  await expect(seen.getByRole("link", { name: "Open Limits" })).toHaveCount(0);
  await theirs.goto(`${owner.home}/limits?t=usd&edit=project&history=1`);
  await expect(theirs.getByRole("dialog")).toHaveCount(0);
  await expect(theirs.getByRole("link", { name: "History" })).toHaveCount(0);
  await expect(theirs.getByRole("row", { name: new RegExp(owner.org) })).toHaveCount(0);
  await context.close();
});

test("limits are looked at, saved and kept in the history, with the keyboard alone", async ({ ownerPage: page }) => {
  await page.goto(`${owner.home}/limits?t=tph`);
  await expect(page.getByRole("link", { name: "Tokens / hour" })).toHaveAttribute("aria-current", "page");
  const edit = page.getByRole("row", { name: /All models/ }).getByRole("link", { name: /Edit/ });
  await edit.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Tokens per minute").focus();
  await page.keyboard.type("50,000");
  await dialog.getByLabel("Tokens per hour").focus();
  await page.keyboard.type("40,000");
  await dialog.getByRole("button", { name: "Preview" }).focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/preview=1/);
  await expect(dialog).toContainText("Tokens per minute can never be reached");
  await expect(dialog.getByLabel("Tokens per minute")).toHaveValue("50,000");
  await expect(page.locator("dialog:modal"), "the client has given the dialog its focus").toBeVisible();
  await dialog.getByRole("button", { name: "Save limits" }).focus();
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("row", { name: /All models/ })).toContainText("40,000");

  await page.getByRole("link", { name: "History" }).focus();
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("row", { name: /All models/ })).toContainText("tokens per minute: none → 50,000");
  await expect(page.locator("dialog:modal")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});

test("budgets of organization, project and key", async ({ ownerPage: page, complaints }) => {
  complaints.expectStatus(422);
  await open(page, "Limits");
  await page.getByRole("link", { name: "Spend" }).click();
  await page.getByRole("row", { name: /^Default project/ }).getByRole("link", { name: /Edit/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Amount in $").fill("a lot");
  await dialog.getByLabel("Warn at, in %").fill("120");
  await dialog.getByRole("button", { name: "Save budget" }).click();
  await expect(dialog.getByLabel("Amount in $")).toHaveAttribute("aria-invalid", "true");
  await expect(dialog.getByLabel("Amount in $")).toHaveValue("a lot");
  await expect(dialog.getByLabel("Warn at, in %")).toHaveAccessibleDescription(/from 1 to 100/);
  await dialog.getByLabel("Amount in $").fill("1,250.50");
  await dialog.getByLabel("Warn at, in %").fill("80 50");
  await dialog.getByRole("button", { name: "Save budget" }).click();
  await expect(page.getByRole("row", { name: /^Default project/ })).toContainText("$1,250.50");
  await expect(page.getByRole("row", { name: /^Default project/ })).toContainText("50, 80 %");

  await page.getByRole("row", { name: /^Default project/ }).getByRole("link", { name: /Edit/ }).click();
  await dialog.getByLabel("Amount in $").fill("");
  await dialog.getByRole("button", { name: "Save budget" }).click();
  await expect(page.getByRole("status")).toContainText("Budget removed.");
  await page.getByRole("link", { name: "History" }).click();
  await expect(dialog.getByRole("row", { name: /budget.removed/ })).toContainText("$1,250.50");
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a limit is set and a receipt is read", async ({ ownerPage: page, server }) => {
    const id = await refusedRequest(page, server);
    await page.goto(`${owner.home}/limits?request=${id}`);
    await expect(page.getByRole("dialog")).toContainText("This was one request too many");
    await page.getByRole("link", { name: "Close receipt" }).click();
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await page.goto(`${owner.home}/limits?edit=*`);
    await page.getByLabel("Tokens per day").fill("1");
    await page.getByRole("button", { name: "Preview" }).click();
    await expect(page.getByRole("region", { name: "Preview" })).toContainText("Tokens / day");
  });
});
