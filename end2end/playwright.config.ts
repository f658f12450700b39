import { defineConfig } from "@playwright/test";

const chromium = process.env.BAILIWICK_CHROMIUM ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: "specs",
  outputDir: "test-results/artifacts",
  workers: 2,
  // Every test has a server and a data directory of its own, so a retry would only hide a fault.
  retries: 0,
  forbidOnly: true,
  // Bounds for what hangs, not for what is slow: the machine may have other work.
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [["line"], ["json", { outputFile: "test-results/report.json" }]],
  use: {
    browserName: "chromium",
    colorScheme: "light",
    locale: "en-GB",
    timezoneId: "UTC",
    viewport: { width: 1280, height: 800 },
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: chromium,
      // The distribution's browser, in a container, with nothing to tell anybody.
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
