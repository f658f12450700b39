// What people and projects look like on their way in and out: axe at every state, as in looks.spec.ts.
import { type Page, expect, owner, signIn, test } from "../support/test.ts";
import { look } from "../support/looks.ts";
import { mailedPath } from "../support/mail.ts";
import { addMember, addOutsider, member, outsider } from "../support/people.ts";
import { createProject } from "../support/projects.ts";

// axe looks at every page four times.
test.describe.configure({ timeout: 300_000 });

const projects = "/acme-robotics/~/projects";

/** The address of the dialog that the menu of the last row leads to. */
async function dialogOf(page: Page, list: string, entry: string): Promise<string> {
  await page.goto(list);
  const address = await page.locator("a", { hasText: entry }).last().getAttribute("href");
  if (!address) throw new Error(`${list} has no entry “${entry}”`);
  return address;
}

test("projects: template, archive, restore and the Default flag", async ({ ownerPage: page }) => {
  await createProject(page, "Lab", "staging");
  await expect(page).toHaveURL("/acme-robotics/lab/keys");
  await page.goto(`${projects}?template=1`);
  await page.getByLabel("By customer").check();
  await page.getByLabel("Names").fill("Globex\nInitech");
  await page.getByRole("button", { name: "Preview" }).click();
  await look(page, null, "template-preview");
  await look(page, await dialogOf(page, projects, "Make it the Default…"), "default-dialog");
  await look(page, await dialogOf(page, projects, "Archive…"), "archive-dialog");
  await page.getByRole("textbox", { name: /^Type/ }).fill("Lab");
  await page.getByLabel("Your password").fill(owner.password);
  await page.getByRole("button", { name: /^Archive/ }).click();
  await expect(page.getByText("Project archived.")).toBeVisible();
  await look(page, `${projects}?state=archived`, "projects-archived");
  await look(page, await dialogOf(page, `${projects}?state=archived`, "Restore…"), "restore-dialog");
});

test("members: to projects, a weaker role, the ownership", async ({ ownerPage: page, server }) => {
  addMember(server);
  const members = "/acme-robotics/~/members";
  await look(page, await dialogOf(page, members, "Add to projects…"), "members-assign");
  await look(page, await dialogOf(page, members, "Transfer ownership…"), "members-transfer-ask");
  await look(page, `${members}?transfer=1&email=${member.email}`, "members-transfer");
  await page.goto(members);
  await page.getByRole("combobox", { name: `Role of ${member.name}` }).selectOption("Admin");
  await page.getByRole("button", { name: `Change the role of ${member.name}` }).click();
  await expect(page.getByText("Role changed.")).toBeVisible();
  await page.getByRole("combobox", { name: `Role of ${member.name}` }).selectOption("Member");
  await page.getByRole("button", { name: `Change the role of ${member.name}` }).click();
  await expect(page.getByRole("dialog", { name: `Make ${member.name} a member?` })).toBeVisible();
  await look(page, null, "members-demote");
});

test("places, the search, a page that is not for the role, and no project at all", async ({ page, server, complaints }) => {
  complaints.expectStatus(403);
  addMember(server);
  addOutsider(server);
  await page.goto("/account/places");
  await signIn(page, member.password, member.email);
  await expect(page).toHaveURL("/account/places");
  await look(page, null, "places");
  await look(page, "/search?q=key", "search");
  await look(page, "/acme-robotics/~/members", "denied");
  await expect(page.getByRole("heading", { level: 1 })).not.toHaveText(/Sign in/);
  await page.context().clearCookies();
  await page.goto("/");
  await signIn(page, outsider.password, outsider.email);
  await expect(page.getByRole("heading", { name: "You have no project yet" })).toBeVisible();
  await look(page, null, "no-project");
});

test("an invitation that is over, and one for somebody else", async ({ ownerPage: page, browser, server, complaints }) => {
  complaints.expectStatus(409, 410);
  await page.goto("/acme-robotics/~/members?invite=1");
  await page.getByLabel("E-mail addresses").fill(outsider.email);
  await page.getByRole("button", { name: "Send invitations" }).click();
  await expect(page.getByText("Invitations sent.")).toBeVisible();
  await look(page, await mailedPath(browser, server, outsider.email), "invite-foreign");
  await look(page, "/invite?token=old", "invite-over");
});

test.describe("where sign-up is open", () => {
  test.use({ config: 'sign_up = "open"\n' });

  test("the way to an account, and to another address", async ({ ownerPage: page, browser, server }) => {
    await page.goto("/account");
    await page.getByLabel("New address").fill("ada@acme.example");
    await page.getByLabel("Your password", { exact: true }).fill(owner.password);
    await page.getByRole("button", { name: "Change address" }).click();
    await expect(page.getByText("A mail is on its way")).toBeVisible();
    await look(page, await mailedPath(browser, server, "ada@acme.example"), "account-email");
    await page.context().clearCookies();
    await look(page, "/signup", "signup");
    await page.getByLabel("E-mail").fill(member.email);
    await page.getByRole("button", { name: "Send the link" }).click();
    await expect(page.getByRole("heading", { name: "Look into your mailbox" })).toBeVisible();
    await look(page, null, "signup-sent");
    await look(page, await mailedPath(browser, server, member.email), "signup-account");
  });
});
