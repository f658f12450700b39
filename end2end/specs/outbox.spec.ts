import { type AddressInfo, createServer } from "node:net";
import { createInterface } from "node:readline";
import { expect, owner, test } from "../support/test.ts";
import { look } from "../support/looks.ts";

// A mail server that knows nobody.
test.use({
  config: async ({}, use) => {
    const server = createServer((socket) => {
      const say = (line: string) => socket.write(`${line}\r\n`);
      socket.on("error", () => socket.destroy());
      say("220 mail.acme.example");
      createInterface({ input: socket }).on("line", (line) => say(line.startsWith("RCPT") ? "550 no such user" : "250 ok"));
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    await use(`[mail]\nurl = "smtp://127.0.0.1:${port}"\nfrom = "ai@acme.example"\nallow_plain = true\n`);
    server.close();
  },
});

test("a mail that was given up is shown without its link, and tried again", async ({ page, server }) => {
  test.slow();
  await page.goto("/signin/forgot");
  await page.getByLabel("E-mail").fill(owner.email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await expect(page.getByRole("heading", { name: "Look into your mailbox" })).toBeVisible();

  const row = page.getByRole("row", { name: new RegExp(owner.email) });
  await expect(async () => {
    await page.goto(server.outboxLink);
    await expect(row).toContainText("no such user", { timeout: 1_000 });
  }).toPass();
  expect(await page.content()).not.toContain("/signin/reset");
  await look(page, null, "outbox-given-up");
  await row.getByRole("button", { name: /Try the mail to .* again/ }).click();
  await expect(page.getByText("The mail waits again.")).toBeVisible();

  await page.getByRole("navigation", { name: "State" }).getByRole("link", { name: /Waiting/ }).click();
  await expect(page.getByRole("heading", { name: "Outbox" })).toBeVisible();
});
