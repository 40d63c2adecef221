// Random estates, what the detectors find in them, and a proof of the plan for each finding.
import fc from "fast-check";
import pg from "pg";
import { Cluster, Principal } from "../../../lib/core/base/ids.ts";
import { quoteIdentifier, quoteLiteral } from "../../../lib/core/base/quote.ts";
import { type Catalog, rowsOf } from "../../../lib/core/catalog/catalog.ts";
import { exampleFacts } from "../../../lib/core/findings/example-facts.ts";
import type { Facts } from "../../../lib/core/findings/facts.ts";
import type { Observation } from "../../../lib/core/findings/finding.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { planFor } from "../../../lib/core/remediation/plan.ts";
import type { Proof } from "../../../lib/core/remediation/proof.ts";
import { detectors } from "../../../lib/detectors/index.ts";
import { readCatalogFrom } from "../../../lib/dsql/read-catalog.ts";
import { clusterSetupSql } from "../../../local/dsql/catalog.sql.ts";
import { onBench } from "../../../local/prove/prove-plan.ts";
import { makeWorld, withinTransaction } from "../../oracle/compare.ts";
import { script, type World, worlds } from "../../oracle/world.ts";

const judge = judgeWith(detectors);
const clusters = {
  postgres: Cluster.parse("postgres://oracle"),
  dsql: Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/abcdefghijklmnopqrstuvwxyz"),
};
export type Kind = keyof typeof clusters;

const arnOf = (n: number): string => `arn:aws:iam::111122223333:role/team/r${n}`;

/** All is made by admin there, who may be any role at first and every other one later; each third role is mapped. */
const onDsql = (world: World): World => {
  const quoted = (role: string): string => quoteIdentifier(role);
  const made = world.statements.map(({ sql, as }) => ({
    as: as ?? "admin",
    sql: sql.replace(/\b(?:no)?superuser\b/, ""),
  }));
  const isRole = ({ sql }: { readonly sql: string }): boolean => sql.startsWith("create role");
  return {
    ...world,
    statements: [
      ...made.filter(isRole),
      ...world.roles.map((role) => ({ as: "admin", sql: `grant ${quoted(role)} to admin` })),
      { sql: "grant create on database postgres to admin" },
      ...made.filter((one) => !isRole(one)),
      ...world.roles.flatMap((role, i) =>
        i % 2 ? [{ as: "admin", sql: `revoke ${quoted(role)} from admin granted by admin` }] : [],
      ),
      ...world.roles.flatMap((role, i) =>
        (i % 3 ? [] : [arnOf(i), ...(i ? [] : [arnOf(99)])]).map((arn) => ({
          sql: `insert into sys.__iam_trust select nextval('sys.__iam_oid')::oid, '${arn}', null, oid, 15579 from pg_roles where rolname = ${quoteLiteral(role)}`,
        })),
      ),
    ],
  };
};

/** The catalog of a random estate; the server is left as it was. */
export const randomCatalog = async (client: pg.Client, world: World, kind: Kind): Promise<Catalog> => {
  await client.query("begin isolation level read committed");
  try {
    if (kind === "dsql") await client.query(clusterSetupSql("everybody"));
    await makeWorld(client, kind === "dsql" ? onDsql(world) : world);
    return await readCatalogFrom(withinTransaction(client), { cluster: clusters[kind], serverKind: kind });
  } finally {
    await client.query("rollback");
  }
};

/** The estate was watched for a year; nobody connected, and the mappings that stand are as old. */
const factsOf = (catalog: Catalog): Facts => {
  const plain = exampleFacts({});
  const names = new Map(rowsOf(catalog, "roles").map(({ oid, name }) => [oid, name]));
  return {
    ...plain,
    cluster: catalog.cluster,
    snapshot: { catalog, takenAt: plain.now, seq: 1 },
    mappingPeriods: rowsOf(catalog, "mappings").map(({ arn, iamOid, role }) => ({
      ...{ arn: Principal.parse(arn), iamOid, roleOid: role, roleName: names.get(role) ?? "" },
      ...{ notSeenAt: null, firstSeenAt: plain.firstSnapshotAt ?? 0, lastSeenAt: plain.now, goneAt: null },
    })),
  };
};

export const findingsOf = (catalog: Catalog): readonly Observation[] =>
  judge(auditView(factsOf(catalog))).observations.filter(
    ({ category }) => category === "over-privileged" || category === "dormant",
  );

export type Counts = {
  estates: number;
  plans: number;
  proven: number;
  refused: number;
  notProven: number;
  byHand: number;
  readonly faults: string[];
  readonly detectors: Map<string, number>;
};
export const noCounts = (): Counts => ({
  ...{ estates: 0, plans: 0, proven: 0, refused: 0, notProven: 0, byHand: 0 },
  ...{ faults: [], detectors: new Map() },
});

const told = (
  world: World,
  { detector, title }: Observation,
  steps: readonly { text: string; undo: string }[],
  proof: Proof,
): string =>
  [
    `${detector}: ${title}`,
    ...steps.map(({ text, undo }) => `${text}\n    undo: ${undo.replaceAll("\n", "\n          ")}`),
    proof.status,
    ...proof.because,
    ...(process.env.SHOW_WORLD ? [script(world)] : []),
  ].join("\n");

/** Proves the plan of every finding of one estate. */
export const provePlansOf = async (
  client: pg.Client,
  world: World,
  kind: Kind,
  counts: Counts,
): Promise<void> => {
  const catalog = await randomCatalog(client, world, kind);
  counts.estates += 1;
  await onBench(client, catalog, async ({ prove }) => {
    for (const finding of findingsOf(catalog)) {
      const { id, title, fix = "", detector } = finding;
      const plan = planFor(catalog, [{ id, title, fix }]);
      counts.plans += 1;
      if (plan.steps.some(({ byHand }) => byHand)) {
        counts.byHand += 1;
        counts.detectors.set(detector, (counts.detectors.get(detector) ?? 0) + 1);
        continue;
      }
      const proof = await prove(plan, [id], (of) => new Set(findingsOf(of).map((one) => one.id)));
      if (proof.status === "proven") counts.proven += 1;
      else {
        if (proof.status === "refused") counts.refused += 1;
        else counts.notProven += 1;
        counts.faults.push(told(world, finding, plan.steps, proof));
      }
    }
  });
};

/** A random estate: the same for the same seed. */
export const sampleWorld = (seed: number): World =>
  fc.sample(worlds({ roles: 5, relations: 3, actions: 20 }), { numRuns: 1, seed })[0] as World;

/** A connection for as long as `work` takes. */
export const connected = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};
