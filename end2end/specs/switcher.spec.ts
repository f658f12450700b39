import { type Page, expect, owner, signIn, test } from "../support/test.ts";
import { ask } from "../support/gateway.ts";
import { createKey } from "../support/keys.ts";
import { addMember, member } from "../support/people.ts";
import { createProject } from "../support/projects.ts";
import { look } from "../support/looks.ts";

function switcher(page: Page) {
  return page.getByRole("dialog", { name: "Switch organization or project" });
}

/** Opens the switcher with its button, which names the place. */
async function openSwitcher(page: Page) {
  await page.getByRole("navigation", { name: "Context" }).getByRole("button").click();
  await expect(switcher(page)).toBeVisible();
  return switcher(page);
}

/** Waits until the page has woken up and opens the palette. */
async function openPalette(page: Page) {
  const palette = page.getByRole("dialog", { name: "Search or jump to" });
  await expect(async () => {
    if (!(await palette.isVisible())) await page.keyboard.press("Control+k");
    await expect(palette).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(palette.getByRole("option").first()).toBeVisible();
  return palette;
}

test("switching keeps the page, remembers where one was, and says when it cannot", async ({ ownerPage: page }) => {
  await createProject(page, "Support bot", "production");
  await expect(page).toHaveURL("/acme-robotics/support-bot/keys");
  await page.goto(`${owner.home}/limits`);
  const panel = await openSwitcher(page);
  const org = panel.getByRole("region", { name: /Acme Robotics/ });
  await expect(org.getByRole("heading")).toContainText("owner");
  await expect(org.getByRole("link", { name: /All projects/ })).toContainText("2 projects");
  await expect(org.getByRole("link", { name: /Default project/ })).toContainText("Default");
  await expect(panel.getByRole("region", { name: "Recent" }).getByRole("link", { name: /Support bot/ })).toBeVisible();
  await look(page, null, "switcher");

  await panel.getByRole("searchbox").fill("no such place");
  await expect(panel.getByText("Nothing matches")).toBeVisible();
  await panel.getByRole("searchbox").fill("support");
  await expect(org.getByRole("link", { name: /Default project/ })).toHaveCount(0);
  await org.getByRole("link", { name: /Support bot/ }).click();
  await expect(page, "the same page").toHaveURL("/acme-robotics/support-bot/limits");

  await (await openSwitcher(page)).getByRole("link", { name: /All projects/ }).click();
  await expect(page).toHaveURL(/\/acme-robotics\/~\/projects/);
  await expect(page.getByText(/does not exist here/)).toBeVisible();
});

test("another organization is made, and its owner sees both", async ({ ownerPage: page, complaints }) => {
  complaints.expectStatus(422);
  await (await openSwitcher(page)).getByRole("link", { name: "Create organization" }).click();
  await look(page, null, "create-organization");
  await page.getByLabel("Name", { exact: true }).fill("Tern & Hollow");
  await page.getByLabel("Address", { exact: true }).fill("acme-robotics");
  await page.getByRole("button", { name: "Create organization" }).click();
  await expect(page.getByLabel("Address", { exact: true })).toHaveAccessibleDescription(/taken/);
  await page.getByLabel("Address", { exact: true }).fill("tern");
  await page.getByRole("button", { name: "Create organization" }).click();
  await expect(page).toHaveURL("/tern/default/keys");
  const panel = await openSwitcher(page);
  await expect(panel.getByRole("region", { name: /Acme Robotics/ }).getByRole("link", { name: /Create project/ })).toBeVisible();
  await expect(panel.getByRole("region", { name: /Tern & Hollow/ }).getByRole("heading")).toContainText("owner");
});

test("the palette finds projects, pages, people, keys and actions", async ({ ownerPage: page, server }) => {
  addMember(server);
  await createKey(page, "prompt-cache");
  const { request_id: id } = await ask(server, "Hello").withResponse();
  await page.reload();
  const palette = await openPalette(page);
  await look(page, null, "palette");
  const field = palette.getByRole("combobox");
  for (const [text, name] of [
    ["usage", /Usage & Analytics/],
    ["noor", new RegExp(member.email)],
    ["prompt", /prompt-cache.*bw_/],
    ["create pro", /Create project/],
    [String(id), /Explain request/],
  ] as const) {
    await field.fill(text);
    await expect(palette.getByRole("option", { name }).first()).toBeVisible();
  }
  await expect(palette.getByRole("option")).toHaveCount(1);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/requests\\?request=${id}`));
});

test("with the keyboard alone", async ({ ownerPage: page }) => {
  await createProject(page, "Support bot", "production");
  await expect(page).toHaveURL("/acme-robotics/support-bot/keys");

  // The palette: the focus stays in its field, and returns where it was.
  const home = page.getByRole("link", { name: "Home" });
  await home.focus();
  const palette = await openPalette(page);
  await expect(palette.getByRole("combobox")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(palette).toBeHidden();
  await expect(home).toBeFocused();
  await openPalette(page);
  await page.keyboard.type("pro");
  await expect(palette.locator("mark").first(), "the answer to what was typed").toBeVisible();
  const count = await palette.getByRole("option").count();
  const chosen = palette.getByRole("option", { selected: true });
  await expect(chosen).toHaveCount(1);
  const first = await chosen.textContent();
  await page.keyboard.press("ArrowUp");
  await expect(chosen, "behind the first comes the last").toHaveText((await palette.getByRole("option").nth(count - 1).textContent()) ?? "");
  await page.keyboard.press("ArrowDown");
  await expect(chosen).toHaveText(first ?? "");
  await page.keyboard.press("Escape");

  // The switcher: the arrows lead through the list, Escape closes it.
  await page.getByRole("navigation", { name: "Context" }).getByRole("button").focus();
  await page.keyboard.press("Enter");
  await expect(switcher(page).getByRole("searchbox")).toBeFocused();
  await page.keyboard.type("default");
  await expect(switcher(page).getByRole("status"), "the answer to what was typed").toHaveText("1 project");
  await page.keyboard.press("ArrowDown");
  await expect(switcher(page).getByRole("link").first()).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(switcher(page)).toBeHidden();

  // Letters, but not in a field.
  await page.goto("/acme-robotics/support-bot/audit");
  const filter = page.locator("main").getByRole("searchbox");
  await expect(async () => {
    await page.keyboard.press("/");
    await expect(filter).toBeFocused({ timeout: 500 });
  }, "once the client is there").toPass();
  await page.keyboard.type("gu?");
  await expect(filter).toHaveValue(/gu\?$/);
  await expect(page).toHaveURL("/acme-robotics/support-bot/audit");
  await page.locator("main").focus();
  await page.keyboard.press("g");
  await page.keyboard.press("u");
  await expect(page).toHaveURL("/acme-robotics/support-bot/usage");
  await page.goto("/acme-robotics/support-bot/keys");
  await expect(async () => {
    await page.keyboard.press("c");
    await expect(page).toHaveURL(/new=1/, { timeout: 500 });
  }).toPass();
  await page.goto("/acme-robotics/~/members");
  await expect(async () => {
    await page.keyboard.press("c");
    await expect(page).toHaveURL(/invite=1/, { timeout: 500 });
  }).toPass();
});

test("single letters can be turned off", async ({ ownerPage: page }) => {
  const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(async () => {
    if (!(await help.isVisible())) await page.keyboard.press("?");
    await expect(help).toBeVisible({ timeout: 500 });
  }).toPass();
  await look(page, null, "help");
  await help.getByRole("button", { name: "Off" }).click();
  await expect(help).toBeHidden();
  await openPalette(page);
  await page.keyboard.press("Escape");
  await page.locator("main").focus();
  await page.keyboard.press("?");
  await page.keyboard.press("g");
  await page.keyboard.press("u");
  await expect(help).toBeHidden();
  await expect(page).toHaveURL(`${owner.home}/keys`);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the lists are pages", async ({ page }) => {
    await page.goto(`${owner.home}/limits`);
    await signIn(page);
    await (await openSwitcher(page)).getByRole("link", { name: "All organizations and projects" }).click();
    await expect(page.getByRole("heading", { name: "Organizations and projects" })).toBeVisible();
    await page.getByRole("searchbox").fill("default");
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: /Acme Robotics/ }).getByRole("link", { name: /Default project/ }).click();
    await expect(page, "the page is kept").toHaveURL(`${owner.home}/limits`);

    await page.getByRole("link", { name: "Search or jump to" }).click();
    await page.getByRole("searchbox").fill("audit");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: /Audit Logs/ }).first().click();
    await expect(page).toHaveURL(`${owner.home}/audit`);

    await page.goto("/account/organization");
    await page.getByLabel("Name", { exact: true }).fill("Tern & Hollow");
    await page.getByRole("button", { name: "Create organization" }).click();
    await expect(page).toHaveURL("/tern-hollow/default/keys");
  });
});
