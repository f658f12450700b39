import { type Page, expect, open, owner, signIn, test } from "../support/test.ts";
import { ask, model, openai } from "../support/gateway.ts";
import { limitRequests } from "../support/limits.ts";

const log = `${owner.home}/requests`;

/** The rows of the list, without its head. */
function rows(page: Page) {
  return page.getByRole("region", { name: "Requests table" }).locator("tbody tr");
}

/** Opens the log and waits until it follows what happens. */
async function openLive(page: Page, path = log): Promise<void> {
  await page.goto(path);
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
}

test("a request appears in the open log without a reload", async ({ ownerPage: page, server }) => {
  await openLive(page);
  await expect(page.getByText("No request yet")).toBeVisible();
  await page.evaluate(() => ((window as unknown as { kept: boolean }).kept = true));
  const { response } = await ask(server, "Hello").withResponse();
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page).first()).toContainText(model);
  await expect(rows(page).first()).toContainText("200");
  await expect(rows(page).first().getByRole("link")).toHaveAttribute("title", response.headers.get("x-request-id") ?? "none");
  expect(await page.evaluate(() => (window as unknown as { kept?: boolean }).kept), "the same document").toBe(true);
});

test("rows do not move under the pointer: the list says how many are new", async ({ ownerPage: page, server }) => {
  await ask(server, "First");
  await openLive(page);
  await rows(page).first().hover();
  await ask(server, "Second");
  await ask(server, "Third");
  const news = page.getByRole("link", { name: "2 new" });
  await expect(news).toBeVisible();
  await expect(page.getByText("Paused", { exact: true })).toBeVisible();
  await expect(rows(page)).toHaveCount(1);
  await news.click();
  await expect(rows(page)).toHaveCount(3);
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
});

test("filters stand in the address and survive a reload and the way back", async ({ ownerPage: page, server }) => {
  await limitRequests(page, "2");
  for (let request = 0; request < 2; request += 1) await ask(server, "Hello");
  await expect(ask(server, "Hello")).rejects.toThrow();
  await open(page, "Request log");
  await expect(rows(page)).toHaveCount(3);

  await page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: "Refused" }).click();
  await expect(page).toHaveURL(/status=refused/);
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page).first()).toContainText("429 project");
  await page.getByRole("combobox", { name: "Refused by" }).selectOption("org");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page).toHaveURL(/status=refused.*refused=org/);
  await expect(page.getByText("No request matches").first()).toBeVisible();
  await page.reload();
  await expect(page.getByRole("combobox", { name: "Refused by" })).toHaveValue("org");
  await page.goBack();
  await expect(rows(page)).toHaveCount(1);
  await page.goForward();
  await page.getByRole("link", { name: "Show all requests" }).click();
  await expect(rows(page)).toHaveCount(3);
});

test("an exact request id finds its request, and an unknown status is explained", async ({ ownerPage: page, server }) => {
  await ask(server, "Hello");
  const { response } = await ask(server, "Hello again").withResponse();
  const id = response.headers.get("x-request-id") ?? "none";
  await page.goto(log);
  await page.getByRole("searchbox", { name: "Find by request id, key or model" }).fill(id);
  await page.keyboard.press("Enter");
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page).first().getByRole("link")).toHaveAttribute("title", id);
  await page.goto(`${log}?status=maybe`);
  await expect(page.getByText("“maybe” is no status")).toBeVisible();
  await expect(rows(page)).toHaveCount(2);
});

test("a row opens beside the list, by pointer and by keyboard", async ({ ownerPage: page, server }) => {
  for (const text of ["One", "Two", "Three"]) await ask(server, text);
  await page.goto(`${log}?range=1h`);
  const inspector = page.getByRole("complementary", { name: "Request" });
  await rows(page).nth(1).getByRole("link").click();
  await expect(page).toHaveURL(/range=1h&request=req/);
  await expect(inspector).toBeVisible();
  await expect(inspector.getByRole("heading", { level: 2 })).toBeFocused();
  await expect(rows(page), "the list stays beside it").toHaveCount(3);
  const id = await rows(page).nth(1).getByRole("link").getAttribute("title");
  await expect(inspector).toContainText(id ?? "none");

  await inspector.getByRole("link", { name: "Older request" }).click();
  const older = await rows(page).nth(2).getByRole("link").getAttribute("title");
  await expect(inspector).toContainText(older ?? "none");
  await expect(inspector.getByRole("button", { name: "Older request" })).toBeDisabled();

  await expect(inspector.getByRole("button", { name: "Copy request id" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(inspector).toBeHidden();
  await expect(page).toHaveURL(/range=1h/);
  await expect(rows(page).nth(2).getByRole("link")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(inspector).toContainText(older ?? "none");
});

test.describe("without script", () => {
  test.use({ javaScriptEnabled: false });

  test("the log, its filters and its receipts work", async ({ page, server }) => {
    await ask(server, "Hello");
    await openai(server).models.list();
    await page.goto("/signin");
    await signIn(page);
    await page.goto(log);
    await expect(rows(page)).toHaveCount(1);
    await expect(page.getByText("Live", { exact: true })).toBeHidden();
    await page.getByRole("combobox", { name: "Model" }).selectOption("bailiwick/echo-large");
    await page.getByRole("button", { name: "Filter" }).click();
    await expect(page.getByText("No request matches").first()).toBeVisible();
    await page.goBack();
    await rows(page).first().getByRole("link").click();
    await expect(page.getByRole("complementary", { name: "Request" })).toContainText(model);
    await page.getByRole("link", { name: "Close" }).click();
    await expect(page.getByRole("complementary", { name: "Request" })).toBeHidden();
  });
});

test("on a phone the open request takes the place of the list", async ({ ownerPage: page, server }) => {
  await ask(server, "Hello");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(log);
  await rows(page).first().getByRole("link").click();
  await expect(page.getByRole("complementary", { name: "Request" })).toBeVisible();
  await expect(rows(page).first()).toBeHidden();
  await page.getByRole("link", { name: "Close" }).click();
  await expect(rows(page).first()).toBeVisible();
});

test("a live page whose session ends elsewhere leads to the sign-in page", async ({ ownerPage: page, context }) => {
  await openLive(page);
  const elsewhere = await context.newPage();
  await elsewhere.goto(`${owner.home}/keys`);
  await elsewhere.getByRole("button", { name: `Account: ${owner.name}` }).click();
  await elsewhere.getByRole("button", { name: "Sign out" }).click();
  await expect(elsewhere).toHaveURL(/\/signin/);
  // A hidden tab has no stream; the one in front has.
  await page.bringToFront();
  await expect(page).toHaveURL(/\/signin/, { timeout: 4_000 });
});

test("a server that stops does not wait for open pages, and they come back with it", async ({ ownerPage: page, server, complaints }) => {
  complaints.expectAborted();
  await openLive(page);
  const began = performance.now();
  await server.stop();
  expect(performance.now() - began, "ms").toBeLessThan(5_000);
  await expect(page.getByText("Offline", { exact: true })).toBeVisible();
  await server.start();
  await expect(page.getByText("Live", { exact: true })).toBeVisible({ timeout: 15_000 });
  await ask(server, "Hello");
  await expect(rows(page)).toHaveCount(1);
});
