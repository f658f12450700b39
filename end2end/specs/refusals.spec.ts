// Every kind of refusal has a receipt, which opens from the request id that the program got.
import { type Server, createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { APIError, OpenAI } from "openai";
import { type Page, test as base, expect, open, owner, signIn } from "../support/test.ts";
import { openai } from "../support/gateway.ts";
import { createKey } from "../support/keys.ts";
import { limitRequests } from "../support/limits.ts";
import { addMember, member } from "../support/people.ts";
import { createProject } from "../support/projects.ts";

const shared = "acme/shared";
const small = "acme/small";
const slow = "acme/slow";

/** `slow` has one place, and whoever has it waits for ever. */
const test = base.extend<{ config: string; upstream: Server }>({
  upstream: async ({}, use) => {
    const upstream = createServer((request) => request.resume()).listen(0, "127.0.0.1");
    await once(upstream, "listening");
    await use(upstream);
    upstream.closeAllConnections();
    upstream.close();
  },
  config: async ({ upstream }, use) => {
    await use(`
[upstreams.slow]
base_url = "http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1"
concurrency = 1

[models]
"${shared}" = { upstream = "loopback", context = 128000 }
"${small}" = { upstream = "loopback", context = 128000, price_output = "1000" }
"${slow}" = { upstream = "slow", context = 128000 }

[plans.standard]
models = ["${shared}", "${small}", "${slow}"]
tiers = ["flex", "default"]
quotas = [
  { model = "${shared}", metric = "requests", window = "hour", limit = 3 },
  { model = "${small}", metric = "tokens", window = "minute", limit = 1000 },
]
`);
  },
});

type Ask = Partial<OpenAI.ChatCompletionCreateParamsNonStreaming> & { model: string };

/** The request id of a refusal with this code. */
async function refused(client: OpenAI, wanted: Ask, code: string, headers = {}): Promise<string> {
  const error = (await answer(client, wanted, headers).catch((error: unknown) => error)) as APIError;
  expect(error.status).toBe(429);
  expect(error.code).toBe(code);
  return error.headers?.get("x-request-id") ?? "none";
}

function answer(client: OpenAI, wanted: Ask, headers = {}, signal?: AbortSignal) {
  const body = { messages: [{ role: "user" as const, content: "Hello" }], max_completion_tokens: 64, ...wanted, stream: false as const };
  return client.chat.completions.create(body, { headers, signal });
}

/** Sets the monthly budget of the project. */
async function budgetOf(page: Page, amount: string): Promise<void> {
  await open(page, "Limits");
  await page.getByRole("link", { name: "Spend" }).click();
  await page.getByRole("row", { name: /^Default project/ }).getByRole("link", { name: /Edit/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Amount in $").fill(amount);
  await dialog.getByLabel("When it is spent").selectOption("refuse");
  await dialog.getByRole("button", { name: "Save budget" }).click();
  await expect(dialog).toBeHidden();
}

test("every kind of refusal has its receipt, for the owner and for a member", async ({ ownerPage: page, server, upstream, browser }) => {
  test.slow();
  const client = openai(server);
  const headlines = new Map<string, string>();

  const leaving = new AbortController();
  const taken = once(upstream, "request");
  const waiting = answer(client, { model: slow, service_tier: "flex" }, {}, leaving.signal).catch(() => undefined);
  await taken;
  const queued = await refused(client, { model: slow, service_tier: "flex" }, "queue_exceeded", { queue_threshold: "50" });
  headlines.set(queued, `The wait for ${slow} was too long`);
  leaving.abort();
  await waiting;

  await createProject(page, "Support bot", "production");
  await expect(page).toHaveURL("/acme-robotics/support-bot/keys");
  const other = openai(server, await createKey(page, "help-desk"));
  await answer(other, { model: shared });
  for (let request = 0; request < 2; request += 1) await answer(client, { model: shared });
  const ofOrg = await refused(client, { model: shared }, "rate_limit_exceeded");
  headlines.set(ofOrg, "The organization was full; Default project was not");
  headlines.set(
    await refused(client, { model: small, max_completion_tokens: 5_000 }, "rate_limit_exceeded"),
    "The request is larger than the organization’s limit",
  );

  await page.goto(`${owner.home}/limits`);
  await limitRequests(page, "1");
  headlines.set(await refused(client, { model: small }, "rate_limit_exceeded"), "Default project reached its own limit");
  await budgetOf(page, "0.01");
  headlines.set(await refused(client, { model: small }, "spend_limit_exceeded"), "Default project’s monthly budget is spent");

  addMember(server);
  const context = await browser.newContext({ baseURL: server.url });
  const theirs = await context.newPage();
  await theirs.goto("/signin");
  await signIn(theirs, member.password, member.email);
  await expect(theirs).toHaveURL(new RegExp(`${owner.home}/`));
  for (const seen of [page, theirs]) {
    for (const [id, headline] of headlines) {
      await seen.goto(`${owner.home}/limits?request=${id}`);
      await expect(seen.getByRole("dialog").getByRole("heading", { level: 2 })).toHaveText(headline);
      await seen.goto(`${owner.home}/requests?request=${id}#inspector`);
      const inspector = seen.getByRole("complementary", { name: "Request" });
      await expect(inspector.getByRole("heading", { level: 2 })).toHaveText(headline);
      await expect(inspector).toContainText("429 refused");
    }
  }
  const [known, unknown] = [page, theirs].map((seen) => seen.getByRole("region", { name: "Who held the organization’s requests" }));
  for (const seen of [page, theirs]) await seen.goto(`${owner.home}/requests?request=${ofOrg}`);
  await expect(known!).toContainText("Support bot");
  await expect(unknown!).toContainText("other projects: 1");
  await expect(theirs.locator("main")).not.toContainText("Support bot");
  await context.close();
});
