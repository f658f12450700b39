import { type Browser, type BrowserContext, type Page } from "@playwright/test";
import { expect, owner, signIn, test } from "../support/test.ts";
import { addMember, member } from "../support/people.ts";

const next = "quiet river under glass";

/** Another browser, signed in as the owner. */
async function elsewhere(browser: Browser, url: string): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ baseURL: url });
  const page = await context.newPage();
  await page.goto("/signin");
  await signIn(page);
  await expect(page).toHaveURL(new RegExp(`${owner.home}/`));
  return { context, page };
}

test("name, zone, theme and density are kept with the account", async ({ ownerPage: page, browser, server }) => {
  await page.getByRole("button", { name: `Account: ${owner.name}` }).click();
  await page.getByRole("link", { name: "Your account" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Account" })).toBeVisible();
  await page.getByLabel("Name", { exact: true }).fill("Ada N. Osei");
  await page.getByLabel("Time zone").selectOption("Asia/Kolkata");
  await page.getByRole("combobox", { name: "Theme" }).selectOption("Dark");
  await page.getByLabel("Density").selectOption("Compact");
  await page.getByRole("button", { name: "Save profile" }).click();
  await expect(page.getByText("Profile saved.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Account: Ada N. Osei" })).toBeVisible();
  await expect(page.getByLabel("Time zone")).toHaveValue("Asia/Kolkata");

  const other = await elsewhere(browser, server.url);
  await other.page.goto("/acme-robotics/~/audit");
  await expect(other.page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect(other.page.locator("html")).toHaveAttribute("data-density", "compact");
  await expect(other.page.locator("time").first()).toHaveAttribute("title", /UTC\+5:30 \(Asia\/Kolkata\)$/);
  await other.context.close();
});

test("a session ends where one is signed in elsewhere, and everywhere", async ({ ownerPage: page, browser, server }) => {
  const other = await elsewhere(browser, server.url);
  await page.goto("/account");
  const sessions = page.getByRole("region", { name: "Sessions table" });
  await expect(sessions.getByRole("row", { name: /This session/ })).toHaveCount(1);
  await sessions.getByRole("button", { name: /^End the session of/ }).click();
  await expect(page.getByText("Session ended.")).toBeVisible();
  await other.page.goto("/account");
  await expect(other.page).toHaveURL(/\/signin\?next=/);

  await signIn(other.page);
  await expect(other.page).toHaveURL("/account");
  await other.page.getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(other.page).toHaveURL(/\/signin/);
  await page.goto("/account");
  await expect(page).toHaveURL(/\/signin\?next=/);
  await other.context.close();
});

test("a new password needs the old one, must not be well known, and ends the other sessions", async ({ ownerPage: page, browser, server, complaints }) => {
  const other = await elsewhere(browser, server.url);
  await page.goto("/account");
  complaints.expectStatus(422);
  const current = page.getByLabel("Current password", { exact: true });
  const fresh = page.getByLabel("New password", { exact: true });
  const change = page.getByRole("button", { name: "Change password" });
  await current.fill("not-the-password");
  await fresh.fill(next);
  await change.click();
  await expect(current).toHaveAttribute("aria-invalid", "true");
  await current.fill(owner.password);
  await fresh.fill("Passw0rd1234");
  await change.click();
  await expect(fresh).toHaveAccessibleDescription(/among the first that an attacker tries/);
  await fresh.fill(next);
  await change.click();
  await expect(page.getByText("Password changed. All your other sessions have ended.")).toBeVisible();

  await other.page.goto("/account");
  await expect(other.page).toHaveURL(/\/signin\?next=/);
  await signIn(other.page, next);
  await expect(other.page).toHaveURL("/account");
  await other.context.close();
});

test("the last owner stays; a member leaves, and the organization is gone for them", async ({ page, server, complaints }) => {
  addMember(server);
  await page.goto("/signin?next=/account");
  await signIn(page);
  await page.getByRole("link", { name: "Leave Acme Robotics" }).click();
  await expect(page.getByRole("dialog")).toContainText("You are the last owner.");
  await page.getByRole("link", { name: "Close", exact: true }).first().click();
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(page).toHaveURL(/\/signin/);

  await page.goto("/signin?next=/account");
  await signIn(page, member.password, member.email);
  await page.getByRole("link", { name: "Leave Acme Robotics" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave Acme Robotics" }).click();
  await expect(page.getByText("You have left the organization.")).toBeVisible();
  await expect(page.getByRole("heading", { name: "No organization" })).toBeVisible();
  complaints.expectStatus(404);
  expect((await page.goto(`${owner.home}/keys`))?.status()).toBe(404);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the profile and the password change", async ({ page, complaints }) => {
    complaints.expectStatus(422);
    await page.goto("/signin?next=/account");
    await signIn(page);
    await page.getByLabel("Time zone").selectOption("Europe/Berlin");
    await page.getByRole("button", { name: "Save profile" }).click();
    await expect(page.getByLabel("Time zone")).toHaveValue("Europe/Berlin");
    await page.getByLabel("Current password", { exact: true }).fill("not-the-password");
    await page.getByLabel("New password", { exact: true }).fill(next);
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.getByText("This is not your password.")).toBeVisible();
    await page.getByLabel("Current password", { exact: true }).fill(owner.password);
    await page.getByLabel("New password", { exact: true }).fill(next);
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page).toHaveURL(/\/account\?done=password/);
  });
});
