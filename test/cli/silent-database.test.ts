// What a command says of a database that says no, or says nothing.
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { run } from "../../cli/program.ts";
import { bareEnvironment } from "../support/bare-environment.ts";
import { cliIn } from "../support/cli.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

const cli = cliIn(
  () => import.meta.dirname,
  () => Date.UTC(2026, 5, 1),
);

describe("a database", () => {
  const open: Socket[] = [];
  const silent = createTcpServer((socket) => void open.push(socket)).listen(0, "127.0.0.1");
  afterAll(() => {
    silent.close();
    for (const socket of open) socket.destroy();
  });
  const urlOf = (port: number) => `postgres://reader:hunter2@127.0.0.1:${port}/app`;

  it("that stays silent is given up after the time allowed, once", async () => {
    const url = urlOf((silent.address() as AddressInfo).port);
    const startedAt = performance.now();
    const { code, err } = await cli(["privileges", "--url", url, "--connect-timeout", "0.4"]);
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    expect(code).toBe(1);
    expect(err).toContain("no answer within 0.4 s");
    expect(err).toContain("network path");
    expect(err).not.toContain("hunter2");
  });

  it.concurrent("that stays silent is told about while it is waited for", async () => {
    const url = urlOf((silent.address() as AddressInfo).port);
    const { err } = await cli(["privileges", "--url", url, "--connect-timeout", "3.3"]);
    expect(err).toMatch(/^Still waiting for 127\.0\.0\.1:\d+\n/);
  });

  it.concurrent("in AWS that stays silent is told about too, once", { timeout: 30_000 }, async () => {
    bareEnvironment({
      AWS_MAX_ATTEMPTS: "1",
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
    });
    const stop = new AbortController();
    const written: string[] = [];
    const out = { isTTY: false, columns: 80 };
    const said = new Promise<void>((resolve) => {
      void run(["findings", "--table", "audit", "--region", "us-east-1"], {
        stdout: { ...out, write: (text) => written.push(text) },
        stderr: {
          ...out,
          write: (text) => {
            written.push(text);
            resolve();
          },
        },
        env: {},
        cwd: import.meta.dirname,
        now: () => Date.UTC(2026, 5, 1),
        random: () => 0,
        sleep: async () => {},
        signal: stop.signal,
      });
    });
    const startedAt = performance.now();
    await said;
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    expect(written).toEqual(["Still waiting for the table audit in us-east-1\n"]);
  });

  it.each([
    ["whose port is closed", urlOf(1), "ECONNREFUSED 127.0.0.1:1", "Nothing listens there"],
    [
      "of no known host",
      "postgres://a@db.example.invalid/app",
      "cannot connect to db.example.invalid",
      "DNS",
    ],
  ])("%s", async (_, url, says, next) => {
    const { code, err } = await cli(["privileges", "--url", url]);
    expect(code).toBe(1);
    expect(err).toContain(says);
    expect(err).toContain(next);
    expect(err).not.toContain("unexpected error");
  });

  it.each(["soon", "0", "-1", "99999"])("is not waited for %s seconds", async (seconds) => {
    const { code, err } = await cli(["privileges", "--url", urlOf(1), `--connect-timeout=${seconds}`]);
    expect(code).toBe(64);
    expect(err).toContain("cannot read the connect timeout");
  });
});
