// Runs one case of test/fixtures/cases/trail: writes what it holds to a folder or a bucket, reads it by the way that it
// names, and says what came of it, in the words that its `expected` uses.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { S3Client } from "@aws-sdk/client-s3";
import type { Context, SQSEvent } from "aws-lambda";
import { ingestHandler } from "../../handlers/ingest.ts";
import { publicKeyOf } from "../../lib/cloudtrail/digest-file.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, iso, MINUTE } from "../../lib/core/base/time.ts";
import { connectionSink } from "../../lib/jobs/count-connections.ts";
import { digestIngest } from "../../lib/jobs/ingest-digest.ts";
import { objectIngest } from "../../lib/jobs/ingest-objects.ts";
import { createActivityStore } from "../../lib/store/activity/activity.ts";
import { openStore } from "../../lib/store/open-store.ts";
import type { LocalS3 } from "../../local/aws/s3.ts";
import { cliIn } from "./cli.ts";
import { fillStore } from "./table.ts";

type Content = {
  readonly text?: string;
  readonly gzipOf?: string;
  readonly base64?: string;
  readonly metadata?: Readonly<Record<string, string>>;
};
type Generated = {
  readonly count: number;
  readonly userIdentity: Readonly<Record<string, unknown>>;
  readonly errorCode: string;
  readonly hour: string;
  readonly rest: Readonly<Record<string, unknown>>;
};
export type TrailCase = {
  readonly situation: string;
  readonly way: "local" | "s3" | "handler";
  readonly files?: Readonly<Record<string, Content>>;
  readonly objects?: Readonly<Record<string, Content>>;
  readonly generate?: Generated;
  readonly prefix?: string;
  readonly messages?: readonly unknown[];
  readonly publicKey?: { readonly publicKeyB64: string; readonly fingerprint: string };
  readonly expected: Readonly<Record<string, unknown>>;
};

export const CASE_BUCKET = "demo-trail";
const NOW = Date.parse("2026-11-21T12:00:00Z");
const DAY_FROM = Date.parse("2026-11-20T00:00:00Z");
const CLUSTER = "arn:aws:dsql:us-east-1:111122223333:cluster/abcdefghijklmnopqrstuvwx01" as Cluster;
const lately = { from: DAY_FROM, to: DAY_FROM + DAY };

export const readCase = (path: string): TrailCase => JSON.parse(readFileSync(path, "utf8")) as TrailCase;

const bytesOf = ({ text, gzipOf, base64 }: Content): Uint8Array =>
  gzipOf !== undefined
    ? gzipSync(gzipOf)
    : base64 !== undefined
      ? Buffer.from(base64, "base64")
      : Buffer.from(text ?? "");

/** `count` attempts spread over an hour, each of another session. */
const generated = ({ count, userIdentity, errorCode, hour, rest }: Generated): Uint8Array => {
  const two = (n: number): string => String(n).padStart(2, "0");
  const Records = Array.from({ length: count }, (_, n) => {
    const session = createHash("sha512").update(String(n)).digest("base64url").slice(0, 64);
    const id = createHash("sha256").update(String(n)).digest("hex");
    const principalId = String(userIdentity.principalId).replace("<sessionName>", session);
    return {
      ...rest,
      userIdentity: { ...userIdentity, principalId },
      errorCode,
      eventTime: `${hour}:${two(Math.floor((n * 60) / count))}:${two(n % 60)}Z`,
      eventID: [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20, 32)].join(
        "-",
      ),
    };
  });
  return gzipSync(JSON.stringify({ Records }));
};

/** What the store knows of the cluster afterwards. */
const stored = (cwd: string) =>
  fillStore(join(cwd, "S"), async (table) => {
    const store = createActivityStore(table);
    await store.fold(CLUSTER, NOW);
    const tallies = (await store.days(CLUSTER, lately)).flatMap((day) => day.tallies);
    const minutes = [...(await store.countedIds(CLUSTER, lately)).values()];
    const text = (at: number): string => iso(at).slice(0, 16);
    return {
      counted: minutes.reduce((sum, ids) => sum + ids.size, 0),
      dayProfileHolds: tallies.reduce((sum, { count }) => sum + count, 0),
      principals: [...new Set(tallies.map(({ principal }) => principal))].sort(),
      hours: (await store.coverage(CLUSTER, lately)).flatMap(({ from, to }) =>
        Array.from({ length: Math.round((to - from) / (60 * MINUTE)) }, (_, n) =>
          text(from + n * 60 * MINUTE),
        ),
      ),
      stretches: (await store.coverage(CLUSTER, lately)).map(
        ({ from, to, proof }) => `${text(from)}..${text(to)} ${proof}`,
      ),
    };
  });

/** `coverage` in the words of the case: starts of hours, or stretches with their proof. */
const outcomeOf = async (cwd: string, { expected }: TrailCase) => {
  const { hours, stretches, ...rest } = await stored(cwd);
  const asStretches = Array.isArray(expected.coverage) && String(expected.coverage[0]).includes("..");
  return { ...rest, coverage: asStretches ? stretches : hours };
};

const byCommand = async (cwd: string, trailCase: TrailCase, source: string) => {
  const cli = cliIn(
    () => cwd,
    () => NOW,
  );
  const ingest = async () => {
    const { code, out, err } = await cli(["ingest", source, "--store", "S", "--json"]);
    const summary = code === 0 ? (JSON.parse(out) as Record<string, unknown>) : {};
    return {
      rc: code,
      err,
      ...summary,
      rejected: Array.isArray(summary.rejected) ? summary.rejected.length : -1,
    };
  };
  const first = await ingest();
  const secondRun = await ingest();
  const reconciled = await cli([
    "reconcile",
    "--day",
    "2026-11-20",
    "--events",
    source,
    "--store",
    "S",
    "--json",
  ]);
  const { equal } = (reconciled.code === 0 ? reconciled.json() : {}) as { equal?: boolean };
  return {
    ...(await outcomeOf(cwd, trailCase)),
    ...first,
    secondRun: { rc: secondRun.rc },
    reconcileEqual: equal,
  };
};

const byHandler = async (cwd: string, trailCase: TrailCase, client: S3Client) => {
  const { publicKey } = trailCase;
  const der = Buffer.from(publicKey?.publicKeyB64 ?? "", "base64");
  const failed = await fillStore(join(cwd, "S"), async (table) => {
    const store = openStore(table, { now: () => NOW });
    const sink = connectionSink(store, undefined, "trail");
    const keyPort = async (fingerprint: string) =>
      fingerprint === publicKey?.fingerprint ? publicKeyOf(der) : undefined;
    const now = () => NOW;
    const handler = ingestHandler({
      now,
      random: () => 0,
      sleep: async () => {},
      log: { info: () => {}, warn: () => {}, error: () => {} },
      sink,
      detect: async () => {},
      ingestObjects: objectIngest(client, sink, now, digestIngest(client, store, sink, keyPort, now)),
    });
    const created = Object.keys(trailCase.objects ?? {}).map((key) => ({
      "detail-type": "Object Created",
      detail: { bucket: { name: CASE_BUCKET }, object: { key } },
    }));
    const Records = (trailCase.messages ?? created).map((message, n) => ({
      messageId: `m${n}`,
      body: JSON.stringify(message),
    }));
    const answer = await handler({ Records } as unknown as SQSEvent, {} as Context);
    return answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  });
  return { ...(await outcomeOf(cwd, trailCase)), failed };
};

/** Runs the case in an empty folder; `s3` must be empty too, and what AWS_ENDPOINT_URL_S3 names. */
export const runCase = async (
  cwd: string,
  trailCase: TrailCase,
  s3: LocalS3,
  client: S3Client,
): Promise<Record<string, unknown>> => {
  for (const [name, content] of Object.entries(trailCase.files ?? {})) {
    const path = join(cwd, "trail", name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytesOf(content));
  }
  if (trailCase.generate) {
    mkdirSync(join(cwd, "trail"), { recursive: true });
    writeFileSync(join(cwd, "trail", "a.json.gz"), generated(trailCase.generate));
  }
  for (const [key, content] of Object.entries(trailCase.objects ?? {})) {
    const { metadata } = content;
    s3.put({ bucket: CASE_BUCKET, key, body: bytesOf(content), ...(metadata && { metadata }) });
  }
  if (trailCase.way === "handler") return byHandler(cwd, trailCase, client);
  return byCommand(
    cwd,
    trailCase,
    trailCase.way === "s3" ? `s3://${CASE_BUCKET}/${trailCase.prefix ?? ""}` : "trail",
  );
};
