// Proves a plan before anybody runs it: on a throw-away server that holds the snapshot's access, which is read again by the
// real reader and judged again by the real detectors. Nothing is ever committed there.
import type { ClientBase } from "pg";
import { canonicalText } from "../../lib/core/catalog/canonical.ts";
import { type Catalog, isDsql } from "../../lib/core/catalog/catalog.ts";
import { diffCatalogs } from "../../lib/core/history/diff.ts";
import { changedPrivileges } from "../../lib/core/remediation/access-change.ts";
import type { Plan } from "../../lib/core/remediation/plan.ts";
import { type Judge, notProven, type Proof } from "../../lib/core/remediation/proof.ts";
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

const trial = async (
  client: ClientBase,
  loaded: Loaded,
  plan: Plan,
  wanted: readonly string[],
  judge: Judge,
): Promise<Proof> => {
  const { before: snapshot, expected } = plan;
  const as = isDsql(snapshot) ? "admin" : undefined;
  const refused = await runScript(
    client,
    plan.steps.map(({ text }) => text),
    as,
  );
  if (refused)
    return notProven([`the server refuses it: ${refused.message}`, `at: ${refused.statement}`], "refused");
  const after = await readBack(client, snapshot, loaded);
  const changed = changedPrivileges(snapshot, after);
  const [had, has] = [judge(snapshot), judge(after)];
  const left = wanted.filter((id) => has.has(id));
  const told = {
    resolved: wanted.filter((id) => had.has(id) && !has.has(id)),
    opened: [...has].filter((id) => !had.has(id)),
    changed,
  };
  const failed = (because: readonly string[]): Proof => ({ status: "not-proven", because, ...told });
  if (left.length) return failed(left.map((id) => `the finding is still there afterwards: ${id}`));
  if (!expected) return failed(["what the plan is meant to change could not be thought through"]);
  if (bytesOf(after) !== bytesOf(expected))
    return failed(["it changes something else than it is meant to", ...differences(expected, after)]);
  const back = await runScript(client, plan.inverse, as);
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
