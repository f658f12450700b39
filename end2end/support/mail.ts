// Links of mails, read from the outbox page of an installation without a mail server.
import { type Browser } from "@playwright/test";
import type { Installation } from "./server.ts";

/** The path in the newest mail to an address, such as `/invite?token=…`. Opens a browser context of its own. */
export async function mailedPath(browser: Browser, server: Installation, email: string): Promise<string> {
  const page = await browser.newPage();
  await page.goto(server.outboxLink);
  const newest = page.getByRole("region").filter({ hasText: email }).first();
  const link = await newest.getByRole("link").getAttribute("href");
  await page.close();
  if (!link) throw new Error(`no mail to ${email}`);
  const url = new URL(link);
  return url.pathname + url.search;
}
