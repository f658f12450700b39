import { type Page, expect, open, owner, signIn, test } from "../support/test.ts";
import { addMember, member } from "../support/people.ts";

const settings = `${owner.home}/settings`;

async function save(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Save settings" }).click();
}

async function saved(page: Page): Promise<void> {
  await save(page);
  await expect(page.getByRole("status")).toContainText("Project settings saved.");
}

test("details are saved, recorded field by field, and the old address leads to the new one", async ({ ownerPage: page }) => {
  await open(page, "Project settings");
  await page.getByLabel("Name", { exact: true }).fill("Shared sandbox");
  await page.getByLabel("Address", { exact: true }).fill("sandbox");
  await page.getByLabel("Expected monthly spend").fill("500");
  await page.getByLabel("Owner", { exact: true }).selectOption({ label: `${owner.name} (${owner.email})` });
  await saved(page);
  await expect(page).toHaveURL(/^[^?]*\/acme-robotics\/sandbox\/settings/);
  await expect(page.getByLabel("Expected monthly spend")).toHaveValue("500");

  await page.goto(`${owner.home}/audit?q=project.updated`);
  await expect(page, "the rest of the address is kept").toHaveURL("/acme-robotics/sandbox/audit?q=project.updated");
  await expect(page.getByRole("main")).toContainText("project.updated");
});

test("what is wrong is said beside its field, and what was typed stays", async ({ ownerPage: page, complaints }) => {
  complaints.expectStatus(422);
  await page.goto(settings);
  await page.getByLabel("Primary workload").fill("support chat");
  const spend = page.getByLabel("Expected monthly spend");
  await spend.fill("a lot");
  await save(page);
  await expect(spend).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Primary workload")).toHaveValue("support chat");
});

test("external collaborators need the organization's permission first", async ({ ownerPage: page }) => {
  await page.goto(settings);
  const control = page.getByLabel("External collaborators");
  await expect(control).toBeDisabled();
  await expect(control).toHaveAccessibleDescription(/The organization does not allow them/);

  await page.goto("/acme-robotics/~/settings");
  await page.getByRole("button", { name: "Allow external collaborators" }).click();
  await expect(page.getByRole("button", { name: "Refuse external collaborators" })).toBeVisible();
  await page.goto(settings);
  await control.selectOption({ label: "Allowed" });
  await saved(page);
  await expect(control).toHaveValue("allowed");
});

test("opening the Default Project to assigned people only takes the organization from others", async ({ ownerPage: page, server }) => {
  addMember(server);
  await open(page, "Projects");
  await page.getByRole("button", { name: /^Actions for Default/ }).click();
  await page.getByRole("link", { name: "Default Project access…" }).click();
  await page.getByRole("link", { name: /^Open it to assigned people only/ }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("region", { name: /^Lose Acme Robotics: 1/ })).toContainText(member.email);
  await dialog.getByRole("button", { name: "Change access" }).click();
  await expect(page.getByRole("link", { name: /^Open it to all members/ })).toBeVisible();

  await page.getByRole("button", { name: `Account: ${owner.name}` }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/signin/);
  await signIn(page, member.password, member.email);
  await expect(page.getByRole("heading", { name: "You have no project yet" })).toBeVisible();
});

test("an organization moves to another address", async ({ ownerPage: page, complaints }) => {
  complaints.expectStatus(422);
  await open(page, "Projects");
  await open(page, "Organization settings");
  const address = page.getByLabel("Address", { exact: true });
  await address.fill("settings");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(address).toHaveAccessibleDescription(/reserved/);
  await address.fill("acme-ai");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page).toHaveURL(/\/acme-ai\/~\/settings/);
  await page.goto(`${owner.home}/keys`);
  await expect(page).toHaveURL("/acme-ai/default/keys");
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("settings are saved, and what is refused stays typed", async ({ page, complaints }) => {
    await page.goto(settings);
    await signIn(page);
    await page.getByLabel("Escalation contact").fill("#ops");
    await saved(page);
    await expect(page.getByLabel("Escalation contact")).toHaveValue("#ops");

    complaints.expectStatus(422);
    await page.getByLabel("Escalation contact").fill("#night-shift");
    await page.getByLabel("Expected monthly spend").fill("a lot");
    await save(page);
    await expect(page.getByLabel("Expected monthly spend")).toHaveAttribute("aria-invalid", "true");
    await expect(page.getByLabel("Escalation contact"), "what was typed stays").toHaveValue("#night-shift");
  });
});
