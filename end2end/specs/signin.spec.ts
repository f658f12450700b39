import { expect, owner, signIn, test } from "../support/test.ts";

test("a wrong password and an unknown address get the same answer", async ({ page, complaints }) => {
  complaints.expectStatus(401, 422);
  const answers: string[] = [];
  for (const email of [owner.email, "noor.haddad@acme.example"]) {
    await page.goto("/signin");
    await signIn(page, "not-the-password", email);
    const refused = page.getByText("The e-mail address or the password is wrong.");
    await expect(refused).toBeVisible();
    answers.push((await refused.textContent()) ?? "");
    await expect(page).toHaveURL(/\/signin/);
  }
  expect(answers[0]).toBe(answers[1]);
});

test("sign-in returns to the page that was asked for", async ({ page }) => {
  await page.goto(`${owner.home}/usage`);
  await expect(page).toHaveURL(/\/signin\?next=/);
  await signIn(page);
  await expect(page).toHaveURL(`${owner.home}/usage`);
});

test("sign-in never leads to another site", async ({ page, server }) => {
  await page.goto("/signin?next=//evil.example/");
  await signIn(page);
  await expect(page).toHaveURL(`${owner.home}/keys`);
  expect(new URL(page.url()).origin).toBe(server.url);
});

test("signing out ends the session, not only the page", async ({ ownerPage: page, context, server }) => {
  const cookies = await context.cookies();
  await page.getByRole("button", { name: `Account: ${owner.name}` }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/signin/);

  await context.addCookies(cookies);
  await page.goto(`${server.url}${owner.home}/keys`);
  await expect(page, "the old cookie opens nothing").toHaveURL(/\/signin/);
});

test("the session is renewed at sign-in and hidden from scripts", async ({ page, context }) => {
  await page.goto("/signin");
  const before = await context.cookies();
  await signIn(page);
  await expect(page).toHaveURL(`${owner.home}/keys`);
  const session = (await context.cookies()).filter(({ value }) => !before.some((cookie) => cookie.value === value));
  expect(session.length).toBeGreaterThan(0);
  for (const cookie of session) expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("one signs in, is refused, and signs out", async ({ page, complaints }) => {
    complaints.expectStatus(401, 422);
    await page.goto("/signin");
    await signIn(page, "not-the-password");
    await expect(page.getByText("The e-mail address or the password is wrong.")).toBeVisible();
    await expect(page.getByLabel("E-mail"), "what was typed is kept").toHaveValue(owner.email);
    await signIn(page);
    await expect(page).toHaveURL(`${owner.home}/keys`);
    await page.getByRole("button", { name: `Account: ${owner.name}` }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page).toHaveURL(/\/signin/);
  });
});
