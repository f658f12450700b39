import { expect, open, owner, signIn, test } from "../support/test.ts";
import { ask, model, whoami } from "../support/gateway.ts";
import { createKey } from "../support/keys.ts";
import { bailiwick } from "../support/server.ts";

test("kill -9 loses neither account, nor key, nor usage of an answered request", async ({ ownerPage: page, server }) => {
  const secret = await createKey(page, "checkout-canary");
  const answer = await ask(server, "Remember me", secret);
  await server.kill();
  await server.start();

  expect((await whoami(server, secret)).status).toBe(200);
  await page.goto(`${owner.home}/usage`);
  if (page.url().includes("/signin")) await signIn(page);
  const row = page.getByRole("row", { name: new RegExp(model) }).first();
  await expect(row).toContainText(String(answer.usage?.total_tokens));
  await open(page, "API Keys");
  await expect(page.getByRole("row", { name: /checkout-canary/ })).toBeVisible();

  const verified = await bailiwick(["audit", "verify", "--data", server.data]);
  expect(verified.code, verified.stderr).toBe(0);
});

test("a stream that has begun is finished before the server stops", async ({ server }) => {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "one two three four five six seven eight" }], stream: true }),
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = (await reader.read()).value ?? "";
  const stopped = server.stop();
  for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
  await stopped;
  expect(text.trimEnd()).toMatch(/data: \[DONE\]$/);
});
