// An installation that shows every class of error: what is in its bailiwick.toml.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Installation } from "./server.ts";

/** A model with 20 requests a minute: one every three seconds once they are used up. */
export const limited = "acme/limited";
/** A model whose upstream is not there. */
export const away = "acme/away";

/** Simulated models, one that is limited, one that is away; without the tier `priority`. */
export const offer = `
[upstreams.away]
base_url = "http://127.0.0.1:9/v1"

[models]
"bailiwick/echo" = { upstream = "loopback", context = 128000 }
"bailiwick/embed" = { upstream = "loopback", context = 8192, kind = "embedding" }
"${limited}" = { upstream = "loopback", context = 128000 }
"${away}" = { upstream = "away", context = 128000 }

[plans.standard]
models = ["bailiwick/echo", "bailiwick/embed", "${limited}", "${away}"]
tiers = ["flex", "default"]
quotas = [{ model = "${limited}", metric = "requests", window = "minute", limit = 20 }]
`;

/** Takes the permission for inference from all keys but the bootstrap's. The console cannot do that, so the server stands still for it. */
export async function withoutInference(server: Installation): Promise<void> {
  await server.stop();
  const sql = `UPDATE api_keys SET permissions = '["read-only"]' WHERE name = 'reader'`;
  const change = `import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); assert db.execute(sys.argv[2]).rowcount == 1; db.commit()`;
  const { code, output } = await python(["-c", change, join(server.data, "bailiwick.db"), sql]);
  if (code !== 0) throw new Error(output);
  await server.start();
}

/** Runs the Python of .tools/python, which has the official client. */
export async function python(args: string[], env: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; output: string }> {
  const program = fileURLToPath(new URL("../../.tools/python/bin/python", import.meta.url));
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env.PATH, ...env } });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}
