import { type Page, expect } from "@playwright/test";
import { open } from "./test.ts";

/** Sets the project's requests per minute over all models; an empty text inherits. */
export async function limitRequests(page: Page, perMinute: string): Promise<void> {
  await open(page, "Limits");
  await page.getByRole("row", { name: /All models/ }).getByRole("link", { name: /Edit/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(/Requests per minute/).fill(perMinute);
  await dialog.getByRole("button", { name: /Save/ }).click();
  await expect(dialog).toBeHidden();
}
