// Where a catalog comes from: a DSQL cluster, any PostgreSQL, or a file.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { Cluster } from "../lib/core/base/ids.ts";
import type { DsqlTarget, Target } from "../lib/dsql/connect.ts";
import { AuditError } from "../lib/errors.ts";
import type { Io } from "./io.ts";

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
};

/** Exactly one of the three, or none: then the caller asks its store. */
export type Source =
  | { readonly kind: "database"; readonly target: Target }
  | { readonly kind: "file"; readonly file: string };

export const addSourceOptions = (command: Command): Command =>
  command
    .option("--endpoint <host>", "DSQL cluster: signed token, verified TLS")
    .option("--user <role>", "database role to connect as, with --endpoint")
    .option("--dial <host:port>", "connect there instead (PrivateLink); token and TLS keep the endpoint")
    .option("--ca <file>", "PEM file of the authority to trust instead of Node.js's own")
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
    throw usage(
      `cannot read --dial ${JSON.stringify(text)}`,
      "It reads HOST:PORT, for example 10.0.3.7:5432.",
    );
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

/** What the options name; undefined where they name no source. AuditError("usage") where they do not fit together. */
export const sourceOf = (io: Io, options: SourceOptions): Source | undefined => {
  const { endpoint, user, url, catalog, cluster, region, dial, ca } = options;
  const named = cluster === undefined ? {} : { cluster: Cluster.parse(cluster) };
  if (endpoint === undefined && (dial !== undefined || user !== undefined)) {
    throw usage("--user and --dial go with --endpoint", "Add --endpoint HOST, or use --url.");
  }
  if (catalog !== undefined) return { kind: "file", file: resolve(io.cwd, catalog) };
  if (url !== undefined) return { kind: "database", target: { kind: "url", url, ...named } };
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
  return { kind: "database", target };
};

/** The same where a source is a must. */
export const requireSource = (io: Io, options: SourceOptions): Source => {
  const source = sourceOf(io, options);
  if (!source)
    throw usage("no source named", "Use --endpoint HOST --user ROLE, --url postgres://… or --catalog FILE.");
  return source;
};
