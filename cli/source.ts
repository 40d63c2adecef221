// Where a catalog comes from: a DSQL cluster, any PostgreSQL, or a file.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { Cluster } from "../lib/core/base/ids.ts";
import type { DsqlTarget, Target } from "../lib/dsql/connect.ts";
import type { ReadLimits } from "../lib/dsql/read-catalog.ts";
import { defaultRetry } from "../lib/dsql/retry.ts";
import { AuditError } from "../lib/errors.ts";
import type { Io } from "./io.ts";
import { printable } from "./output.ts";
import { progressLine } from "./progress.ts";

export type SourceOptions = {
  readonly endpoint?: string;
  readonly user?: string;
  readonly region?: string;
  readonly dial?: string;
  readonly ca?: string;
  readonly url?: string;
  readonly catalog?: string;
  /** The ARN of the cluster behind `endpoint`. */
  readonly cluster?: string;
  /** In seconds. */
  readonly connectTimeout?: string;
  /** false: IAM is not asked. */
  readonly iam?: boolean;
};

/** Exactly one of the three, or none: then the caller asks its store. */
export type Source =
  | { readonly kind: "database"; readonly target: Target; readonly limits: ReadLimits; readonly iam: boolean }
  | { readonly kind: "file"; readonly file: string };

export const addSourceOptions = (command: Command): Command =>
  command
    .option("--endpoint <host>", "DSQL cluster: signed token, verified TLS")
    .option("--user <role>", "database role to connect as, with --endpoint")
    .option("--dial <host:port>", "connect there instead (PrivateLink); token and TLS keep the endpoint")
    .option("--ca <file>", "PEM file of the authority to trust instead of Node.js's own")
    .option("--no-iam", "do not ask IAM who may connect (it is asked with --endpoint and --cluster)")
    .option("--connect-timeout <seconds>", "how long to wait for the database (default: 10)")
    .addOption(
      new Option("--url <url>", "any PostgreSQL 15 or later: postgres://…").conflicts([
        "endpoint",
        "catalog",
      ]),
    )
    .addOption(
      new Option("--catalog <file>", "a catalog written by snapshot --out").conflicts(["endpoint", "url"]),
    );

const usage = (message: string, hint: string): AuditError => new AuditError("usage", message, { hint });

const dialOf = (text: string): { host: string; port: number } => {
  const [, host, port] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  if (!host || !port || Number(port) > 65_535) {
    throw usage(`cannot read --dial ${JSON.stringify(text)}`, "Write HOST:PORT, for example 10.0.3.7:5432.");
  }
  return { host, port: Number(port) };
};

const readCa = (io: Io, file: string): string => {
  try {
    return readFileSync(resolve(io.cwd, file), "utf8");
  } catch (cause) {
    throw new AuditError("bad-file", `${file} cannot be read`, { cause, hint: "--ca takes a PEM file." });
  }
};

const CONNECT_SECONDS = 10;
const QUERY_MS = 60_000;

/** As `--connect-timeout` or DSQL_AUDIT_CONNECT_TIMEOUT say. AuditError("usage") for what is no number of seconds. */
const limitsOf = (io: Io, { connectTimeout }: SourceOptions): ReadLimits => {
  const text = connectTimeout ?? io.env.DSQL_AUDIT_CONNECT_TIMEOUT ?? String(CONNECT_SECONDS);
  const seconds = /^\d{1,4}(?:\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (!(seconds > 0)) {
    throw usage(
      `cannot read the connect timeout ${JSON.stringify(text)}`,
      "Give it in seconds: --connect-timeout 30, or DSQL_AUDIT_CONNECT_TIMEOUT.",
    );
  }
  return {
    timeouts: { connectMs: seconds * 1000, queryMs: QUERY_MS },
    retry: { ...defaultRetry, silenceIsFinal: true },
  };
};

/** Host and port, never a user or a password. */
const placeOf = (target: Target): string => {
  if (target.kind === "dsql")
    return target.dial ? `${target.dial.host}:${target.dial.port}` : target.endpoint;
  try {
    return new URL(target.url).host || "the database";
  } catch {
    return "the database";
  }
};

/** What the options name; undefined where they name no source. AuditError("usage") where they do not fit together. */
export const sourceOf = (io: Io, options: SourceOptions): Source | undefined => {
  const { endpoint, user, url, catalog, cluster, region, dial, ca } = options;
  const named = cluster === undefined ? {} : { cluster: Cluster.parse(cluster) };
  if (endpoint === undefined && (dial !== undefined || user !== undefined)) {
    throw usage("--user and --dial go with --endpoint", "Add --endpoint HOST, or use --url.");
  }
  if (catalog !== undefined) return { kind: "file", file: resolve(io.cwd, catalog) };
  if (url === undefined && endpoint === undefined) return undefined;
  const limits = limitsOf(io, options);
  const iam = options.iam !== false;
  if (url !== undefined) return { kind: "database", target: { kind: "url", url, ...named }, limits, iam };
  if (endpoint === undefined) return undefined;
  if (user === undefined) {
    throw usage(
      "--endpoint needs --user",
      "Name the auditor's own role; dsql-audit setup-sql shows how to make it.",
    );
  }
  const target: DsqlTarget = {
    kind: "dsql",
    endpoint,
    user,
    ...named,
    ...(region !== undefined && { region }),
    ...(dial !== undefined && { dial: dialOf(dial) }),
    ...(ca !== undefined && { ca: readCa(io, ca) }),
  };
  return { kind: "database", target, limits, iam };
};

/** The same where a source is a must. */
export const requireSource = (io: Io, options: SourceOptions): Source => {
  const source = sourceOf(io, options);
  if (!source)
    throw usage("no source named", "Use --endpoint HOST --user ROLE, --url postgres://… or --catalog FILE.");
  return source;
};

/** Between the first word and the last of a wait that people would take for a hang. */
const SILENCE_MS = 3_000;

/** Does `work`, and says whom it waits for: on a terminal at once, elsewhere where it takes long. */
export const whileConnecting = async <T>(io: Io, target: Target, work: () => Promise<T>): Promise<T> => {
  const place = printable(placeOf(target));
  const progress = progressLine(io);
  progress.update(`waiting for ${place}`);
  const word = setTimeout(() => {
    if (!io.stderr.isTTY) io.stderr.write(`Still waiting for ${place}\n`);
  }, SILENCE_MS);
  try {
    return await work();
  } finally {
    clearTimeout(word);
    progress.done();
  }
};
