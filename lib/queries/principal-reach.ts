// What one principal can reach, by its mappings and as admin: for people who are told that somebody else may be using it.
import { counted } from "../core/base/counted.ts";
import { type Principal, parseArn } from "../core/base/ids.ts";
import { visible } from "../core/base/visible-text.ts";
import { type Catalog, type Mapping, rowsOf } from "../core/catalog/catalog.ts";
import { peersIn } from "../core/catalog/peers.ts";
import { mappedTo } from "../core/iam/mapped-to.ts";
import type { MayConnect } from "../core/iam/may-connect.ts";
import { type WaysIn, waysIn } from "../core/iam/ways-in.ts";
import type { AccessEngine } from "../core/privileges/effective.ts";
import { isSystemSchema } from "../core/privileges/effective-objects.ts";
import { revokeMappingSql } from "../core/sql/statements.ts";
import type { Reach, RoleReach } from "../notices/reach-text.ts";

/** What does most harm first. */
const TOLD = ["DELETE", "TRUNCATE", "UPDATE", "INSERT", "SELECT"] as const;
/** Names say more than a number, as long as they are few. */
const NAMED = 3;

/** "DELETE, UPDATE on app.orders": one entry for all privileges on the same tables, the most telling first. */
const privilegesOf = (engine: AccessEngine, role: number): string[] => {
  const objects = engine.objects.filter(
    ({ kind, schema }) =>
      (kind === "table" || kind === "view" || kind === "column") && !isSystemSchema(schema),
  );
  const tables = new Map<string, Set<string>>();
  for (const { privilege, schema, object, usable } of engine.rows({ role, objects })) {
    if (usable === false) continue;
    const known = tables.get(privilege) ?? new Set();
    known.add(`${schema}.${object}`);
    tables.set(privilege, known);
  }
  const held = TOLD.flatMap((privilege) => {
    const names = [...(tables.get(privilege) ?? [])].sort();
    return names.length ? [{ privilege, names }] : [];
  });
  return [...Map.groupBy(held, ({ names }) => JSON.stringify(names)).values()].map((alike) => {
    const names = alike[0]?.names ?? [];
    const shown =
      names.length <= NAMED ? names.map((one) => visible(one, 80)).join(", ") : `${names.length} tables`;
    return `${alike.map(({ privilege }) => privilege).join(", ")} on ${shown}`;
  });
};

/** Missing where they are not known: also where nobody asked. */
const peersOf = (catalog: Catalog): Pick<Reach, "peers"> => {
  const { clusters, unread } = peersIn(catalog);
  return (catalog.iam ?? catalog.peers) && unread === undefined ? { peers: clusters } : {};
};

/** The root user of the cluster's own account, whom no IAM policy there limits. */
const isRootOf = (cluster: string, principal: Principal): boolean => {
  const { account, resource } = parseArn(principal) ?? {};
  return resource === "root" && account === parseArn(cluster)?.account;
};

/** By IAM, which the database does not know of: admin needs no mapping. */
const asAdminBy = (ways: WaysIn, cluster: string, principal: Principal): MayConnect =>
  ways.of(principal, "DbConnectAdmin")?.row.verdict ?? (isRootOf(cluster, principal) ? "allowed" : "unknown");

/** Whom no mapping names reaches what it reaches as admin. */
const UNMAPPED: Readonly<Record<MayConnect, string>> = {
  allowed: "No mapping names it, and it needs none.",
  conditional: "No mapping names it.",
  unknown: "No mapping names it.",
  denied:
    "No mapping names it, and IAM does not let it connect as admin: there is nothing that it can reach.",
};

/** Mappings to a pattern, an account or a session: AWS does not document whether Aurora DSQL lets anybody in by them. */
const perhapsText = (rows: readonly Mapping[]): string => {
  const [first, ...more] = rows;
  const others = more.length ? ` and ${counted(more.length, "more mapping")} like it` : "";
  return `Whether it is let in by the mapping of ${visible(first?.roleName ?? "", 63)} to ${visible(first?.arn ?? "", 200)}${others} is not known.`;
};

/**
 * The roles that the principal is mapped to, each with its privileges on tables and the statement that ends the mapping; and
 * whether IAM lets it connect as admin.
 */
export const principalReach = (engine: AccessEngine, principal: Principal): Reach => {
  const { catalog, graph } = engine;
  const asAdmin = asAdminBy(waysIn(catalog, null), catalog.cluster, principal);
  const beside = { asAdmin, ...peersOf(catalog) };
  if (catalog.sections.mappings.status === "unreadable")
    return {
      ...{ roles: [], notKnown: "Its mappings could not be read: what else it can reach is not known." },
      ...beside,
    };
  const all = rowsOf(catalog, "mappings");
  const mine = all.filter(({ arn }) => mappedTo(arn, principal) === "yes");
  const perhaps = all.filter(({ arn }) => mappedTo(arn, principal) === "maybe");
  const roles = mine.flatMap(({ role: oid, arn }): RoleReach[] => {
    const id = graph.idOf.get(oid);
    const role = id === undefined ? undefined : graph.roles[id];
    if (id === undefined || !role) return [];
    return [
      { role: role.name, privileges: privilegesOf(engine, id), revoke: revokeMappingSql(role.name, arn) },
    ];
  });
  const unread = Object.entries(catalog.sections)
    .filter(([, section]) => section.status === "unreadable")
    .map(([name]) => name);
  const notKnown = [
    ...(mine.length || perhaps.length ? [] : [UNMAPPED[asAdmin]]),
    ...(perhaps.length ? [perhapsText(perhaps)] : []),
    ...(unread.length ? [`There may be more: ${unread.join(", ")} could not be read.`] : []),
  ].join(" ");
  return {
    roles,
    ...(notKnown && { notKnown }),
    ...(perhaps.length && { mayBeMapped: true as const }),
    ...beside,
  };
};
