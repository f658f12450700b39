import { expect, open, owner, signIn, test } from "../support/test.ts";
import { addMember, member } from "../support/people.ts";
import { createKey } from "../support/keys.ts";
import { createProject } from "../support/projects.ts";

test("a role is changed, and holds from the next request on", async ({ ownerPage: page, browser, server }) => {
  addMember(server);
  const context = await browser.newContext({ baseURL: server.url });
  const theirs = await context.newPage();
  await theirs.goto("/signin");
  await signIn(theirs, member.password, member.email);
  await expect(theirs).toHaveURL(new RegExp(`${owner.home}/`));
  await expect(theirs.getByRole("link", { name: "Members", exact: true })).toHaveCount(0);
  expect((await theirs.goto("/acme-robotics/~/members"))?.status()).toBe(403);

  await open(page, "Members");
  await expect(page.getByRole("row", { name: new RegExp(member.name) }), "active in this organization").toContainText(/just now|min ago/);
  await page.getByRole("combobox", { name: `Role of ${member.name}` }).selectOption("Admin");
  await page.getByRole("button", { name: `Change the role of ${member.name}` }).click();
  await expect(page.getByText("Role changed.")).toBeVisible();
  await expect(page.getByRole("combobox", { name: `Role of ${member.name}` })).toHaveValue("admin");
  expect((await theirs.goto("/acme-robotics/~/members"))?.status()).toBe(200);

  // A weaker role is asked for first, and the list is as it was afterwards.
  await page.getByRole("link", { name: "Admin", exact: true }).click();
  await page.getByRole("combobox", { name: `Role of ${member.name}` }).selectOption("Member");
  await page.getByRole("button", { name: `Change the role of ${member.name}` }).click();
  const demote = page.getByRole("dialog", { name: `Make ${member.name} a member?` });
  await expect(demote).toContainText("The admin role in every project, except");
  expect((await theirs.goto("/acme-robotics/~/members"))?.status(), "nothing is done yet").toBe(200);
  await demote.getByRole("link", { name: "Cancel" }).click();
  await expect(page).toHaveURL(/\/members\?role=admin$/);
  await page.getByRole("combobox", { name: `Role of ${member.name}` }).selectOption("Member");
  await page.getByRole("button", { name: `Change the role of ${member.name}` }).click();
  await demote.getByRole("button", { name: "Change to Member" }).click();
  await expect(page.getByText("Role changed.")).toBeVisible();
  await expect(page.getByRole("row", { name: new RegExp(member.name) }), "no admin any more").toHaveCount(0);
  expect((await theirs.goto("/acme-robotics/~/members"))?.status()).toBe(403);
  await context.close();
});

test("the last owner stays, and the matrix says what roles may do", async ({ ownerPage: page }) => {
  await open(page, "Members");
  await expect(page.getByRole("combobox", { name: `Role of ${owner.name}` })).toBeDisabled();
  await expect(page.getByText("An organization never loses its last owner.").first()).toBeAttached();
  await page.getByRole("link", { name: "What each role may do" }).click();
  const dialog = page.getByRole("dialog", { name: "What each role may do" });
  await expect(dialog.getByRole("row", { name: /See a project’s audit log/ })).toContainText("as role");
  await expect(page.locator("dialog:modal")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});

test("members are found, added to projects, and removed with what ends", async ({ ownerPage: page, server }) => {
  addMember(server);
  await createProject(page, "Support bot", "production");
  await createKey(page, "help-desk");
  await open(page, "Members");
  await page.getByRole("searchbox", { name: "Filter by name or e-mail" }).fill("noor");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/q=noor/);
  await expect(page.getByText("1–1 of 1 members")).toBeVisible();
  await expect(page.getByRole("row", { name: new RegExp(member.name) })).toContainText("not seen yet");
  const csv = await page.request.get((await page.getByRole("link", { name: "Export CSV" }).getAttribute("href")) ?? "none");
  expect((await csv.text()).split("\r\n").map((line) => line.includes(member.email))).toEqual([false, true, false]);

  await page.getByRole("button", { name: `Actions for ${member.name}` }).click();
  await page.getByRole("link", { name: "Add to projects…" }).click();
  const assign = page.getByRole("dialog", { name: `Add ${member.name} to projects` });
  await assign.getByRole("checkbox", { name: "Support bot" }).check();
  await assign.getByRole("button", { name: "Add to projects" }).click();
  await expect(page.getByRole("link", { name: "Support bot" })).toBeVisible();

  await page.getByRole("button", { name: `Actions for ${member.name}` }).click();
  await page.getByRole("link", { name: "Remove from organization…" }).click();
  const remove = page.getByRole("dialog", { name: `Remove ${member.name} from Acme Robotics?` });
  await expect(remove).toContainText("Their projects: Support bot");
  await remove.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(page.getByText("Removed from the organization.")).toBeVisible();
  await expect(page.getByRole("row", { name: new RegExp(member.name) })).toHaveCount(0);
});

test("ownership is given away with the name and the password", async ({ ownerPage: page, server, complaints }) => {
  complaints.expectStatus(422);
  addMember(server);
  await open(page, "Members");
  await page.getByRole("button", { name: `Actions for ${member.name}` }).click();
  await page.getByRole("link", { name: "Transfer ownership…" }).click();
  const dialog = page.getByRole("dialog", { name: "Transfer ownership of Acme Robotics" });
  await expect(dialog.getByRole("region", { name: "The new owner" })).toContainText(`${member.name}Member${member.email}`);
  await expect(dialog).toContainText(`${member.name} is the only owner then`);
  await dialog.getByLabel("Type “Acme Robotics” to confirm").fill("Acme Robotics");
  await dialog.getByLabel("Your password", { exact: true }).fill("not my password");
  await dialog.getByRole("button", { name: "Transfer ownership" }).click();
  await expect(dialog.getByText("This is not your password.")).toBeVisible();
  await dialog.getByLabel("Your password", { exact: true }).fill(owner.password);
  await dialog.getByRole("button", { name: "Transfer ownership" }).click();
  await expect(page.getByText("Ownership transferred.")).toBeVisible();
  await expect(page.getByRole("combobox", { name: `Role of ${owner.name}` })).toHaveValue("admin");
});
