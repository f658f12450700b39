import { type Page, expect, open, owner, signIn, test } from "../support/test.ts";

/** Asks for the preview of two customers. */
async function preview(page: Page, names: string): Promise<void> {
  await page.getByRole("link", { name: "From a template" }).click();
  await page.getByLabel("By customer").check();
  await page.getByLabel("Names").fill(names);
  await page.getByRole("button", { name: "Preview" }).click();
}

test("a template shows what it makes, then makes all of it", async ({ ownerPage: page }) => {
  await open(page, "Projects");
  await preview(page, "Globex\nInitech");
  const dialog = page.getByRole("dialog", { name: "Create 2 projects?" });
  await expect(dialog.getByRole("row", { name: /Initech/ })).toContainText("/acme-robotics/initech");
  await dialog.getByRole("button", { name: "Back" }).click();
  await expect(page.getByLabel("Names"), "what was typed is kept").toHaveValue("Globex\nInitech");
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByRole("button", { name: "Create 2 projects" }).click();
  await expect(page.getByRole("status")).toContainText("Projects created.");
  await expect(page.getByRole("row", { name: /Globex/ })).toContainText("production");
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a wrong line is named, and nothing is made before all are right", async ({ page, complaints }) => {
    complaints.expectStatus(422);
    await page.goto("/acme-robotics/~/projects");
    await signIn(page, owner.password);
    await preview(page, "Globex\nglobex");
    const names = page.getByLabel("Names");
    await expect(names).toHaveAccessibleDescription(/Line 2: This is the address globex again/);
    await expect(names).toHaveValue("Globex\nglobex");
    await names.fill("Globex");
    await page.getByRole("button", { name: "Preview" }).click();
    await page.getByRole("button", { name: "Create 1 project" }).click();
    await expect(page.getByRole("row", { name: /Globex/ })).toBeVisible();
  });
});
