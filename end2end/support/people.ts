// People besides the owner. There is no page that invites them yet, so they are put into the database of the installation.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { type Installation, owner } from "./server.ts";

/** A member of the organization: in the Default Project with the member role, and with the owner's password. */
export const member = { name: "Noor Haddad", email: "noor.haddad@acme.example", password: owner.password } as const;

/** Somebody with an account and without any organization, with the owner's password. */
export const outsider = { name: "Jonas Lindqvist", email: "jonas.lindqvist@acme.example", password: owner.password } as const;

/** Makes the account of `member`. */
export function addMember(server: Installation): void {
  if (!server.ids) throw new Error("this installation has no organization");
  const id = `acct_${"0".repeat(25)}7`;
  sql(
    server,
    `${account(server, id, member)};
     INSERT INTO org_members (org_id, account_id, role, created_at) VALUES ('${server.ids.org_id}', '${id}', 'member', 0);`,
  );
}

/** Makes the account of `outsider`, and allows the Default Project to have collaborators from outside. */
export function addOutsider(server: Installation): void {
  sql(
    server,
    `${account(server, `acct_${"0".repeat(25)}8`, outsider)};
     UPDATE orgs SET external_allowed = TRUE; UPDATE projects SET external_allowed = TRUE;`,
  );
}

/** The statement that makes an account with the owner's password. */
function account(server: Installation, id: string, person: { name: string; email: string }): string {
  return `INSERT INTO accounts (id, email, name, password_hash, created_at)
     SELECT '${id}', '${person.email}', '${person.name}', password_hash, created_at FROM accounts WHERE id = '${server.ids?.account_id}'`;
}

/** Runs statements on the SQLite database of a running server, with Python's SQLite: Node has its own only from version 22 on. */
function sql(server: Installation, statements: string): void {
  const script = "import sqlite3, sys; d = sqlite3.connect(sys.argv[1], timeout=10); d.executescript(sys.argv[2]); d.commit()";
  execFileSync("python3", ["-c", script, join(server.data, "bailiwick.db"), statements]);
}
