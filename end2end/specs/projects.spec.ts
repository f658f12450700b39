import { expect, open, owner, signIn, test } from "../support/test.ts";
import { refusal, whoami } from "../support/gateway.ts";
import { createKey } from "../support/keys.ts";
import { addMember, member } from "../support/people.ts";
import { createProject } from "../support/projects.ts";

test("a new project is listed, reachable, and has keys of its own", async ({ ownerPage: page }) => {
  await createProject(page, "Support bot", "production");
  await expect(page).toHaveURL("/acme-robotics/support-bot/keys");
  const secret = await createKey(page, "help-desk");
  expect(secret, "the letter of the environment").toMatch(/^bw_p_/);

  await open(page, "Projects");
  await expect(page.getByRole("row", { name: /Support bot/ })).toContainText("production");
});

test("a heading sorts, and the filter stays", async ({ ownerPage: page }) => {
  await createProject(page, "Support bot", "production");
  await expect(page).toHaveURL("/acme-robotics/support-bot/keys");
  await createKey(page, "help-desk");
  await createKey(page, "nightly");
  await page.goto("/acme-robotics/~/projects");
  const keys = page.getByRole("columnheader", { name: "Keys" });
  await keys.getByRole("link").click();
  await expect(keys).toHaveAttribute("aria-sort", "descending");
  await expect(page.getByRole("rowheader").first()).toContainText("Support bot");
  await page.getByLabel("Environment").selectOption("production");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await expect(page).toHaveURL(/environment=production/);
  await expect(keys, "the order stays").toHaveAttribute("aria-sort", "descending");
  await expect(page.getByRole("rowheader")).toHaveCount(1);
  await page.getByRole("link", { name: "Clear" }).click();
  await expect(page.getByRole("rowheader")).toHaveCount(2);
});

test("an address that is taken is refused beside its field", async ({ ownerPage: page, complaints }) => {
  complaints.expectStatus(409, 422);
  await createProject(page, "Support bot", "production");
  await expect(page).toHaveURL("/acme-robotics/support-bot/keys");
  await createProject(page, "Support bot", "staging");
  await expect(page.getByRole("dialog")).toContainText(/address/i);
});

test("archiving shows first what stops, wants the name, and stops it", async ({ ownerPage: page, server, complaints }) => {
  await createProject(page, "Support bot", "production");
  await expect(page).toHaveURL("/acme-robotics/support-bot/keys");
  const secret = await createKey(page, "help-desk");
  expect((await whoami(server, secret)).status).toBe(200);

  await open(page, "Projects");
  await page.getByRole("button", { name: "Actions for Support bot" }).click();
  await page.getByRole("link", { name: "Archive…" }).click();
  const dialog = page.getByRole("dialog", { name: /Archive Support bot/ });
  await expect(dialog, "the dry run names the key").toContainText("help-desk");

  complaints.expectStatus(409, 422);
  const [name, password] = [dialog.getByRole("textbox", { name: /^Type/ }), dialog.getByLabel("Your password")];
  const archive = dialog.getByRole("button", { name: /^Archive/ });
  await name.fill("Support");
  await password.fill(owner.password);
  await archive.click();
  await expect(name).toHaveAttribute("aria-invalid", "true");
  await name.fill("Support bot");
  await password.fill("not-my-password");
  await archive.click();
  await expect(password).toHaveAttribute("aria-invalid", "true");
  expect((await whoami(server, secret)).status, "nothing is half done").toBe(200);

  await password.fill(owner.password);
  await archive.click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("row", { name: /Support bot/ })).toHaveCount(0);
  expect(await refusal(server, secret)).toEqual({ status: 401, code: "project_archived" });

  await page.getByRole("link", { name: /^Archived/ }).click();
  await expect(page.getByRole("row", { name: /Support bot/ })).toContainText(`by ${owner.name}`);
  await page.getByRole("button", { name: "Actions for Support bot" }).click();
  await page.getByRole("link", { name: "Restore…" }).click();
  const restore = page.getByRole("dialog", { name: /Restore Support bot/ });
  await expect(restore, "the dry run names the key").toContainText("help-desk");
  await restore.getByRole("button", { name: /^Restore/ }).click();
  await expect(restore).toBeHidden();
  await expect(page.getByRole("row", { name: /Support bot/ })).toBeVisible();
  expect(await refusal(server, secret), "keys come back disabled").toEqual({ status: 401, code: "key_disabled" });

  await page.getByRole("link", { name: "Support bot", exact: true }).first().click();
  await page.getByRole("button", { name: "Actions for help-desk" }).click();
  await page.getByRole("button", { name: "Enable" }).click();
  await expect.poll(async () => (await whoami(server, secret)).status, { message: "one by one" }).toBe(200);
});

test("the Default flag moves, after a look at who gains and who loses", async ({ ownerPage: page, server }) => {
  addMember(server);
  await createProject(page, "Support bot", "production");
  await open(page, "Projects");
  await page.getByRole("button", { name: "Actions for Support bot" }).click();
  await page.getByRole("link", { name: "Make it the Default…" }).click();
  const dialog = page.getByRole("dialog", { name: /Make Support bot the Default/ });
  await expect(dialog.getByRole("region", { name: "Gain access to Support bot" })).toContainText(member.name);
  await expect(dialog.getByRole("region", { name: /^Lose access/ })).toContainText(member.name);
  await dialog.getByRole("button", { name: /^Make Support bot/ }).click();
  await expect(page.getByRole("row", { name: /Support bot/ })).toContainText("Open to all members");
});

test("the Default Project cannot be archived", async ({ ownerPage: page }) => {
  await open(page, "Projects");
  await page.getByRole("button", { name: /^Actions for Default/ }).click();
  await page.getByRole("link", { name: "Archive…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("This is the last active project");
  await expect(dialog.getByRole("textbox"), "there is nothing to confirm").toHaveCount(0);
});

test("a project that does not exist answers 404", async ({ ownerPage: page, complaints }) => {
  complaints.expectStatus(404);
  const answer = await page.goto("/acme-robotics/no-such-project/keys");
  expect(answer?.status()).toBe(404);
  const home = await page.goto(`${owner.home}/keys`);
  expect(home?.status()).toBe(200);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("refused forms keep what was typed", async ({ page, complaints }) => {
    complaints.expectStatus(422);
    await page.goto("/acme-robotics/~/projects?new=1");
    await signIn(page);
    const create = page.getByRole("dialog", { name: "Create project" });
    const address = create.getByLabel("Address");
    await create.getByLabel("Name", { exact: true }).fill("Support bot");
    await address.fill("Not an address");
    await create.getByLabel("Environment").selectOption("staging");
    await create.getByRole("button", { name: "Create project" }).click();
    await expect(address).toHaveAttribute("aria-invalid", "true");
    await expect(address).toHaveValue("Not an address");
    await expect(create.getByLabel("Name", { exact: true })).toHaveValue("Support bot");
    await expect(create.getByLabel("Environment")).toHaveValue("staging");
    await address.fill("support-bot");
    await create.getByRole("button", { name: "Create project" }).click();
    await expect(page).toHaveURL("/acme-robotics/support-bot/keys");

    await page.goto("/acme-robotics/~/settings");
    await page.getByLabel("Name", { exact: true }).fill("Acme Labs");
    await page.getByLabel("Address", { exact: true }).fill("api");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByLabel("Address", { exact: true })).toHaveAttribute("aria-invalid", "true");
    await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Acme Labs");
  });
});
