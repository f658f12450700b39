// The test function of every spec: a server per test, a page per role, and a console that must stay silent.
import { type BrowserContext, type Page, expect, test as base } from "@playwright/test";
import { Installation, owner } from "./server.ts";

export { expect, owner };
export type { Page };

interface Options {
  /** True: an installation that nobody has set up yet. Otherwise it has an owner, see `owner`. */
  empty: boolean;
  /** What is in the server's bailiwick.toml. */
  config: string;
}

interface Fixtures {
  /** The running server of this test. */
  server: Installation;
  /** A page that is signed in as the owner, at home in the Default Project. */
  ownerPage: Page;
  /** What the browser complained about; the test fails unless it said before that this was expected. */
  complaints: Complaints;
}

/** Collects what the browser writes to its console. */
export class Complaints {
  private readonly expected: RegExp[] = [];
  private readonly seen: string[] = [];

  constructor(context: BrowserContext) {
    context.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) {
        this.seen.push(`${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    context.on("weberror", (error) => this.seen.push(`uncaught: ${error.error().stack ?? error.error().message}`));
  }

  /** Chromium itself reports every answer from 400 on; the test says which ones it provokes. */
  expectStatus(...statuses: number[]): void {
    this.expected.push(...statuses.map((status) => new RegExp(`the server responded with a status of ${status}\\b`)));
  }

  /** The test stops the server under an open page: Chromium reports each connection that ends or cannot begin. */
  expectAborted(): void {
    this.expected.push(/net::ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING|CONNECTION_RESET|EMPTY_RESPONSE)/);
  }

  /** Without script nothing uses the client that the page preloads; Chromium notices after some seconds. */
  expectUnusedClient(): void {
    this.expected.push(/\.wasm was preloaded using link preload but not used/);
  }

  /** What was not expected. */
  get unexpected(): string[] {
    return this.seen.filter((text) => !this.expected.some((pattern) => pattern.test(text)));
  }
}

export const test = base.extend<Options & Fixtures>({
  empty: [false, { option: true }],
  config: ["", { option: true }],

  server: async ({ empty, config }, use, info) => {
    const server = empty ? await Installation.empty(config) : await Installation.bootstrapped(config);
    try {
      await server.start();
      await use(server);
      if (info.status !== info.expectedStatus) await info.attach("the server's log", { body: server.log, contentType: "text/plain" });
    } finally {
      await server.remove();
    }
  },

  baseURL: async ({ server }, use) => use(server.url),

  complaints: [
    async ({ context, javaScriptEnabled }, use) => {
      const complaints = new Complaints(context);
      if (!javaScriptEnabled) complaints.expectUnusedClient();
      await use(complaints);
      expect(complaints.unexpected, "the browser's console").toEqual([]);
    },
    { auto: true },
  ],

  ownerPage: async ({ page }, use) => {
    await page.goto("/signin");
    await signIn(page);
    await expect(page).toHaveURL(new RegExp(`${owner.home}/`));
    await use(page);
  },
});

/** Fills in and sends the sign-in form that the page shows. */
export async function signIn(page: Page, password: string = owner.password, email: string = owner.email): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Opens a page of the side navigation by its name. */
export async function open(page: Page, name: string): Promise<void> {
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name, exact: true }).first().click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
}
