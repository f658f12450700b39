import { expect, owner, signIn, test } from "../support/test.ts";
import { refusal, whoami } from "../support/gateway.ts";
import { createKey, shownSecret } from "../support/keys.ts";

test("a key works at once, and its secret is shown once", async ({ ownerPage: page, server }) => {
  const secret = await createKey(page, "checkout-canary");
  expect((await whoami(server, secret)).status).toBe(200);

  const row = page.getByRole("row", { name: /checkout-canary/ });
  await expect(row).toContainText("Active");
  await expect(row, "prefix and last four").toContainText(secret.slice(-4));
  await page.reload();
  expect(await page.content()).not.toContain(secret);
});

test("a key is disabled, enabled and revoked, and the gateway follows at once", async ({ ownerPage: page, server }) => {
  const secret = await createKey(page, "ada-local");
  const row = page.getByRole("row", { name: /ada-local/ });
  const act = async (role: "button" | "link", name: RegExp) => {
    await page.getByRole("button", { name: "Actions for ada-local" }).click();
    await page.getByRole("group", { name: "ada-local" }).getByRole(role, { name }).click();
  };

  await act("button", /^Disable/);
  await expect(row).toContainText("Disabled");
  expect((await refusal(server, secret)).status).toBe(401);

  await act("button", /^Enable/);
  await expect(row).toContainText("Active");
  expect((await whoami(server, secret)).status).toBe(200);

  await act("link", /^Revoke/);
  await page.getByRole("dialog", { name: /Revoke/ }).getByRole("button", { name: /Revoke/ }).click();
  await expect(row).toContainText("Revoked");
  expect((await refusal(server, secret)).status).toBe(401);
});

test("the list is searched on the server, and says when nothing matches", async ({ ownerPage: page }) => {
  await createKey(page, "ada-local");
  await createKey(page, "batch-embeddings");
  await page.getByRole("searchbox", { name: /keys/i }).fill("batch");
  await page.getByRole("searchbox", { name: /keys/i }).press("Enter");
  await expect(page).toHaveURL(/q=batch/);
  await expect(page.getByRole("row", { name: /batch-embeddings/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /ada-local/ })).toHaveCount(0);
});

test("two clicks make one key", async ({ ownerPage: page }) => {
  await page.getByRole("link", { name: "Create key" }).first().click();
  await page.getByRole("dialog").getByLabel("Name", { exact: true }).fill("only-one");
  await page.getByRole("dialog").getByRole("button", { name: "Create key" }).dblclick();
  await shownSecret(page);
  await page.getByRole("link", { name: "Done" }).click();
  await expect(page.getByRole("row", { name: /only-one/ })).toHaveCount(1);
});

test("a key without a name is refused beside the field", async ({ ownerPage: page, complaints }) => {
  complaints.expectStatus(422);
  await page.getByRole("link", { name: "Create key" }).first().click();
  const name = page.getByRole("dialog").getByLabel("Name", { exact: true });
  await name.fill("   ");
  await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
  await expect(name).toHaveAttribute("aria-invalid", "true");
  await expect(name).toHaveAccessibleDescription(/Enter a name/);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a key is made, shown once, and works", async ({ page, server }) => {
    await page.goto(`${owner.home}/keys`);
    await signIn(page);
    await page.getByRole("link", { name: "Create key" }).first().click();
    await page.getByLabel("Name", { exact: true }).fill("no-script");
    await page.getByRole("button", { name: "Create key" }).click();
    const secret = await shownSecret(page);
    expect((await whoami(server, secret)).status).toBe(200);

    await page.goto(`${owner.home}/keys`);
    await expect(page.getByRole("row", { name: /no-script/ })).toBeVisible();
    expect(await page.content()).not.toContain(secret);
  });
});
