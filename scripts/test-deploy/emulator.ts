// The emulator as a process of its own: one port in the place of all of AWS, with IAM enforced.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

export const ACCOUNT = "111122223333";
export const REGION = "us-east-1";

const START_MS = 60_000;

export type Emulator = {
  readonly endpoint: string;
  /** For programs that sign as somebody who may do everything. */
  readonly env: Readonly<Record<string, string>>;
  /** The last lines that it wrote. */
  readonly tail: (lines: number) => string;
};

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
};

/** The functions' processes end with it: it is asked first, and its whole group is ended where that did not help. */
const end = async (child: ChildProcess): Promise<void> => {
  if (child.pid === undefined) return;
  const group = -child.pid;
  const gone = new Promise<void>((done) => child.once("exit", () => done()));
  if (child.exitCode === null && child.signalCode === null) {
    child.kill("SIGTERM");
    await Promise.race([gone, delay(10_000, undefined, { ref: false })]);
  }
  try {
    process.kill(group, "SIGKILL");
  } catch {
    // nobody of the group is left
  }
};

/** Why there is none where it does not answer within a minute. `ended` is told how to end it before it is waited for. */
export const startEmulator = async (
  python: string,
  folder: string,
  ended: (stop: () => Promise<void>) => void,
): Promise<Emulator | { readonly why: string }> => {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  for (const name of ["tmp", "state", "s3"]) mkdirSync(join(folder, name), { recursive: true });
  const log = join(folder, "emulator.log");
  const output = openSync(log, "w");
  const child = spawn(python, ["-m", "ministack"], {
    stdio: ["ignore", output, output],
    detached: true, // a group of its own, so that the functions' processes can be ended with it
    env: {
      // The functions run on the Node.js that is first in PATH: this one.
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      HOME: folder,
      TMPDIR: join(folder, "tmp"),
      STATE_DIR: join(folder, "state"),
      S3_DATA_DIR: join(folder, "s3"),
      BIND_HOST: "127.0.0.1",
      GATEWAY_PORT: String(port),
      AUTH: "true",
      MINISTACK_ACCOUNT_ID: ACCOUNT,
      MINISTACK_REGION: REGION,
      PERSIST_STATE: "0",
      DOCKER_HOST: "unix:///nowhere",
    },
  });
  ended(() => end(child));
  let failure = "";
  child.on("error", ({ message }) => {
    failure = message;
  });
  const tail = (lines: number): string =>
    readFileSync(log, "utf8")
      .split("\n")
      .slice(-lines)
      .map((line) => line.slice(0, 400))
      .join("\n");
  const deadline = Date.now() + START_MS;
  for (;;) {
    const signal = AbortSignal.timeout(2_000);
    const answer = await fetch(`${endpoint}/_ministack/health`, { signal }).catch(() => undefined);
    if (answer?.ok) break;
    if (failure || child.exitCode !== null || Date.now() > deadline)
      return { why: `It did not start: ${failure || tail(20)}` };
    await delay(200);
  }
  return {
    endpoint,
    env: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION, // what the AWS command line reads
      // The emulator takes an account's number for the key of its root.
      AWS_ACCESS_KEY_ID: ACCOUNT,
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_EC2_METADATA_DISABLED: "true",
    },
    tail,
  };
};
