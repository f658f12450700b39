// The real server, as a process: one installation per test, in a data directory of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** What `bailiwick operator bootstrap --json` prints. */
export interface Bootstrapped {
  org_id: string;
  project_id: string;
  account_id: string;
  api_key: string;
}

/** The outcome of a command that ran to its end. */
export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The owner of every bootstrapped installation, and where the Default Project lies. */
export const owner = {
  name: "Ada Osei",
  email: "ada.osei@acme.example",
  password: "correct-horse-9",
  org: "Acme Robotics",
  home: "/acme-robotics/default",
} as const;

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 10_000;

/** Runs `bailiwick …args` to its end, with `input` on its standard input. */
export async function bailiwick(args: string[], input = ""): Promise<Outcome> {
  const child = spawn(binary(), args, { stdio: "pipe", env: environment() });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (stderr += chunk));
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

/** A data directory, and the server on it while it runs. */
export class Installation {
  /** `http://127.0.0.1:PORT`, the same after a restart. */
  url = "";
  /** The one-time link that is printed while no account exists. */
  setupLink: string | undefined;
  /** The page of mails that is printed at each start, and a new one each time. */
  outboxLink = "";
  /** What it has printed so far. */
  log = "";
  private child: ChildProcess | undefined;

  private constructor(
    readonly data: string,
    /** What the bootstrap printed; undefined in an installation without any account. */
    readonly ids: Bootstrapped | undefined,
  ) {}

  /** An installation that nobody has set up yet. */
  static async empty(config: string): Promise<Installation> {
    return new Installation(await dataDirectory(config), undefined);
  }

  /** An installation with an owner, an organization, its Default Project and one API key. */
  static async bootstrapped(config: string): Promise<Installation> {
    const data = await dataDirectory(config);
    const { name, email, org, password } = owner;
    const args = ["operator", "bootstrap", ...placed(data), "--email", email, "--name", name, "--org", org];
    const { code, stdout, stderr } = await bailiwick([...args, "--password-stdin", "--json"], `${password}\n`);
    if (code !== 0) throw new Error(`bootstrap ended with ${code}: ${stderr}`);
    return new Installation(data, JSON.parse(stdout) as Bootstrapped);
  }

  /** The API key of the bootstrap. */
  get key(): string {
    if (!this.ids) throw new Error("this installation has no account");
    return this.ids.api_key;
  }

  async start(): Promise<void> {
    const listen = this.url ? new URL(this.url).host : "127.0.0.1:0";
    const child = spawn(binary(), ["serve", "--listen", listen, ...placed(this.data)], {
      stdio: ["ignore", "pipe", "pipe"],
      env: environment(),
    });
    this.child = child;
    child.stderr.on("data", (chunk) => (this.log += chunk));
    await new Promise<void>((resolve, reject) => {
      const fail = (reason: string) => reject(new Error(`${reason}\n${this.log}`));
      const timer = setTimeout(() => fail("the server printed no address in time"), START_TIMEOUT_MS);
      child.once("error", (error) => fail(String(error)));
      child.once("exit", (code, signal) => fail(`the server ended with ${code ?? signal}`));
      let address: string | undefined;
      createInterface({ input: child.stdout }).on("line", (line) => {
        this.log += `${line}\n`;
        address = line.match(/listening on (http:\/\/\S+)/)?.[1] ?? address;
        this.setupLink = line.match(/set-up link: (\S+)/)?.[1] ?? this.setupLink;
        this.outboxLink = line.match(/outbox link: (\S+)/)?.[1] ?? this.outboxLink;
        if (!address || !(this.setupLink || this.ids)) return;
        this.url = address;
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Ends the server the way a service manager does, and waits for it. */
  async stop(): Promise<void> {
    await this.end("SIGTERM");
  }

  /** Ends the server like a power cut does. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** Stops the server and removes the data directory. */
  async remove(): Promise<void> {
    await this.stop();
    await rm(this.data, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
    if (late) throw new Error(`the server did not stop within ${STOP_TIMEOUT_MS} ms of ${signal}\n${this.log}`);
  }
}

function binary(): string {
  const path = process.env.BAILIWICK_BIN;
  if (!path) throw new Error("BAILIWICK_BIN must name the server binary; `make test` sets it");
  return path;
}

/** The caller's environment without settings of Bailiwick, which would change what is tested. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("BAILIWICK_")));
}

/** A new data directory, with this as its bailiwick.toml. */
async function dataDirectory(config: string): Promise<string> {
  const data = await mkdtemp(join(tmpdir(), "bailiwick-end2end-"));
  await writeFile(join(data, "bailiwick.toml"), config);
  return data;
}

/** The flags that lead to a data directory and its configuration. */
function placed(data: string): string[] {
  return ["--data", data, "--config", join(data, "bailiwick.toml")];
}
