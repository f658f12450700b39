import { expect, owner, signIn, test } from "../support/test.ts";
import { ask, model, openai } from "../support/gateway.ts";
import { createKey } from "../support/keys.ts";
import { limitRequests } from "../support/limits.ts";
import { addMember, addOutsider, member, outsider } from "../support/people.ts";
import { look } from "../support/looks.ts";
import { mailedPath } from "../support/mail.ts";

// axe looks at every page four times.
test.describe.configure({ timeout: 300_000 });

test("sign-in", async ({ page }) => {
  await look(page, "/signin", "signin");
});

test("the other ways in", async ({ page, server, complaints }) => {
  complaints.expectStatus(403, 410);
  await look(page, "/signin/forgot", "forgot");
  await page.getByLabel("E-mail").fill(owner.email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await look(page, null, "forgot-sent");
  await look(page, server.outboxLink, "outbox");
  const link = await page.getByRole("link", { name: /\/signin\/reset\?token=/ }).getAttribute("href");
  await look(page, link ?? "none", "reset");
  await look(page, "/signin/reset?token=old", "reset-ended");
  await look(page, "/signup", "signup-closed");
});

test("an account that has just begun", async ({ ownerPage: page }) => {
  await look(page, `${owner.home}/keys?new=1`, "keys-dialog");
  await look(page, `${owner.home}/usage`, "usage-empty");
  await look(page, `${owner.home}/requests`, "requests-empty");
  await look(page, "/acme-robotics/~/projects", "projects");
  await look(page, "/acme-robotics/~/projects?new=1", "projects-dialog");
  await look(page, "/acme-robotics/~/projects?template=1", "projects-template");
  await look(page, `${owner.home}/settings`, "project-settings");
  await look(page, "/acme-robotics/~/settings", "org-settings");
  await look(page, "/acme-robotics/~/settings?access=assigned_only", "org-access-dialog");
});

test("the account", async ({ ownerPage: page }) => {
  await look(page, "/account", "account");
  await page.getByRole("link", { name: "Leave Acme Robotics" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await look(page, null, "account-leave");
});

test("members and invitations", async ({ ownerPage: page, browser, server }) => {
  addMember(server);
  await page.goto("/acme-robotics/~/members?invite=1");
  await page.getByLabel("E-mail addresses").fill("jonas.lindqvist@acme.example");
  await page.getByRole("button", { name: "Send invitations" }).click();
  await expect(page.getByText("Invitations sent.")).toBeVisible();
  await look(page, "/acme-robotics/~/members", "members");
  await look(page, "/acme-robotics/~/members?invite=1", "members-invite");
  await look(page, "/acme-robotics/~/members?roles=1", "members-roles");
  const remove = page.locator("a", { hasText: "Remove from organization…" });
  await page.goto("/acme-robotics/~/members");
  await look(page, (await remove.getAttribute("href")) ?? "", "members-remove");
  await page.context().clearCookies();
  await look(page, await mailedPath(browser, server, "jonas.lindqvist@acme.example"), "invite");
});

test("pages with something on them", async ({ ownerPage: page, server }) => {
  await createKey(page, "checkout-canary");
  await limitRequests(page, "20");
  const { request_id: id } = await ask(server, "Hello").withResponse();
  await openai(server).models.list();

  await look(page, `${owner.home}/keys`, "keys");
  await look(page, `${owner.home}/limits`, "limits");
  await look(page, `${owner.home}/limits?edit=*`, "limits-dialog");
  await look(page, `${owner.home}/limits?model=*&tokens_per_minute=500000&tokens_per_hour=9&preview=1`, "limits-preview");
  await look(page, `${owner.home}/limits?t=usd`, "budgets");
  await look(page, `${owner.home}/limits?t=usd&edit=project`, "budget-dialog");
  await look(page, `${owner.home}/limits?history=1`, "limits-history");
  await look(page, `${owner.home}/limits?request=${id}`, "receipt");
  await look(page, `${owner.home}/usage`, "usage");
  await expect(page.locator("main")).toContainText(model);
  await look(page, `${owner.home}/audit`, "audit");
  await look(page, "/acme-robotics/~/usage", "org-usage");
  await look(page, "/acme-robotics/~/audit", "org-audit");
});

test("the people of a project", async ({ ownerPage: page, server, complaints }) => {
  const people = `${owner.home}/settings/collaborators`;
  await look(page, people, "collaborators-none");
  addMember(server);
  addOutsider(server);
  await look(page, `${people}?new=1`, "collaborators-dialog");
  await page.getByLabel("E-mail", { exact: true }).fill(outsider.email);
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByRole("button", { name: "Add external collaborator" })).toBeVisible();
  await look(page, null, "collaborators-announced");
  await page.getByRole("button", { name: "Add external collaborator" }).click();
  await page.goto(`${people}?new=1`);
  await page.getByLabel("E-mail", { exact: true }).fill(member.email);
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByRole("row", { name: new RegExp(member.name) })).toBeVisible();
  await look(page, people, "collaborators");
  await look(page, `${people}?remove=acct_${"0".repeat(25)}8`, "collaborators-remove");
  complaints.expectStatus(422);
  await page.goto(`${people}?new=1`);
  await page.getByLabel("E-mail", { exact: true }).fill("nobody@acme.example");
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByLabel("E-mail", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await look(page, null, "collaborators-refused");
});

test("the request log", async ({ ownerPage: page, server }) => {
  await ask(server, "Hello");
  await look(page, `${owner.home}/requests`, "requests");
  const row = await page.getByRole("region", { name: "Requests table" }).getByRole("link").first().getAttribute("href");
  await look(page, row ?? "none", "request-open");
  await look(page, `${owner.home}/requests?status=errors`, "requests-none");
  await look(page, "/acme-robotics/~/requests", "org-requests");
});

test("an address that leads nowhere", async ({ page, complaints }) => {
  complaints.expectStatus(404);
  await page.goto(`${owner.home}/keys`);
  await signIn(page);
  await expect(page).toHaveURL(`${owner.home}/keys`);
  await look(page, "/acme-robotics/nowhere/keys", "not-found");
});

test("the theme of the account menu stays", async ({ ownerPage: page }) => {
  await page.getByRole("button", { name: `Account: ${owner.name}` }).click();
  await page.getByRole("button", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});
