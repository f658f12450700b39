import { type Page } from "@playwright/test";
import { expect, open, owner, signIn, test } from "../support/test.ts";
import { mailedPath } from "../support/mail.ts";
import { addMember, member } from "../support/people.ts";

const password = "quiet river under glass";

/** Fills in and sends the invite form of the Members page. */
async function invite(page: Page, emails: string, role = "Member"): Promise<void> {
  await open(page, "Members");
  await page.getByRole("link", { name: "Invite members" }).click();
  const dialog = page.getByRole("dialog", { name: "Invite members" });
  await dialog.getByLabel("E-mail addresses").fill(emails);
  await dialog.getByLabel("Role in the organization").selectOption(role);
  await dialog.getByRole("button", { name: "Send invitations" }).click();
}

test("many are invited at once, or nobody", async ({ ownerPage: page, server, complaints }) => {
  complaints.expectStatus(422);
  await invite(page, "rafael@acme.example\npim.acme.example");
  const dialog = page.getByRole("dialog", { name: "Invite members" });
  await expect(dialog.getByText(/“pim.acme.example”/)).toBeVisible();
  await expect(dialog.getByLabel("E-mail addresses")).toHaveValue(/rafael@acme.example/);
  await dialog.getByLabel("E-mail addresses").fill("rafael@acme.example, pim@acme.example");
  await dialog.getByRole("button", { name: "Send invitations" }).click();
  await expect(page.getByText("Invitations sent.")).toBeVisible();
  await expect(page.getByRole("row", { name: /pim@acme.example/ })).toContainText(/in [67] days/);
  await page.getByRole("button", { name: "Revoke the invitation of pim@acme.example" }).click();
  await expect(page.getByText("Invitation revoked.")).toBeVisible();
  await expect(page.getByRole("row", { name: /pim@acme.example/ })).toHaveCount(0);

  await page.goto(server.outboxLink);
  await page.getByRole("searchbox", { name: "Filter by recipient" }).fill("pim@");
  await page.keyboard.press("Enter");
  await expect(page.getByText("1–1 of 1 mails")).toBeVisible();
  const mail = page.getByRole("region").filter({ hasText: "pim@acme.example" });
  await expect(mail.getByText("Ended")).toBeVisible();
  await expect(mail.getByRole("link"), "nobody passes a dead link on").toHaveCount(0);
});

test("a newcomer accepts with a new account, once", async ({ ownerPage: page, browser, server, complaints }) => {
  complaints.expectStatus(409);
  await invite(page, member.email, "Admin");
  await expect(page.getByText("Invitations sent.")).toBeVisible();
  const old = await mailedPath(browser, server, member.email);
  await page.getByRole("button", { name: `Resend to ${member.email}` }).click();
  await expect(page.getByText("Invitations sent.")).toBeVisible();
  const path = await mailedPath(browser, server, member.email);
  expect(path).not.toBe(old);
  expect((await page.goto(path))?.status(), "another account").toBe(409);

  const context = await browser.newContext({ baseURL: server.url });
  const theirs = await context.newPage();
  expect((await theirs.goto(old))?.status(), "a newer link was sent").toBe(410);
  await theirs.goto(path);
  await expect(theirs.getByRole("heading", { level: 1, name: "Join Acme Robotics" })).toBeVisible();
  await theirs.getByLabel("Name", { exact: true }).fill(member.name);
  await theirs.getByLabel("Password", { exact: true }).fill(password);
  await theirs.getByRole("button", { name: "Accept and join" }).click();
  await expect(theirs).toHaveURL(new RegExp(`${owner.home}/keys`));
  await open(theirs, "Members");
  await expect(theirs.getByRole("row", { name: new RegExp(member.name) })).toContainText("you");
  expect((await theirs.goto(path))?.status(), "a link works once").toBe(410);
  await context.close();
});

test("an account that is there signs in first, and comes back", async ({ ownerPage: page, browser, server }) => {
  addMember(server);
  await open(page, "Members");
  await page.getByRole("button", { name: `Actions for ${member.name}` }).click();
  await page.getByRole("link", { name: "Remove from organization…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  await expect(page.getByText("Removed from the organization.")).toBeVisible();
  await invite(page, member.email);
  await expect(page.getByText("Invitations sent.")).toBeVisible();

  const context = await browser.newContext({ baseURL: server.url });
  const theirs = await context.newPage();
  await theirs.goto(await mailedPath(browser, server, member.email));
  await theirs.getByRole("link", { name: "Sign in" }).click();
  await signIn(theirs, member.password, member.email);
  await theirs.getByRole("button", { name: "Accept and join" }).click();
  await expect(theirs).toHaveURL(new RegExp(`${owner.home}/keys`));
  await context.close();
});

test.describe("without script", () => {
  test.use({ javaScriptEnabled: false });

  test("an invitation is accepted, and keeps what was typed", async ({ ownerPage: page, browser, server }) => {
    await invite(page, `${member.email} jonas.lindqvist@acme.example`);
    await expect(page.getByRole("row", { name: new RegExp(member.email) })).toBeVisible();
    const context = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false });
    const theirs = await context.newPage();
    await theirs.goto(await mailedPath(browser, server, member.email));
    await theirs.getByLabel("Name", { exact: true }).fill(member.name);
    await theirs.getByLabel("Password", { exact: true }).fill("short");
    await theirs.getByRole("button", { name: "Accept and join" }).click();
    await expect(theirs.getByText("Use at least 12 characters.")).toBeVisible();
    await expect(theirs.getByLabel("Name", { exact: true })).toHaveValue(member.name);
    await theirs.getByLabel("Password", { exact: true }).fill(password);
    await theirs.getByRole("button", { name: "Accept and join" }).click();
    await expect(theirs).toHaveURL(new RegExp(`${owner.home}/keys`));

    await theirs.context().clearCookies();
    await theirs.goto(await mailedPath(browser, server, "jonas.lindqvist@acme.example"));
    await theirs.getByRole("button", { name: "Decline" }).click();
    await expect(theirs).toHaveURL(/\/signin/);
    await context.close();
  });
});
