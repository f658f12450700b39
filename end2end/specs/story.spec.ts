// One organization from its first minute to somebody's last, by four people in four browsers.
import type { Browser, BrowserContext } from "@playwright/test";
import { ask, model, refusal, whoami } from "../support/gateway.ts";
import { createKey } from "../support/keys.ts";
import { mailedPath } from "../support/mail.ts";
import { createProject } from "../support/projects.ts";
import { Complaints, type Page, expect, open, owner, test } from "../support/test.ts";

const password = "quiet river under glass";
const noor = { name: "Noor Haddad", email: "noor.haddad@acme.example" };
const jonas = { name: "Jonas Lindqvist", email: "jonas.lindqvist@acme.example" };
const leonie = { name: "Leonie Brandau", email: "l.brandau@kestrelyard.example" };
const bot = "/acme-robotics/support-bot";

type Person = { name: string; email: string };

/** A browser of one's own, whose console is watched as well. */
class Seat {
  private constructor(
    private readonly context: BrowserContext,
    readonly page: Page,
    readonly complaints: Complaints,
  ) {}

  static async take(browser: Browser, baseURL: string): Promise<Seat> {
    const context = await browser.newContext({ baseURL });
    const complaints = new Complaints(context);
    return new Seat(context, await context.newPage(), complaints);
  }

  async leave(): Promise<void> {
    expect(this.complaints.unexpected, "the browser's console").toEqual([]);
    await this.context.close();
  }
}

/** Fills in name and password of a new account. */
async function introduce(page: Page, person: Person, button: string): Promise<void> {
  await page.getByLabel("Name", { exact: true }).fill(person.name);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: button }).click();
}

/** Invites somebody, with a first project and the role in it if there is one. */
async function invite(page: Page, person: Person, role: string, first?: { project: string; role: string }): Promise<void> {
  await open(page, "Members");
  await page.getByRole("link", { name: "Invite members" }).click();
  const dialog = page.getByRole("dialog", { name: "Invite members" });
  await dialog.getByLabel("E-mail addresses").fill(person.email);
  await dialog.getByLabel("Role in the organization").selectOption(role);
  if (first) {
    await dialog.getByRole("checkbox", { name: first.project }).check();
    await dialog.getByLabel("Role in them").selectOption(first.role);
  }
  await dialog.getByRole("button", { name: "Send invitations" }).click();
  await expect(page.getByText("Invitations sent.")).toBeVisible();
}

/** Opens an entry of a row menu. */
async function choose(page: Page, of: string, entry: string): Promise<void> {
  await page.getByRole("button", { name: `Actions for ${of}` }).click();
  await page.getByRole("link", { name: entry }).click();
}

async function status(page: Page, path: string): Promise<number | undefined> {
  return (await page.goto(path))?.status();
}

test.use({ empty: true, config: 'sign_up = "open"\n' });
test.describe.configure({ timeout: 180_000 });

test("four people, from set-up to a removal", async ({ page: ada, browser, server, complaints }) => {
  const [admin, lead, guest] = [await Seat.take(browser, server.url), await Seat.take(browser, server.url), await Seat.take(browser, server.url)];
  const secret = await test.step("set-up, invitations, projects, a key", async () => {
    await ada.goto(server.setupLink ?? "");
    const you = ada.getByRole("group", { name: "You", exact: true });
    await you.getByLabel("Name", { exact: true }).fill(owner.name);
    await you.getByLabel("E-mail").fill(owner.email);
    await you.getByLabel("Password", { exact: true }).fill(password);
    const organization = ada.getByRole("group", { name: "Your organization" });
    await organization.getByLabel("Name", { exact: true }).fill(owner.org);
    await organization.getByLabel("Address").fill("acme-robotics");
    await ada.getByRole("button", { name: "Create account and organization" }).click();
    await expect(ada).toHaveURL(`${owner.home}/keys`);

    await invite(ada, noor, "Admin");
    await admin.page.goto(await mailedPath(browser, server, noor.email));
    await introduce(admin.page, noor, "Accept and join");
    await expect(admin.page).toHaveURL(`${owner.home}/keys`);

    await createProject(admin.page, "Support bot", "production");
    await expect(admin.page).toHaveURL(`${bot}/keys`);
    await createProject(admin.page, "Lab", "development");
    await invite(admin.page, jonas, "Member", { project: "Support bot", role: "Admin" });
    await lead.page.goto(await mailedPath(browser, server, jonas.email));
    await introduce(lead.page, jonas, "Accept and join");
    await expect(lead.page.getByRole("button", { name: `Account: ${jonas.name}` })).toBeVisible();
    await lead.page.goto(`${bot}/keys`);
    return createKey(lead.page, "help-desk");
  });

  await test.step("somebody from outside signs up, and is let in by policy, switch and announcement", async () => {
    await guest.page.goto("/signup");
    await guest.page.getByLabel("E-mail").fill(leonie.email);
    await guest.page.getByRole("button", { name: "Send the link" }).click();
    await expect(guest.page.getByRole("heading", { name: "Look into your mailbox" })).toBeVisible();
    await guest.page.goto(await mailedPath(browser, server, leonie.email));
    await introduce(guest.page, leonie, "Create account");
    await expect(guest.page.getByRole("heading", { name: "Your account is ready" })).toBeVisible();
    guest.complaints.expectStatus(404);
    expect(await status(guest.page, `${bot}/keys`)).toBe(404);

    await ada.goto("/acme-robotics/~/settings");
    await ada.getByRole("button", { name: "Allow external collaborators" }).click();
    await expect(ada.getByRole("button", { name: "Refuse external collaborators" })).toBeVisible();
    await lead.page.goto(`${bot}/settings`);
    await lead.page.getByLabel("External collaborators").selectOption({ label: "Allowed" });
    await lead.page.getByRole("button", { name: "Save settings" }).click();
    await expect(lead.page.getByText("Project settings saved.")).toBeVisible();

    await open(lead.page, "Collaborators");
    await lead.page.getByRole("link", { name: "Add collaborator" }).first().click();
    await lead.page.getByLabel("E-mail", { exact: true }).fill(leonie.email);
    await lead.page.getByRole("button", { name: "Confirm" }).click();
    await expect(lead.page.getByText(`${leonie.name} is not a member of`)).toBeVisible();
    await lead.page.getByRole("button", { name: "Add external collaborator" }).click();
    await expect(lead.page.getByRole("row", { name: new RegExp(leonie.name) })).toContainText("External");

    expect(await status(guest.page, `${bot}/keys`)).toBe(200);
    await expect(guest.page.getByRole("row", { name: /help-desk/ })).toBeVisible();
    for (const person of [owner, noor, jonas]) expect(await guest.page.content()).not.toContain(person.name);
    expect(await status(guest.page, "/acme-robotics/lab/keys")).toBe(404);
    await ask(server, "Hello", secret);
    await ada.goto("/acme-robotics/~/usage");
    await expect(ada.getByRole("row", { name: new RegExp(model) }).first(), "the host pays").toBeVisible();
  });

  await test.step("a role changes under an open page, and the Default flag moves", async () => {
    lead.complaints.expectStatus(403, 404);
    await lead.page.goto(`${bot}/settings/collaborators`);
    await admin.page.goto(`${bot}/settings/collaborators`);
    const role = admin.page.getByRole("combobox", { name: `Role of ${jonas.name}` });
    for (const [choice, answer] of [["member", 403], ["admin", 200]] as const) {
      await role.selectOption(choice);
      await admin.page.getByRole("button", { name: `Change the role of ${jonas.name}` }).click();
      if (choice === "member") await admin.page.getByRole("dialog").getByRole("button", { name: "Change to Member" }).click();
      await expect(admin.page.getByText(/^Role changed/)).toBeVisible();
      await expect(role).toHaveValue(choice);
      expect(await status(lead.page, `${bot}/settings/collaborators`)).toBe(answer);
      await admin.page.goto(`${bot}/settings/collaborators`);
    }

    await open(admin.page, "Projects");
    await choose(admin.page, "Lab", "Make it the Default…");
    const move = admin.page.getByRole("dialog", { name: /Make Lab the Default/ });
    await expect(move.getByRole("region", { name: "Gain access to Lab" })).toContainText(jonas.name);
    await expect(move.getByRole("region", { name: /^Lose access/ })).toContainText(jonas.name);
    await move.getByRole("button", { name: /^Make Lab/ }).click();
    await expect(admin.page.getByRole("row", { name: /^Lab/ })).toContainText("Open to all members");
    expect(await status(lead.page, "/acme-robotics/lab/keys")).toBe(200);
    expect(await status(lead.page, `${owner.home}/keys`)).toBe(404);
  });

  await test.step("assigned people only; an archive takes the organization, its restore gives it back", async () => {
    await ada.goto("/acme-robotics/~/settings?access=assigned_only");
    await ada.getByRole("dialog").getByRole("button", { name: "Change access" }).click();
    await expect(ada.getByRole("link", { name: /^Open it to all members/ })).toBeVisible();
    expect(await status(lead.page, "/acme-robotics/lab/keys")).toBe(404);

    await open(admin.page, "Projects");
    await choose(admin.page, "Support bot", "Archive…");
    const archive = admin.page.getByRole("dialog", { name: /Archive Support bot/ });
    await expect(archive).toContainText("help-desk");
    await expect(archive.getByRole("region", { name: "People left with no project" })).toContainText(jonas.email);
    await archive.getByRole("textbox", { name: /^Type/ }).fill("Support bot");
    await archive.getByLabel("Your password").fill(password);
    await archive.getByRole("button", { name: /^Archive/ }).click();
    await expect(archive).toBeHidden();
    expect(await refusal(server, secret)).toEqual({ status: 401, code: "project_archived" });
    expect(await status(lead.page, `${bot}/keys`)).toBe(404);
    await lead.page.goto("/");
    await expect(lead.page.getByRole("heading", { name: "You have no project yet" })).toBeVisible();

    await admin.page.getByRole("link", { name: /^Archived/ }).click();
    await choose(admin.page, "Support bot", "Restore…");
    await admin.page.getByRole("dialog").getByRole("button", { name: /^Restore/ }).click();
    await expect(admin.page.getByText("Project restored.")).toBeVisible();
    expect(await refusal(server, secret)).toEqual({ status: 401, code: "key_disabled" });
    expect(await status(lead.page, `${bot}/keys`)).toBe(200);
    await lead.page.getByRole("button", { name: "Actions for help-desk" }).click();
    await lead.page.getByRole("button", { name: "Enable" }).click();
    await expect.poll(async () => (await whoami(server, secret)).status).toBe(200);
  });

  await test.step("somebody is removed while they look on", async () => {
    await guest.page.goto(`${bot}/requests`);
    await expect(guest.page.getByText("Live", { exact: true })).toBeVisible();
    await lead.page.goto(`${bot}/settings/collaborators`);
    await choose(lead.page, leonie.name, "Remove user");
    await lead.page.getByRole("dialog").getByRole("button", { name: /^Remove/ }).click();
    await expect(lead.page.getByText(/^Collaborator removed/)).toBeVisible();
    // The stream says so within 2 s, and the page loads itself anew.
    await expect(guest.page.getByRole("heading", { name: "There is nothing here" })).toBeVisible({ timeout: 4_000 });
    expect(await status(guest.page, `${bot}/keys`)).toBe(404);
  });

  expect(complaints.unexpected).toEqual([]);
  for (const seat of [admin, lead, guest]) await seat.leave();
});
