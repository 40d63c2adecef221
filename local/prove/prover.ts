// Opens the throw-away server that a plan is proven on: the project's own PostgreSQL 16, or an empty one that somebody names.
import pg from "pg";
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import { notProven, proveInIam } from "../../lib/core/remediation/proof.ts";
import { AuditError } from "../../lib/errors.ts";
import type { Prove } from "../../lib/queries/plan.ts";
import { onBench } from "./prove-plan.ts";

const reasonsOf = (error: unknown): string[] => {
  const { message, hint } = error instanceof AuditError ? error : { message: String(error), hint: undefined };
  return [`no throw-away server: ${message}`, ...(hint === undefined ? [] : [hint])];
};

/** What must not be on a server that somebody names: whatever is there could be in the way, or of value. */
const emptySql = /* sql */ `
select current_setting('server_version_num')::int as version,
  (select rolsuper from pg_roles where rolname = current_user) as superuser,
  (select count(*)::int from pg_roles where oid >= 16384 and rolname <> current_user) as roles,
  (select count(*)::int from pg_class where oid >= 16384) as relations,
  (select count(*)::int from pg_database where oid >= 16384 and datname <> current_database()) as databases`;

type Found = {
  readonly version: number;
  readonly superuser: boolean;
  readonly roles: number;
  readonly relations: number;
  readonly databases: number;
};

const refuseUnlessEmpty = async (client: pg.Client): Promise<void> => {
  const { rows } = await client.query<Found>(emptySql);
  const [found] = rows;
  const refuse = (why: string): never => {
    throw new AuditError("usage", `--prove-with: ${why}`, {
      hint: "Name a superuser on an empty PostgreSQL 16 that holds nothing else: nothing is committed there, and nothing may be in the way.",
    });
  };
  if (!found?.superuser) return refuse("the role is no superuser");
  if (found.version < 160_000 || found.version >= 170_000)
    return refuse(`the server is PostgreSQL ${Math.floor(found.version / 10_000)}, not 16`);
  if (found.roles || found.relations || found.databases) refuse("the server is not empty");
};

/** Connects, lets `work` prove, and closes. */
const connected = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url, application_name: "dsql-audit plan" });
  client.on("error", () => {}); // what ends the connection is told by the statement that fails
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
};

/** Thousands of objects are made in one transaction. */
const settings = { max_locks_per_transaction: "4096" };

const onOwnServer = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const { startPostgres } = await import("../postgres/postgres.ts");
  const server = await startPostgres({ settings });
  try {
    return await connected(server.url, work);
  } finally {
    await server.stop();
  }
};

/**
 * Proves plans: each on a server that holds the snapshot and is gone afterwards. `url`: an empty PostgreSQL 16 to use
 * instead, on which all is rolled back. Without a server the answer is not-proven, with the reason; a server that is named
 * and unfit is AuditError("usage").
 */
export const prover =
  (url?: string): Prove =>
  async (plan, wanted, judge) => {
    if (!plan.steps.some(({ wall }) => wall === "sql")) return proveInIam(plan, wanted, judge);
    const prove = (client: pg.Client) =>
      onBench(client, plan.before satisfies Catalog, (bench) => bench.prove(plan, wanted, judge));
    try {
      if (url === undefined) return await onOwnServer(prove);
      return await connected(url, async (client) => {
        await refuseUnlessEmpty(client);
        return prove(client);
      });
    } catch (error) {
      if (url !== undefined && error instanceof AuditError) throw error;
      return notProven(reasonsOf(error));
    }
  };
