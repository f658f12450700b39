import { expect, owner, test } from "../support/test.ts";
import { look } from "../support/looks.ts";

test.use({ empty: true });

test("the set-up link makes the first owner and leads into the Default Project, once", async ({ page, server, complaints }) => {
  const link = server.setupLink ?? "";
  expect(link, "the server prints a link of its own address").toContain(`${server.url}/setup?token=`);

  await page.goto(link);
  const you = page.getByRole("group", { name: "You", exact: true });
  const organization = page.getByRole("group", { name: "Your organization" });
  await you.getByLabel("Name", { exact: true }).fill(owner.name);
  await you.getByLabel("E-mail").fill(owner.email);
  await you.getByLabel("Password", { exact: true }).fill(owner.password);
  await organization.getByLabel("Name", { exact: true }).fill(owner.org);
  await organization.getByLabel("Address").fill("acme-robotics");
  await page.getByRole("button", { name: "Create account and organization" }).click();

  await expect(page).toHaveURL(`${owner.home}/keys`);
  await expect(page.getByRole("heading", { level: 1, name: "API Keys" })).toBeVisible();
  await expect(page.getByRole("button", { name: `Account: ${owner.name}` })).toBeVisible();

  complaints.expectStatus(404, 410);
  await page.goto(link);
  await expect(page.getByRole("button", { name: "Create account and organization" })).toHaveCount(0);
});

test("a set-up link with a wrong token opens nothing", async ({ page, server, complaints }) => {
  complaints.expectStatus(403, 404);
  await page.goto(`${server.url}/setup?token=${"A".repeat(43)}`);
  await expect(page.getByRole("button", { name: "Create account and organization" })).toHaveCount(0);
});

test("a short password is refused beside its field, and the other fields keep their text", async ({ page, server, complaints }) => {
  complaints.expectStatus(422);
  await page.goto(server.setupLink ?? "");
  await page.getByLabel("E-mail").fill(owner.email);
  await page.getByRole("group", { name: "You", exact: true }).getByLabel("Name", { exact: true }).fill(owner.name);
  await page.getByRole("group", { name: "Your organization" }).getByLabel("Name", { exact: true }).fill(owner.org);
  const password = page.getByLabel("Password", { exact: true });
  // As a client without the browser's own checks would send it.
  await page.locator("form").first().evaluate((form: HTMLFormElement) => (form.noValidate = true));
  await password.fill("short");
  await page.getByRole("button", { name: "Create account and organization" }).click();

  await expect(password).toHaveAccessibleDescription(/at least 12 characters/);
  await expect(password).toHaveAttribute("aria-invalid", "true");
  await expect(password).toBeFocused();
  await expect(page.getByLabel("E-mail")).toHaveValue(owner.email);
});

test("looks", async ({ page, server }) => {
  await page.goto(server.setupLink ?? "");
  await look(page, null, "setup");
});
