// Proves a plan before anybody runs it: on a throw-away server that holds the snapshot's access, which is read again by the
// real reader and judged again by the real detectors. Nothing is ever committed there.
import type { ClientBase } from "pg";
import { canonicalText } from "../../lib/core/catalog/canonical.ts";
import { type Catalog, isDsql } from "../../lib/core/catalog/catalog.ts";
import { diffCatalogs } from "../../lib/core/history/diff.ts";
import { changedPrivileges } from "../../lib/core/remediation/access-change.ts";
import type { Plan } from "../../lib/core/remediation/plan.ts";
import {
  iamPart,
  type Judge,
  judged,
  notProven,
  type Proof,
  stillThere,
} from "../../lib/core/remediation/proof.ts";
import { writtenOut } from "../../lib/core/remediation/same-access.ts";
import { withOidsOf } from "../../lib/core/remediation/same-oids.ts";
import { readCatalogFrom } from "../../lib/dsql/read-catalog.ts";
import type { Queryable } from "../../lib/dsql/read-only.ts";
import { AuditError } from "../../lib/errors.ts";
import type { Prove } from "../../lib/queries/plan.ts";
import { changeText } from "../../lib/wording/change-text.ts";
import { type Loaded, loadEstate } from "./load-estate.ts";
import { runScript } from "./run-script.ts";

const MAX_TOLD = 5;

/** The reader opens transactions of its own; inside ours they are none. */
const withinTransaction = (client: ClientBase): Queryable => ({
  query: (statement) =>
    /^(?:begin|commit|rollback)/.test(statement.text)
      ? client.query("select where false")
      : client.query(statement),
});

/** What a plan can change: what IAM says, and what was last known of what could not be read, is not loaded. */
const inDatabase = (
  { format, cluster, serverVersion, sections, extras }: Catalog,
  withExtras = true,
): Catalog => ({
  ...{ format, cluster, serverVersion, sections },
  ...(withExtras && extras && { extras }),
});

/** The access that a catalog says, as bytes. */
const bytesOf = (catalog: Catalog): string => canonicalText(inDatabase(writtenOut(catalog), false));

/** The first differences, in sentences. */
const differences = (a: Catalog, b: Catalog): string[] => {
  const all = diffCatalogs(writtenOut(a), writtenOut(b)).map(changeText);
  return [...all.slice(0, MAX_TOLD), ...(all.length > MAX_TOLD ? [`and ${all.length - MAX_TOLD} more`] : [])];
};

const readBack = async (client: ClientBase, snapshot: Catalog, { serverOwn }: Loaded): Promise<Catalog> => {
  const read = await readCatalogFrom(withinTransaction(client), {
    cluster: snapshot.cluster,
    serverKind: isDsql(snapshot) ? "dsql" : "postgres",
  });
  await client.query('set local search_path = "$user", public');
  return withOidsOf(read, snapshot, serverOwn);
};

/** Why the loaded server does not say what the snapshot says; empty: byte for byte the same. */
const unlike = (loaded: Catalog, snapshot: Catalog): string[] => {
  const [a, b] = [loaded, snapshot].map((catalog) =>
    canonicalText(inDatabase(catalog, Boolean(loaded.extras))),
  );
  if (a === b) return [];
  const found = differences(snapshot, loaded);
  return [
    "the throw-away server does not say of access what the snapshot says",
    ...(found.length ? found : ["what differs stands beside the roles, grants and owners"]),
  ];
};

/** A server that holds a snapshot: plans are tried on it one after the other, each from the snapshot's state. */
export type Bench = { readonly prove: Prove };

const ON_A_SERVER =
  "The database: run on a throw-away PostgreSQL 16 that holds the snapshot's access, read again and judged again; then the way back was run and compared with the snapshot.";

const textsOf = (texts: readonly string[]): string[] => texts.filter((text) => text !== "");

const trial = async (
  client: ClientBase,
  loaded: Loaded,
  plan: Plan,
  wanted: readonly string[],
  judge: Judge,
): Promise<Proof> => {
  const { before: snapshot, expected } = plan;
  const as = isDsql(snapshot) ? "admin" : undefined;
  const steps = plan.steps.filter(({ wall }) => wall === "sql");
  const iam = iamPart(plan);
  const how = [ON_A_SERVER, ...iam.how];
  const refused = await runScript(
    client,
    steps.map(({ text }) => text),
    as,
  );
  if (refused)
    return notProven(
      [`the server refuses it: ${refused.message}`, `at: ${refused.statement}`],
      "refused",
      how,
    );
  // What IAM says is not on the server: it is as the plan leaves it.
  const after = {
    ...(await readBack(client, snapshot, loaded)),
    ...(expected?.iam && { iam: expected.iam }),
  };
  const { resolved, opened, left } = judged(judge, wanted, snapshot, after);
  const changed = changedPrivileges(snapshot, after);
  const told = { how, resolved, opened, changed, mayConnect: iam.mayConnect };
  const failed = (because: readonly string[]): Proof => ({ status: "not-proven", because, ...told });
  if (left.length) return failed(stillThere(left));
  if (!expected) return failed(["what the plan is meant to change could not be thought through"]);
  if (bytesOf(after) !== bytesOf(expected))
    return failed(["it changes something else than it is meant to", ...differences(expected, after)]);
  if (iam.because.length) return failed(iam.because);
  const back = await runScript(client, textsOf(steps.map(({ undo }) => undo)).toReversed(), as);
  if (back) return failed([`the inverse is refused: ${back.message}`, `at: ${back.statement}`]);
  const restored = await readBack(client, snapshot, loaded);
  if (bytesOf(restored) !== bytesOf(snapshot))
    return failed(["the inverse does not restore the snapshot", ...differences(snapshot, restored)]);
  return { status: "proven", because: [], ...told };
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Loads a snapshot through a superuser's connection and lets `work` prove plans for it; whatever happens, all of it is
 * rolled back. Where the snapshot cannot be loaded as it is, every proof says so.
 */
export const onBench = async <T>(
  client: ClientBase,
  snapshot: Catalog,
  work: (bench: Bench) => Promise<T>,
): Promise<T> => {
  await client.query("begin isolation level read committed");
  try {
    let loaded: Loaded | undefined;
    let reasons: readonly string[];
    try {
      loaded = await loadEstate(client, snapshot);
      reasons = unlike(await readBack(client, snapshot, loaded), snapshot);
    } catch (error) {
      if (!(error instanceof AuditError)) throw error;
      reasons = [error.message];
    }
    return await work({
      prove: async (plan, wanted, judge) => {
        if (plan.doubts.length) return notProven(plan.doubts);
        if (!loaded || reasons.length) return notProven(reasons);
        await client.query("savepoint plan");
        try {
          return await trial(client, loaded, plan, wanted, judge);
        } catch (error) {
          return notProven([reasonOf(error)]);
        } finally {
          await client.query("rollback to savepoint plan; reset session authorization");
        }
      },
    });
  } finally {
    await client.query("rollback");
  }
};
