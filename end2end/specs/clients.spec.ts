// The official clients for Python and Node, unmodified: answers, classes of errors, retries.
import { fileURLToPath } from "node:url";
import OpenAI from "openai";
import { expect, open, test } from "../support/test.ts";
import { model, openai } from "../support/gateway.ts";
import { createKey } from "../support/keys.ts";
import { away, limited, offer, python, withoutInference } from "../support/offer.ts";

test.use({ config: offer });

const messages = [{ role: "user" as const, content: "Count to three" }];

test("the Python client is answered, refused and told when to retry as its documentation says", async ({ ownerPage: page, server }) => {
  await open(page, "API Keys");
  const reader = await createKey(page, "reader");
  await withoutInference(server);
  const { code, output } = await python([fileURLToPath(new URL("../python/test_client.py", import.meta.url))], {
    BAILIWICK_URL: `${server.url}/v1`,
    BAILIWICK_KEY: server.key,
    BAILIWICK_KEY_WITHOUT_INFERENCE: reader,
  });
  const lines = output.trim().split("\n");
  for (const line of lines) expect.soft(line).toMatch(/^ok \w+$/);
  expect(lines.length, output).toBeGreaterThanOrEqual(13);
  expect(code, output).toBe(0);
});

test("the Node client gets embeddings, in its own encoding and as numbers", async ({ server }) => {
  const client = openai(server);
  const packed = await client.embeddings.create({ model: "bailiwick/embed", input: ["a robot arm", "the robot arm"], dimensions: 64 });
  const plain = await client.embeddings.create({ model: "bailiwick/embed", input: "a robot arm", dimensions: 64, encoding_format: "float" });
  const [first, second] = packed.data.map(({ embedding }) => embedding);
  expect(first).toHaveLength(64);
  first!.forEach((number, index) => expect(number).toBeCloseTo(plain.data[0]!.embedding[index]!, 5));
  expect(first!.reduce((sum, number, index) => sum + number * second![index]!, 0), "like texts are near").toBeGreaterThan(0.3);
  expect(packed.usage).toEqual({ prompt_tokens: 6, total_tokens: 6 });
});

test("the Node client throws the class of each error", async ({ ownerPage: page, server }) => {
  await open(page, "API Keys");
  const reader = await createKey(page, "reader");
  await withoutInference(server);
  for (const [fields, key, wanted, status, code] of [
    [{}, "sk-something-else", OpenAI.AuthenticationError, 401, "invalid_api_key"],
    [{}, reader, OpenAI.PermissionDeniedError, 403, "permission_denied"],
    [{ model: "no/such-model" }, server.key, OpenAI.NotFoundError, 404, "model_not_found"],
    [{ max_tokens: -1 }, server.key, OpenAI.BadRequestError, 400, "invalid_request"],
    [{ service_tier: "priority" as const }, server.key, OpenAI.BadRequestError, 400, "invalid_service_tier"],
    [{ model: "bailiwick/embed" }, server.key, OpenAI.BadRequestError, 400, "invalid_request"],
    [{ model: away }, server.key, OpenAI.InternalServerError, 502, "upstream_unreachable"],
  ] as const) {
    const refused = await openai(server, key)
      .chat.completions.create({ model, messages, ...fields })
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(wanted);
    const { status: got, code: said, requestID } = refused as InstanceType<typeof OpenAI.APIError>;
    expect([got, said], JSON.stringify(fields)).toEqual([status, code]);
    expect(requestID).toMatch(/^req_/);
  }
});

test("the Node client waits as long as retry-after says", async ({ server }) => {
  const ask = (client: OpenAI) => client.chat.completions.create({ model: limited, messages });
  let refused: unknown;
  for (let request = 0; request < 60 && !refused; request += 1) await ask(openai(server)).catch((error: unknown) => (refused = error));
  expect(refused).toBeInstanceOf(OpenAI.RateLimitError);
  const wait = Number((refused as InstanceType<typeof OpenAI.RateLimitError>).headers.get("retry-after"));
  const began = performance.now();
  // Without the header it would be back after half a second, and refused for good.
  await ask(openai(server).withOptions({ maxRetries: 1 }));
  const took = (performance.now() - began) / 1000;
  expect(took).toBeGreaterThan(wait - 1);
  expect(took).toBeLessThan(wait + 2);
});
