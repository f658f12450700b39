import { type Page, expect } from "@playwright/test";

/** Makes a key on the API Keys page that is open, leaves the dialog, and returns the secret. */
export async function createKey(page: Page, name: string): Promise<string> {
  await page.getByRole("link", { name: "Create key" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await dialog.getByRole("button", { name: "Create key" }).click();
  const secret = await shownSecret(page);
  await page.getByRole("link", { name: "Done" }).click();
  await expect(page.getByRole("row", { name: new RegExp(name) })).toBeVisible();
  return secret;
}

/** The secret that the page shows, this once. */
export async function shownSecret(page: Page): Promise<string> {
  const secret = page.getByText(/^bw_[a-z]_[0-9A-Za-z]{38}$/).first();
  await expect(secret).toBeVisible();
  return (await secret.textContent()) ?? "";
}
