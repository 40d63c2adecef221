// Writes a run as CloudTrail would deliver it: one gzipped file an hour, and the mappings beside them.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DAY, HOUR, iso } from "../../lib/core/base/time.ts";
import { ACCOUNT } from "./population.ts";
import type { SimEvent } from "./routine.ts";
import type { Run } from "./simulate.ts";

const REGION = "us-east-1";
const CLUSTER = `arn:aws:dsql:${REGION}:${ACCOUNT}:cluster/abcdefghijklmnopqrstuvwx01`;

/** An address of the network: the record names one, never the network. */
const addressOf = (network: string): string =>
  network.replace(/\.0\/\d+$/, ".23").replace(/::\/\d+$/, "::23");

const recordOf = (event: SimEvent, n: number): object => {
  const name = event.member.arn.split("/").at(-1) ?? "";
  // A star stands for what changes from session to session.
  const session = event.session.replaceAll("*", String(1_000_000 + (n % 9_000_000)));
  const isEndpoint = event.network.startsWith("vpce-");
  return {
    eventVersion: "1.11",
    userIdentity: {
      type: "AssumedRole",
      principalId: `AROA${name
        .toUpperCase()
        .replace(/[^A-Z0-9]/g, "")
        .slice(0, 16)}:${session}`,
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/${session}`,
      accountId: ACCOUNT,
      sessionContext: {
        sessionIssuer: { type: "Role", arn: event.member.arn, accountId: ACCOUNT, userName: name },
      },
    },
    eventTime: iso(event.at).replace(/\.\d+Z$/, "Z"),
    eventSource: "dsql.amazonaws.com",
    eventName: event.action,
    awsRegion: REGION,
    sourceIPAddress: isEndpoint ? "10.0.0.23" : addressOf(event.network),
    ...(isEndpoint && { vpcEndpointId: event.network }),
    userAgent: event.client,
    ...(event.outcome === "refused" && { errorCode: "AccessDenied" }),
    eventID: `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
    resources: [{ accountId: ACCOUNT, type: "AWS::DSQL::Cluster", ARN: CLUSTER }],
    eventCategory: "Data",
  };
};

/** Writes `folder/AWSLogs/…` and `folder/mappings.json`; how many records and files. */
export const writeTrailFiles = (
  run: Run,
  folder: string,
): { readonly records: number; readonly files: number } => {
  let records = 0;
  let files = 0;
  for (let day = 0; day < run.days; day++) {
    const start = run.start + day * DAY;
    const at = join(folder, "AWSLogs", ACCOUNT, "CloudTrail", REGION, ...iso(start).slice(0, 10).split("-"));
    mkdirSync(at, { recursive: true });
    const byHour = Map.groupBy(run.eventsOf(day), (event) => Math.floor((event.at - start) / HOUR));
    for (let hour = 0; hour < 24; hour++) {
      const stamp = iso(start + hour * HOUR + 5 * 60_000)
        .replace(/[-:]/g, "")
        .slice(0, 13);
      const Records = (byHour.get(hour) ?? []).map((event) => recordOf(event, records++));
      const name = `${ACCOUNT}_CloudTrail_${REGION}_${stamp}Z_${String(hour).padStart(2, "0")}a.json.gz`;
      writeFileSync(join(at, name), gzipSync(JSON.stringify({ Records })));
      files++;
    }
  }
  const mappings = run.members.map(({ arn }, n) => ({
    iam_oid: 26_398 + n,
    arn,
    pg_role_oid: 30_000 + n,
    pg_role_name: `role_${n}`,
    grantor_pg_role_oid: 15_579,
    grantor_pg_role_name: "admin",
  }));
  writeFileSync(join(folder, "mappings.json"), JSON.stringify(mappings));
  return { records, files };
};
