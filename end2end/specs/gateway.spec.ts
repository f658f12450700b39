import { type APIError, AuthenticationError, NotFoundError, type OpenAI, RateLimitError } from "openai";
import { expect, open, test } from "../support/test.ts";
import { ask, model, openai, whoami } from "../support/gateway.ts";
import { limitRequests } from "../support/limits.ts";

test("the official client is answered whole", async ({ server }) => {
  const { data: answer, response } = await ask(server, "Hello from the shop floor").withResponse();
  expect(answer.object).toBe("chat.completion");
  expect(answer.model).toBe(model);
  expect(answer.choices[0]?.message.content).toContain("Hello from the shop floor");
  expect(answer.choices[0]?.finish_reason).toBe("stop");
  expect(answer.usage?.prompt_tokens).toBeGreaterThan(0);
  expect(answer.usage?.completion_tokens).toBeGreaterThan(0);
  expect(answer.usage?.total_tokens).toBe((answer.usage?.prompt_tokens ?? 0) + (answer.usage?.completion_tokens ?? 0));
  expect(response.headers.get("x-request-id")).toBeTruthy();
});

test("the official client is answered in a stream that says the same", async ({ server }) => {
  const whole = await ask(server, "Count to three");
  const stream = await openai(server).chat.completions.create({
    model,
    messages: [{ role: "user", content: "Count to three" }],
    max_completion_tokens: 64,
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = "";
  let chunks = 0;
  let usage: OpenAI.CompletionUsage | null | undefined;
  for await (const chunk of stream) {
    const piece = chunk.choices[0]?.delta.content ?? "";
    if (piece) chunks += 1;
    text += piece;
    usage = chunk.usage ?? usage;
  }
  expect(chunks, "it comes in pieces").toBeGreaterThan(1);
  expect(text).toBe(whole.choices[0]?.message.content);
  expect(usage).toEqual(whole.usage);
});

test("the models of the project are listed", async ({ server }) => {
  const models = await openai(server).models.list();
  expect(models.data.map(({ id }) => id)).toEqual(expect.arrayContaining([model, "bailiwick/echo-large"]));
});

test("whoami names where the key belongs", async ({ server }) => {
  const answer = await whoami(server, server.key);
  expect(answer.status).toBe(200);
  const text = await answer.text();
  expect(text).toContain(server.ids?.project_id);
  expect(text).toContain(server.ids?.org_id);
  expect(text, "never the secret").not.toContain(server.key);
});

test("wrong keys are refused in OpenAI's shape, and say nothing more", async ({ server }) => {
  const typo = `${server.key.slice(0, -1)}${server.key.endsWith("0") ? "1" : "0"}`;
  for (const key of [typo, "sk-something-else", "bw_p_"]) {
    const refused = await ask(server, "Hello", key).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AuthenticationError);
    expect((refused as APIError).code).toBe("invalid_api_key");
  }
  expect((await fetch(`${server.url}/v1/models`)).status).toBe(401);
});

test("an unknown model is a 404 that names it", async ({ server }) => {
  const refused = await openai(server)
    .chat.completions.create({ model: "no/such-model", messages: [{ role: "user", content: "Hello" }] })
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(NotFoundError);
  expect((refused as APIError).message).toContain("no/such-model");
});

test("the fourth request of a minute that allows three is refused, with everything a client needs", async ({ ownerPage: page, server }) => {
  await limitRequests(page, "3");
  for (let request = 0; request < 3; request += 1) await ask(server, "Hello");
  const refused = await ask(server, "Hello").catch((error: unknown) => error);

  expect(refused).toBeInstanceOf(RateLimitError);
  const { headers, type, code, message } = refused as RateLimitError;
  expect(type).toBe("requests");
  expect(code).toBe("rate_limit_exceeded");
  expect(message, "the level and the limit").toMatch(/project.*\b3\b/is);
  expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  expect(Number(headers.get("retry-after"))).toBeLessThanOrEqual(20);
  expect(headers.get("x-ratelimit-limit-project-requests")).toBe("3");
  expect(headers.get("x-ratelimit-remaining-project-requests")).toBe("0");
  for (const name of ["x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "ratelimit", "ratelimit-policy", "x-request-id"]) {
    expect(headers.get(name), name).toBeTruthy();
  }

  await open(page, "Usage & Analytics");
  await expect(page.locator("main")).toContainText(/1.*(429|refused)|(429|refused).*1/is);
});

test("a project limit above the organization's is refused and names the ceiling", async ({ ownerPage: page, complaints }) => {
  complaints.expectStatus(409, 422);
  await open(page, "Limits");
  await page.getByRole("row", { name: /All models/ }).getByRole("link", { name: /Edit/ }).click();
  const field = page.getByRole("dialog").getByLabel(/Requests per minute/);
  await field.fill("999,999,999");
  await page.getByRole("dialog").getByRole("button", { name: /Save/ }).click();
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(field).toHaveAccessibleDescription(/organization/i);
});
