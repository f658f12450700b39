// How long the switcher takes to open in an organization with 500 projects.
import { appendFile } from "node:fs/promises";
import { type Page, expect, owner, test } from "../support/test.ts";

const PROJECTS = 500;
/** What one template makes at most. */
const BATCH = 20;
const ROUNDS = 30;
const LIST = "/acme-robotics/~/projects";

async function createProjects(page: Page, from: number, to: number): Promise<void> {
  const names = Array.from({ length: to - from }, (_, index) => `Cell ${from + index}`).join("\n");
  const form = { template: "team", names, "models[]": "bailiwick/echo", step: "create" };
  await page.request.post(LIST, { form, headers: { "sec-fetch-site": "same-origin" } });
}

/** Milliseconds from the click to the frame that shows the list. */
async function opening(page: Page): Promise<number> {
  // Each time a page of its own: an open page has the list already.
  await page.goto(`${owner.home}/settings`, { waitUntil: "networkidle" });
  return page.evaluate(async () => {
    const frame = () => new Promise(requestAnimationFrame);
    const button = document.querySelector<HTMLElement>("[popovertarget=switcher]");
    if (!button) throw new Error("no switcher");
    await frame();
    const begun = performance.now();
    button.click();
    while (!document.querySelector("#switcher:popover-open #places a[href^='/acme-robotics/']")) await frame();
    await frame();
    return performance.now() - begun;
  });
}

test("the switcher opens", async ({ ownerPage: page }) => {
  const lines = process.env.BAILIWICK_BENCH_LINES;
  if (!lines) throw new Error("BAILIWICK_BENCH_LINES names the file for the results");
  for (let made = 1; made < PROJECTS; made += BATCH) await createProjects(page, made, Math.min(made + BATCH, PROJECTS));
  await page.goto(LIST);
  await expect(page.getByRole("link", { name: `Active ${PROJECTS}` })).toBeVisible();
  await opening(page);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await opening(page));
  times.sort((a, b) => a - b);
  await appendFile(lines, `bench:\tswitcher_opens_p50\t${times[ROUNDS / 2]?.toFixed(0)}\tms\n`);
  await appendFile(lines, `bench:\tswitcher_opens_worst\t${times.at(-1)?.toFixed(0)}\tms\n`);
});
