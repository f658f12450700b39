import { expect, owner, type Page, signIn, test } from "../support/test.ts";

const password = "quiet river under glass";

/** Asks for a new password and returns the link out of the outbox. */
async function askForLink(page: Page, outbox: string): Promise<string> {
  await page.goto("/signin");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await page.getByLabel("E-mail").fill(owner.email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await expect(page.getByRole("heading", { name: "Look into your mailbox" })).toBeVisible();
  await page.goto(outbox);
  const link = await page.getByRole("link", { name: /\/signin\/reset\?token=/ }).first().getAttribute("href");
  if (!link) throw new Error("the outbox shows no link");
  return link;
}

test("a new password by mail ends every session, and its link works once", async ({ ownerPage: page, browser, server, complaints }) => {
  complaints.expectStatus(410, 422);
  const elsewhere = await (await browser.newContext({ baseURL: server.url })).newPage();
  const link = await askForLink(elsewhere, server.outboxLink);
  await elsewhere.goto(link);
  const field = elsewhere.getByLabel("New password", { exact: true });
  await field.fill("short");
  await elsewhere.getByRole("button", { name: "Change password" }).click();
  await expect(field).toHaveAccessibleDescription(/at least 12 characters/i);
  await field.fill(password);
  await elsewhere.getByRole("button", { name: "Change password" }).click();
  await expect(elsewhere.getByRole("heading", { name: "Your password is changed" })).toBeVisible();
  await elsewhere.goto(link);
  await expect(elsewhere.getByRole("heading", { name: "This link is not valid any more" })).toBeVisible();

  await page.goto(`${owner.home}/usage`);
  await expect(page, "the session of before ended").toHaveURL(/\/signin/);
  await signIn(page, password);
  await expect(page).toHaveURL(`${owner.home}/usage`);
  await elsewhere.context().close();
});

test("the outbox is closed to who guesses", async ({ page, complaints }) => {
  complaints.expectStatus(404);
  await page.goto("/operator/outbox?token=guess");
  await expect(page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("one chooses a new password", async ({ page, server }) => {
    await page.goto(await askForLink(page, server.outboxLink));
    await page.getByLabel("New password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Change password" }).click();
    await page.getByRole("link", { name: "Sign in" }).click();
    await signIn(page, password);
    await expect(page).toHaveURL(`${owner.home}/keys`);
  });
});

test("an address changes once the new one is confirmed", async ({ ownerPage: page, server }) => {
  const address = "ada@acme.example";
  await page.goto("/account");
  await page.getByLabel("New address").fill(address);
  await page.getByLabel("Your password", { exact: true }).fill(owner.password);
  await page.getByRole("button", { name: "Change address" }).click();
  await expect(page.getByText("A mail is on its way to the new address.")).toBeVisible();
  await page.goto(server.outboxLink);
  await page.getByRole("link", { name: /\/account\/email\?token=/ }).click();
  await page.getByRole("button", { name: "Use this address" }).click();
  await expect(page.getByRole("heading", { name: "Your address is changed" })).toBeVisible();
  await page.goto("/account");
  await expect(page.getByText(`You sign in as ${address}`)).toBeVisible();
});

test.describe("where sign-up is open", () => {
  test.use({ config: 'sign_up = "open"\n' });

  test("an account is made once its address is verified", async ({ page, server }) => {
    await page.goto("/signin");
    await page.getByRole("link", { name: "Create one" }).click();
    await page.getByLabel("E-mail").fill("noor.haddad@acme.example");
    await page.getByRole("button", { name: "Send the link" }).click();
    await expect(page.getByRole("heading", { name: "Look into your mailbox" })).toBeVisible();
    await page.goto(server.outboxLink);
    await page.getByRole("link", { name: /\/signup\/account\?token=/ }).click();
    await page.getByLabel("Name", { exact: true }).fill("Noor Haddad");
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByRole("heading", { name: "Your account is ready" })).toBeVisible();
    await page.getByRole("link", { name: "Go on" }).click();
    await expect(page.getByRole("heading", { name: "You have no project yet" })).toBeVisible();
  });
});
