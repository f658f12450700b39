// The gateway, as programs see it.
import OpenAI from "openai";
import type { Installation } from "./server.ts";

/** A model of the built-in simulator: it answers the same to the same question. */
export const model = "bailiwick/echo";

/** The official client. It does not retry, so that a refusal is seen. */
export function openai(server: Installation, apiKey: string = server.key): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${server.url}/v1`, maxRetries: 0 });
}

/** One question, answered whole. */
export function ask(server: Installation, text: string, apiKey: string = server.key) {
  return openai(server, apiKey).chat.completions.create({ model, messages: [{ role: "user", content: text }], max_completion_tokens: 64 });
}

/** The bare answer to `GET /v1/whoami`, whatever its status. */
export function whoami(server: Installation, apiKey: string): Promise<Response> {
  return fetch(`${server.url}/v1/whoami`, { headers: { authorization: `Bearer ${apiKey}` } });
}

/** The status of a call with this key, and the code of its error body. */
export async function refusal(server: Installation, apiKey: string): Promise<{ status: number; code: string | null }> {
  const answer = await whoami(server, apiKey);
  const { error } = (await answer.json()) as { error?: { code: string | null } };
  return { status: answer.status, code: error?.code ?? null };
}
