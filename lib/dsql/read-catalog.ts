// Reads the catalog of one database: a constant number of statements, whatever its size; each section read or unreadable.

import type { Cluster } from "../core/base/ids.ts";
import type { RoleOids } from "../core/catalog/acl.ts";
import type { Catalog, Role, SectionName, Sections } from "../core/catalog/catalog.ts";
import { CATALOG_FORMAT, isDsql, sectionNames } from "../core/catalog/catalog.ts";
import { type Extras, extraNames } from "../core/catalog/extras.ts";
import { AuditError } from "../errors.ts";
import { onlyAbusable } from "./abusable.ts";
import { type Connection, connect, type Target, type Timeouts } from "./connect.ts";
import { queryError, refusalText, serverError } from "./database-error.ts";
import { type Queryable, readOnly } from "./read-only.ts";
import { type PartName, partStatement, type Section, type ServerFacts, sectionOf } from "./read-section.ts";
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
  let row: ServerRow | undefined;
  let serverVersion = 0;
  const statements = [{ text: serverSql }, { text: serverVersionSql }];
  const refusal = await readOnly(client, "dsql", statements, (at, [first]) => {
    if (at === 0) row = ServerRow.parse(first);
    else serverVersion = versionNumber(ServerVersionRow.parse(first).server_version);
  });
  // A server that does not tell its version has told the rest.
  if (refusal && (refusal.at === 0 || isTransient(refusal.error) || !serverError(refusal.error)))
    throw refusal.error;
  if (!row) throw new AuditError("query", "the server did not name its version");
  const looksLikeDsql = kind === "dsql" || row.hasMappings;
  return {
    serverKind: looksLikeDsql ? "dsql" : "postgres",
    serverVersion,
    membershipOptions: row.membershipOptions,
  };
};

const roleOids = (section: Section | undefined): RoleOids => {
  const rows = section?.status === "read" ? (section.rows as readonly Role[]) : [];
  return new Map(rows.map(({ name, oid }) => [name, oid]));
};

/**
 * Reads some sections in one transaction. A refusal aborts it: the section is noted as unreadable and the others are
 * read again without it, so that they still share one view. Transient failures are thrown, for the caller to start over.
 * Without readable roles no name can be resolved: all ACL entries then stay as unknown text.
 */
const readGroup = async (
  client: Queryable,
  facts: ServerFacts,
  names: readonly PartName[],
  sections: Map<PartName, Section>,
): Promise<void> => {
  const refused = new Map<PartName, Section>();
  for (;;) {
    const open = names.filter((name) => !refused.has(name));
    const asked = open.flatMap((name) => {
      const statement = partStatement(name, facts);
      return statement ? [{ name, statement }] : [];
    });
    for (const name of open) sections.set(name, { status: "read", rows: [] });
    for (const [name, section] of refused) sections.set(name, section);
    let roles = roleOids(sections.get("roles"));
    const statements = asked.map(({ statement }) => statement);
    const refusal = await readOnly(client, facts.serverKind, statements, (at, rows) => {
      const name = asked[at]?.name as PartName;
      sections.set(name, sectionOf(name, rows, roles));
      if (name === "roles") roles = roleOids(sections.get(name));
    });
    if (!refusal) return;
    const server = serverError(refusal.error);
    const name = asked[refusal.at]?.name;
    if (!server || !name || isTransient(refusal.error)) throw refusal.error;
    refused.set(name, { status: "unreadable", reason: refusalText(refusal.error), code: server.code });
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
    const safe = sectionNames.filter((name) => !riskySections.includes(name));
    const sections = new Map<PartName, Section>();
    const beside = isDsql({ cluster }) ? extraNames.filter((name) => name !== "rowSecurity") : extraNames;
    const groups =
      facts.serverKind === "dsql"
        ? [safe, ...[...riskySections, ...beside].map((name) => [name])]
        : [[...sectionNames, ...beside]];
    for (const group of groups) await readGroup(client, facts, group, sections);
    const part = (names: readonly PartName[]) =>
      Object.fromEntries(names.map((name) => [name, sections.get(name)]));
    const read = part(sectionNames) as Sections;
    return {
      format: CATALOG_FORMAT,
      cluster,
      serverVersion: facts.serverVersion,
      sections: onlyAbusable(read),
      extras: part(beside) as Extras,
    };
  } catch (error) {
    throw error instanceof AuditError ? error : queryError("the catalog", error);
  }
};

/** How long a reader waits and how often it tries; the defaults of each where it is left out. */
export type ReadLimits = { readonly timeouts?: Timeouts; readonly retry?: RetryLimits };

/**
 * The catalog of a target: each attempt on a fresh connection, as DSQL lets changed privileges reach old connections
 * late; tried again on conflicts and while a cluster wakes. Throws AuditError `connect`, `query`, `usage`.
 */
export const readCatalog = (
  target: Target,
  ports: RetryPorts,
  options: ReadLimits & {
    /** Awaited before each login, also before one that is tried again; what it resolves to hears whether it got in. */
    readonly onAttempt?: () => Promise<(connected: boolean) => Promise<void>>;
  } = {},
): Promise<Catalog> =>
  withRetry(
    async () => {
      const ended = await options.onAttempt?.();
      const connection = await connect(target, options.timeouts).catch(async (error: unknown) => {
        await ended?.(false);
        throw error;
      });
      const { client, cluster, serverKind, close } = connection;
      try {
        await ended?.(true);
        return await readCatalogFrom(client, { cluster, serverKind });
      } finally {
        await close();
      }
    },
    ports,
    options.retry,
  );
