import type { Locator } from "@playwright/test";
import { type Page, expect, open, owner, signIn, test } from "../support/test.ts";
import { refusal, whoami } from "../support/gateway.ts";
import { createKey } from "../support/keys.ts";
import { addMember, addOutsider, member, outsider } from "../support/people.ts";

const people = `${owner.home}/settings/collaborators`;

function row(page: Page, person: { name: string }): Locator {
  return page.getByRole("row", { name: new RegExp(person.name) });
}

/** Fills in and sends the form that adds somebody. */
async function add(page: Page, email: string): Promise<void> {
  await page.getByRole("link", { name: "Add collaborator" }).first().click();
  await page.getByLabel("E-mail", { exact: true }).fill(email);
  await page.getByRole("button", { name: "Confirm" }).click();
}

test("a member is added, made an admin, and removed together with their key", async ({ ownerPage: page, server, browser }) => {
  addMember(server);
  await open(page, "Collaborators");
  await add(page, member.email);
  await expect(row(page, member)).toContainText(`by ${owner.name}`);
  await page.getByRole("combobox", { name: `Role of ${member.name}` }).selectOption("admin");
  await page.getByRole("button", { name: `Change the role of ${member.name}` }).click();
  await expect(page.getByText(/^Role changed/)).toBeVisible();
  await expect(page.getByRole("combobox", { name: `Role of ${member.name}` })).toHaveValue("admin");

  const context = await browser.newContext({ baseURL: server.url });
  const theirs = await context.newPage();
  await theirs.goto(`${owner.home}/keys`);
  await signIn(theirs, member.password, member.email);
  await expect(theirs).toHaveURL(`${owner.home}/keys`);
  const secret = await createKey(theirs, "noor-local");
  expect((await whoami(server, secret)).status).toBe(200);

  await page.getByRole("button", { name: `Actions for ${member.name}` }).click();
  await page.getByRole("link", { name: "Remove user" }).click();
  const dialog = page.getByRole("dialog", { name: new RegExp(`Remove ${member.name}`) });
  await expect(dialog.getByRole("checkbox", { name: /noor-local/ })).toBeChecked();
  await expect(dialog).toContainText("The role that they were given in");
  await dialog.getByRole("button", { name: /^Remove and revoke/ }).click();
  await expect(dialog).toBeHidden();
  await expect(row(page, member)).toHaveCount(0);
  expect(await refusal(server, secret)).toEqual({ status: 401, code: "key_revoked" });
  expect((await theirs.goto(people))?.status(), "the rights of an open session end, too").toBe(403);
  await context.close();
});

test("somebody from outside is announced first, and meets nobody of the organization", async ({ ownerPage: page, server, browser }) => {
  addOutsider(server);
  await createKey(page, "owners-own");
  await open(page, "Collaborators");
  await add(page, outsider.email);
  await expect(page.getByText(`${outsider.name} is not a member of`)).toBeVisible();
  await page.getByRole("radio", { name: /^Admin/ }).check();
  await page.getByRole("button", { name: "Add external collaborator" }).click();
  await expect(row(page, outsider)).toContainText("External");
  await expect(page.getByRole("combobox", { name: `Role of ${outsider.name}` })).toHaveValue("admin");

  const context = await browser.newContext({ baseURL: server.url });
  const theirs = await context.newPage();
  await theirs.goto(people);
  await signIn(theirs, outsider.password, outsider.email);
  await expect(row(theirs, outsider)).toBeVisible();
  for (const path of [people, `${owner.home}/keys`, `${owner.home}/audit`, `${owner.home}/limits?history=1`]) {
    await theirs.goto(path);
    await expect(theirs.getByRole("heading", { level: 1 })).toBeVisible();
    expect(await theirs.content(), path).not.toContain(owner.name);
    expect(await theirs.content(), path).not.toContain(owner.email);
  }
  await context.close();
});

test("the list is filtered in its address", async ({ ownerPage: page, server }) => {
  addMember(server);
  await open(page, "Collaborators");
  await add(page, member.email);
  await expect(row(page, member)).toBeVisible();
  await page.getByRole("link", { name: "Inherited", exact: true }).click();
  await expect(page).toHaveURL(/origin=inherited/);
  await expect(row(page, member)).toHaveCount(0);
  await page.reload();
  await expect(page.getByText("Inherited · org owner")).toBeVisible();
  await page.getByRole("searchbox", { name: /name or e-mail/ }).fill("zzz");
  await page.getByRole("searchbox", { name: /name or e-mail/ }).press("Enter");
  await expect(page).toHaveURL(/origin=inherited.*q=zzz|q=zzz.*origin=inherited/);
  await expect(page.getByText("Nobody matches")).toBeVisible();
});

/** Presses Tab until this has the focus. */
async function reach(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  for (let step = 0; step < 100; step += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error("the keyboard does not get there");
}

test("everything is done with the keyboard alone", async ({ ownerPage: page, server }) => {
  addMember(server);
  await page.goto(people);
  await reach(page, page.getByRole("link", { name: "Add collaborator" }));
  await page.keyboard.press("Enter");
  await reach(page, page.getByRole("dialog").getByLabel("E-mail", { exact: true }));
  await page.keyboard.type(member.email);
  await page.keyboard.press("Enter");
  await expect(row(page, member)).toBeVisible();

  await reach(page, page.getByRole("combobox", { name: `Role of ${member.name}` }));
  await page.keyboard.type("Admin");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByText(/^Role changed/)).toBeVisible();

  const remove = async () => {
    await reach(page, page.getByRole("button", { name: `Actions for ${member.name}` }));
    await page.keyboard.press("Enter");
    await reach(page, page.getByRole("link", { name: "Remove user" }));
    await page.keyboard.press("Enter");
  };
  const dialog = page.getByRole("dialog", { name: new RegExp(`Remove ${member.name}`) });
  await remove();
  await expect(dialog.getByRole("link", { name: "Cancel" }), "what does nothing comes first").toBeFocused();
  await expect(page.locator("dialog:modal"), "the client is there").toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(row(page, member)).toBeVisible();
  await remove();
  await reach(page, dialog.getByRole("button", { name: /^Remove/ }));
  await page.keyboard.press("Enter");
  await expect(row(page, member)).toHaveCount(0);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("people are refused, announced, added and removed", async ({ page, server, complaints }) => {
    addMember(server);
    addOutsider(server);
    complaints.expectStatus(422);
    await page.goto(people);
    await signIn(page);

    await page.getByRole("link", { name: "Add collaborator" }).first().click();
    await page.getByLabel("E-mail", { exact: true }).fill("nobody@acme.example");
    await page.getByRole("radio", { name: /^Admin/ }).check();
    await page.getByRole("button", { name: "Confirm" }).click();
    await expect(page.getByLabel("E-mail", { exact: true }), "what was typed is kept").toHaveValue("nobody@acme.example");
    await expect(page.getByRole("radio", { name: /^Admin/ })).toBeChecked();
    await expect(page.getByText(/nobody@acme.example cannot be added/)).toBeVisible();

    await page.getByRole("radio", { name: /^Member/ }).check();
    await page.getByLabel("E-mail", { exact: true }).fill(outsider.email);
    await page.getByRole("button", { name: "Confirm" }).click();
    await expect(page.getByText(`${outsider.name} is not a member of`)).toBeVisible();
    await page.getByRole("button", { name: "Add external collaborator" }).click();
    await expect(row(page, outsider)).toContainText("External");

    await add(page, member.email);
    await expect(row(page, member)).toBeVisible();
    await page.goto(`${people}?remove=acct_${"0".repeat(25)}7`);
    await page.getByRole("button", { name: "Remove user" }).click();
    await expect(page.getByText(/^Collaborator removed/)).toBeVisible();
    await expect(row(page, member)).toHaveCount(0);
  });
});
