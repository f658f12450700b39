import { type Page, open } from "./test.ts";

/** Makes a project on the page Projects. */
export async function createProject(page: Page, name: string, environment: string): Promise<void> {
  await open(page, "Projects");
  await page.getByRole("link", { name: "Create project" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Create project" });
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await dialog.getByLabel("Environment").selectOption({ label: environment });
  await dialog.getByRole("button", { name: "Create project" }).click();
}
