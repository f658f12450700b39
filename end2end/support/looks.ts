// What every page must look like, whatever it shows.
import { AxeBuilder } from "@axe-core/playwright";
import { type Page, expect, test } from "@playwright/test";

const desktop = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };
const schemes = ["light", "dark"] as const;

/**
 * No finding of axe in either colour scheme, and no sideways scroll on a phone: of the page at an address, opened directly, so that it comes
 * from the server and is hydrated; with `null`, of the page as it stands. `name` names the pictures.
 */
export async function look(page: Page, path: string | null, name: string): Promise<void> {
  if (path !== null) await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
  await test.step(`${name} looks right`, async () => {
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize(desktop);
      await axe(page, `${name}, ${colorScheme}`);
      await picture(page, `${name}-${colorScheme}-d`);
      await page.setViewportSize(phone);
      await noSidewaysScroll(page, name);
      await axe(page, `${name}, ${colorScheme}, phone`);
      await picture(page, `${name}-${colorScheme}-m`);
    }
    await page.emulateMedia({ colorScheme: null, reducedMotion: null });
    await page.setViewportSize(desktop);
  });
}

/** Every rule of axe, on the page as it stands. */
export async function axe(page: Page, what: string): Promise<void> {
  // Legacy mode looks at the page alone, in half the time: no page of ours holds another.
  expect(page.frames(), `frames of ${what}`).toHaveLength(1);
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ["violations"] }).analyze();
  const findings = violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((node) => `  ${node.html}\n  ${node.failureSummary}`).join("\n")}`);
  expect(findings, `axe on ${what}`).toEqual([]);
}

/** Nothing sticks out of the page to the right; names what does. */
export async function noSidewaysScroll(page: Page, what: string): Promise<void> {
  const culprits = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.querySelectorAll("body *")].filter((element) => element.getBoundingClientRect().right > clientWidth);
    return [`${scrollWidth} px in ${clientWidth} px`, ...wide.slice(0, 10).map((element) => element.outerHTML.slice(0, 120))];
  });
  expect(culprits, `sideways scroll on ${what}`).toEqual([]);
}

/** A screenshot into test-results/shots, for people: only when BAILIWICK_SHOTS is set. */
async function picture(page: Page, name: string): Promise<void> {
  if (process.env.BAILIWICK_SHOTS) await page.screenshot({ path: `test-results/shots/${name}.png`, animations: "disabled" });
}
