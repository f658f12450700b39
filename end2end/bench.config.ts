import { defineConfig } from "@playwright/test";
import tests from "./playwright.config.ts";

/** What is measured in the browser. `make bench` runs it, and nothing beside it. */
export default defineConfig(tests, {
  testDir: "bench",
  testMatch: "*.bench.ts",
  workers: 1,
  timeout: 300_000,
  reporter: "line",
  use: { trace: "off", screenshot: "off" },
});
