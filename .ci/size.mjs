// What a browser downloads for the client: its WASM and JavaScript, compressed as the server sends them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

const budget = 250_000; // bytes

const folder = process.argv[2];
const files = readdirSync(folder, { recursive: true }).filter((name) => /\.(js|wasm)$/.test(name));
const sizes = files.map((name) => ({ name, bytes: brotliCompressSync(readFileSync(join(folder, name))).length }));
const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);

for (const { name, bytes } of sizes) console.log(`  ${name.padEnd(24)} ${(bytes / 1000).toFixed(1).padStart(6)} kB`);
console.log(`  ${"together, brotli".padEnd(24)} ${(total / 1000).toFixed(1).padStart(6)} kB of ${budget / 1000} kB`);
if (!files.some((name) => name.endsWith(".wasm"))) {
  console.error(`error: there is no client in ${folder}`);
  process.exit(1);
}
if (total > budget) {
  console.error("error: the client is over its budget; find what grew it, or remove something");
  process.exit(1);
}
