// Reads the catalog of one database: a constant number of statements, whatever its size; each section read or unreadable.
import type { Catalog, SectionName } from "../core/catalog.ts";
import { CATALOG_FORMAT, sectionNames } from "../core/catalog.ts";
import type { Cluster } from "../core/ids.ts";
import { AuditError } from "../errors.ts";
import { type Connection, connect, type Target, type Timeouts } from "./connect.ts";
import { queryError, refusalText, serverError } from "./database-error.ts";
import { type Queryable, readOnly } from "./read-only.ts";
import {
  type RawSection,
  type RawSections,
  type ServerFacts,
  sectionOf,
  sectionStatement,
} from "./read-section.ts";
import { resolveSections } from "./resolve-sections.ts";
import { isTransient, type RetryLimits, type RetryPorts, withRetry } from "./retry.ts";
import { ServerRow, ServerVersionRow, serverSql, serverVersionSql } from "./sql/server.sql.ts";

/** Sections that Aurora DSQL does not promise: one that is refused must not take the others with it. */
const riskySections: readonly SectionName[] = ["functions", "database", "mappings"];

/** server_version_num from the text of server_version; 0 where it tells nothing. */
export const versionNumber = (text: string): number => {
  const [, major = "0", minor = "0"] = /^(\d{1,4})(?:\.(\d{1,4}))?/.exec(text) ?? [];
  return Number(major) * 10_000 + Number(minor);
};

const serverFacts = async (client: Queryable, kind: Connection["serverKind"]): Promise<ServerFacts> => {
  let serverVersion = 0;
  try {
    const { rows } = await client.query({ text: serverVersionSql, values: [] });
    serverVersion = versionNumber(ServerVersionRow.parse(rows[0]).server_version);
  } catch (error) {
    if (!serverError(error) || isTransient(error)) throw error;
  }
  const outcome = await readOnly(client, "dsql", [{ text: serverSql }]);
  if (!outcome.ok) throw outcome.error;
  const row = ServerRow.parse(outcome.results[0]?.[0]);
  const looksLikeDsql = kind === "dsql" || row.hasMappings;
  return {
    serverKind: looksLikeDsql ? "dsql" : "postgres",
    serverVersion,
    membershipOptions: row.membershipOptions,
  };
};

/**
 * Reads some sections in one transaction. A refusal aborts it: the section is noted as unreadable and the others are
 * read again without it, so that they still share one view. Transient failures are thrown, for the caller to start over.
 */
const readGroup = async (
  client: Queryable,
  facts: ServerFacts,
  names: readonly SectionName[],
): Promise<Map<SectionName, RawSection>> => {
  const sections = new Map<SectionName, RawSection>();
  for (;;) {
    const open = names.filter((name) => !sections.has(name));
    const asked = open.flatMap((name) => {
      const statement = sectionStatement(name, facts);
      return statement ? [{ name, statement }] : [];
    });
    const outcome = await readOnly(
      client,
      facts.serverKind,
      asked.map(({ statement }) => statement),
    );
    if (outcome.ok) {
      for (const name of open) sections.set(name, { status: "read", rows: [] });
      asked.forEach(({ name }, i) => void sections.set(name, sectionOf(name, outcome.results[i] ?? [])));
      return sections;
    }
    const server = serverError(outcome.error);
    const refused = asked[outcome.refused];
    if (!server || !refused || isTransient(outcome.error)) throw outcome.error;
    const reason = refusalText(outcome.error);
    sections.set(refused.name, { status: "unreadable", reason, code: server.code });
  }
};

/**
 * The catalog through an open connection that is in no transaction. Throws AuditError `query` where the connection
 * itself fails; one attempt.
 */
export const readCatalogFrom = async (
  client: Queryable,
  {
    cluster,
    serverKind = "postgres",
  }: { readonly cluster: Cluster; readonly serverKind?: Connection["serverKind"] },
): Promise<Catalog> => {
  try {
    const facts = await serverFacts(client, serverKind);
    const groups =
      facts.serverKind === "dsql"
        ? [
            sectionNames.filter((name) => !riskySections.includes(name)),
            ...riskySections.map((name) => [name]),
          ]
        : [sectionNames];
    const sections = new Map<SectionName, RawSection>();
    for (const group of groups) {
      for (const [name, section] of await readGroup(client, facts, group)) sections.set(name, section);
    }
    const raw = Object.fromEntries(sections) as RawSections;
    return {
      format: CATALOG_FORMAT,
      cluster,
      serverVersion: facts.serverVersion,
      sections: resolveSections(raw),
    };
  } catch (error) {
    throw error instanceof AuditError ? error : queryError("the catalog", error);
  }
};

/**
 * The catalog of a target: each attempt on a fresh connection, as DSQL lets changed privileges reach old connections
 * late; tried again on conflicts and while a cluster wakes. Throws AuditError `connect`, `query`, `usage`.
 */
export const readCatalog = (
  target: Target,
  ports: RetryPorts,
  options: {
    readonly timeouts?: Timeouts;
    readonly retry?: RetryLimits;
    /** Awaited before each login, also before one that is tried again. */
    readonly onAttempt?: () => Promise<void>;
  } = {},
): Promise<Catalog> =>
  withRetry(
    async () => {
      await options.onAttempt?.();
      const { client, cluster, serverKind, close } = await connect(target, options.timeouts);
      try {
        return await readCatalogFrom(client, { cluster, serverKind });
      } finally {
        await close();
      }
    },
    ports,
    options.retry,
  );
