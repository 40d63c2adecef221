// Whether a principal has a privilege, over both walls: IAM and the cluster's policy, then the mapping, then the database.

import { ADMIN } from "../activity/admin-logins.ts";
import { foldArn } from "../activity/principal.ts";
import { type Instant, minute } from "../base/time.ts";
import { type Mapping, rowsOf } from "../catalog/catalog.ts";
import type { Privilege } from "../catalog/privileges.ts";
import { breadthsOf } from "../privileges/breadths.ts";
import type { AccessEngine } from "../privileges/effective.ts";
import type { RoleId } from "../privileges/effective-graph.ts";
import type { AccessObject } from "../privileges/effective-objects.ts";
import {
  type Explanation,
  explanationOf,
  type Link,
  rankOfVerdict,
  type Verdict,
} from "../privileges/explain.ts";
import { findRole } from "../privileges/find-object.ts";
import { mapRoleSql } from "../sql/statements.ts";
import { mappedTo } from "./mapped-to.ts";
import { joined, mappingLinks } from "./paths-in.ts";
import { type Stretch, wallLinks } from "./wall-links.ts";
import type { WaysIn } from "./ways-in.ts";

/** What is known of a principal beside the catalog. */
export type KnownOfPrincipal = {
  readonly ways: WaysIn;
  /** When it was last seen connecting as admin; undefined: never, or nobody could tell. */
  readonly adminAt?: Instant | undefined;
};

type Asked = {
  readonly engine: AccessEngine;
  /** As it was asked for: a session is judged as that session. */
  readonly who: string;
  readonly privilege: Privilege;
  readonly object: AccessObject;
} & KnownOfPrincipal;

const nothing: Stretch = { links: [], completes: [] };

const explainAs = (asked: Asked, role: RoleId, before: Stretch): Explanation =>
  explanationOf(asked.engine, role, asked.privilege, asked.object, {
    principal: foldArn(asked.who),
    ...before,
  });

/**
 * The role that would do: it holds it at once, may log in and is not the administrator. Superusers come last, then the role
 * of the principal's latest former mapping comes first, then the one that holds least.
 */
const usefulRole = ({ engine, who, ways, privilege, object }: Asked): RoleId | undefined => {
  const useful = engine.whoCan(privilege, object).flatMap((row) => {
    const id = engine.graph.idOfName.get(row.role);
    const role = id === undefined ? undefined : engine.graph.roles[id];
    const isUseful =
      row.holds === "inherited" && row.usable !== false && row.role !== ADMIN && role?.canLogin;
    return id !== undefined && role && isUseful ? [{ id, role }] : [];
  });
  const plain = useful.filter(({ role }) => !role.superuser);
  const found = plain.length ? plain : useful;
  // By OID: a role that was made again under the name is another one.
  for (const { roleOid } of ways.formerOf(who).toReversed()) {
    const former = found.find(({ role }) => role.oid === roleOid);
    if (former) return former.id;
  }
  const breadths = breadthsOf(
    engine,
    found.map(({ id }) => id),
  );
  const byBreadth = found.map(({ id }, n) => ({ id, breadth: breadths[n] as number }));
  return byBreadth.toSorted((a, b) => a.breadth - b.breadth)[0]?.id;
};

/** Without a mapping: the chain as it would be with one to a role that would do. */
const unmapped = (asked: Asked): Explanation => {
  const { engine, who, ways, privilege, object } = asked;
  const principal = foldArn(who);
  const gap = engine.gaps.find(({ section }) => section === "mappings");
  const former = ways.formerOf(principal).at(-1);
  const was =
    former && former.goneAt !== null
      ? `; the one to ${former.roleName} was gone by ${minute(former.goneAt)}`
      : "";
  const mapping: Link = gap
    ? {
        step: "mapping",
        state: "unknown",
        says: `the mappings could not be read (${gap.reason})`,
        evidence: [],
      }
    : { step: "mapping", state: "broken", says: `no mapping names it${was}`, evidence: [] };
  const before = joined(wallLinks(ways, who, "DbConnect"), { links: [mapping], completes: [] });
  const useful = gap ? undefined : usefulRole(asked);
  const none = { role: null, path: [], paths: 0, otherPaths: [], grantable: false };
  if (useful === undefined) {
    return {
      ...explanationOf(engine, undefined, privilege, object, { principal, ...before }),
      ...none,
    };
  }
  const name = engine.graph.roles[useful]?.name ?? "";
  const grant = joined(before, { links: [], completes: [mapRoleSql(name, principal)] });
  const found = explainAs(asked, useful, grant);
  const links = found.links.map((link) =>
    link.step === "role" ? { ...link, says: `with a mapping to it: ${link.says}` } : link,
  );
  return { ...found, links, ...none };
};

/** A mapping to a role that is not among those that were read. */
const unknownRole = (
  { engine, who, privilege, object }: Asked,
  { roleName }: Mapping,
  before: Stretch,
): Explanation => {
  const says = `role ${roleName} is not among the roles that were read`;
  const role: Link = { step: "role", state: "unknown", says, evidence: [] };
  const whole = joined(before, { links: [role], completes: [] });
  return {
    ...explanationOf(engine, undefined, privilege, object, { principal: foldArn(who), ...whole }),
    role: roleName,
  };
};

const isCertain = (verdict: Verdict): boolean => verdict !== "unknown" && verdict !== "no";

/** All ways of a principal: by its mappings, and as `admin`, which needs none. */
const explainPrincipal = (asked: Asked): Explanation => {
  const { engine, who, ways, adminAt } = asked;
  const mapped = rowsOf(engine.catalog, "mappings")
    .filter(({ arn }) => mappedTo(arn, who) !== "no")
    .map((row): Explanation => {
      const before = joined(wallLinks(ways, who, "DbConnect"), mappingLinks(engine, ways, row));
      const role = engine.graph.idOf.get(row.role);
      return role === undefined ? unknownRole(asked, row, before) : explainAs(asked, role, before);
    });
  const admin = engine.graph.idOfName.get(ADMIN);
  const asAdmin =
    admin === undefined
      ? undefined
      : explainAs(asked, admin, joined(wallLinks(ways, who, "DbConnectAdmin", adminAt), nothing));
  const byMapping = (mapped.length ? mapped : [unmapped(asked)]).toSorted(
    (a, b) => rankOfVerdict[a.verdict] - rankOfVerdict[b.verdict] || a.completes.length - b.completes.length,
  );
  const [first = unmapped(asked), ...rest] = byMapping;
  const adminRank = asAdmin ? rankOfVerdict[asAdmin.verdict] : Infinity;
  // Who is, or was seen as, administrator is told as such; else what IAM might do stands beside the mappings.
  const isAdmin =
    asAdmin !== undefined &&
    adminRank < rankOfVerdict[first.verdict] &&
    (isCertain(asAdmin.verdict) || adminAt !== undefined);
  const best = isAdmin && asAdmin ? asAdmin : first;
  const others = isAdmin ? byMapping : [...rest, ...(asAdmin ? [asAdmin] : [])];
  const mayBeAdmin =
    asAdmin === undefined &&
    engine.gaps.some(({ section }) => section === "roles") &&
    ways.of(who, "DbConnectAdmin")?.row.verdict !== "denied";
  const open: Verdict = asAdmin?.verdict ?? (mayBeAdmin ? "unknown" : "no");
  return {
    ...best,
    verdict: rankOfVerdict[open] < rankOfVerdict[best.verdict] ? open : best.verdict,
    also: others.flatMap(({ role, verdict: other }) => (role === null ? [] : [{ role, verdict: other }])),
  };
};

/**
 * The chain from a role's name, or from a principal's ARN (of a session its role), to the privilege: whole, whatever is
 * broken in it. AuditError("not-found") for a role that the catalog does not have.
 */
export const explain = (
  engine: AccessEngine,
  who: string,
  privilege: Privilege,
  object: AccessObject,
  known: KnownOfPrincipal,
): Explanation =>
  who.startsWith("arn:") && !engine.graph.idOfName.has(who)
    ? explainPrincipal({ engine, who, privilege, object, ...known })
    : explanationOf(engine, findRole(engine, who), privilege, object, {
        principal: null,
        ...nothing,
      });
