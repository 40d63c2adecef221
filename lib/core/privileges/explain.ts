// Why a role or a principal has a privilege, or which link of the chain is the first that is broken.

import { foldArn } from "../activity/principal.ts";
import { type Instant, iso } from "../base/time.ts";
import { rowsOf } from "../catalog/catalog.ts";
import type { Privilege } from "../catalog/privileges.ts";
import { allowLoginSql, mapRoleSql } from "../sql/statements.ts";
import type { AccessEngine } from "./effective.ts";
import type { RoleId } from "./effective-graph.ts";
import type { AccessObject, ObjectKind } from "./effective-objects.ts";
import { type RoleAnswer, roleLinks } from "./explain-role.ts";
import { findRole, objectText } from "./find-object.ts";

export const steps = ["principal", "mapping", "login", "role", "membership", "schema", "privilege"] as const;

/** `assumed`: needed, but not told by any catalog. */
export type Link = {
  readonly step: (typeof steps)[number];
  readonly state: "ok" | "broken" | "unknown" | "assumed";
  /** One short sentence; names are raw. */
  readonly says: string;
};

export type Verdict = "yes" | "after-set-role" | "no" | "unknown";

export type Explanation = {
  readonly principal: string | null;
  /** null where a principal reaches no role. */
  readonly role: string | null;
  readonly privilege: Privilege;
  readonly kind: ObjectKind;
  /** As it can be typed again. */
  readonly object: string;
  readonly verdict: Verdict;
  readonly grantable: boolean;
  /** The chain up to and with the first link that is not ok. */
  readonly links: readonly Link[];
  /** Role names, as in a row of `privileges`; empty where there is none. */
  readonly path: readonly string[];
  /** How many paths of that kind there are, and the next few. */
  readonly paths: number;
  readonly otherPaths: readonly (readonly string[])[];
  /** What would complete the chain: SQL to run, or what to allow in IAM. */
  readonly completes: readonly string[];
  /** The other roles that the principal can connect as, with their verdicts. */
  readonly also: readonly { readonly role: string; readonly verdict: Verdict }[];
};

const isArn = (who: string): boolean => who.startsWith("arn:");
const rank: Readonly<Record<Verdict, number>> = { yes: 0, "after-set-role": 1, unknown: 2, no: 3 };

/** Where the chain stands after its first broken or unknown link. */
const verdictOf = (links: readonly Link[], answer: RoleAnswer): Verdict => {
  if (links.some(({ state }) => state === "broken")) return "no";
  if (links.some(({ state }) => state === "unknown")) return "unknown";
  return answer.holds === "set-role" ? "after-set-role" : "yes";
};

const upToFault = (links: readonly Link[]): Link[] => {
  const fault = links.findIndex(({ state }) => state === "broken" || state === "unknown");
  return fault < 0 ? [...links] : links.slice(0, fault + 1);
};

const MOST_OTHERS = 5;

const otherPaths = (
  engine: AccessEngine,
  role: RoleId,
  privilege: Privilege,
  object: AccessObject,
  told: readonly string[],
): string[][] => {
  const others: string[][] = [];
  for (const path of engine.paths(privilege, object).all(role)) {
    const names = engine.pathNames(path);
    if (names.join("\0") !== told.join("\0")) others.push(names);
    if (others.length === MOST_OTHERS) break;
  }
  return others;
};

const explainRole = (
  engine: AccessEngine,
  role: RoleId,
  privilege: Privilege,
  object: AccessObject,
  before: {
    readonly principal: string | null;
    readonly links: readonly Link[];
    readonly completes: readonly string[];
  },
): Explanation => {
  const answer = roleLinks(engine, role, privilege, object);
  const links = [...before.links, ...answer.links];
  const { path } = answer;
  return {
    principal: before.principal,
    role: engine.graph.roles[role]?.name ?? null,
    privilege,
    kind: object.kind,
    object: objectText(object),
    verdict: verdictOf(links, answer),
    grantable: answer.grantable,
    links: upToFault(links),
    path,
    paths: path.length ? engine.paths(privilege, object).count(role, answer.holds ?? "inherited") : 0,
    otherPaths: path.length ? otherPaths(engine, role, privilege, object, path) : [],
    completes: [...before.completes, ...answer.completes],
    also: [],
  };
};

const needsIam = (action: string): Link => ({
  step: "principal",
  state: "assumed",
  says: `IAM must allow it dsql:${action} on the cluster; whether it does is not judged here: see who-may`,
});

/** IAM is not judged here: what is known is at most that it let the principal in as admin once. */
const asAdminLink = (adminAt: Instant | undefined): Link =>
  adminAt === undefined
    ? {
        step: "principal",
        state: "unknown",
        says: "whether IAM allows it dsql:DbConnectAdmin is not judged here: see who-may",
      }
    : {
        step: "principal",
        state: "assumed",
        says: `it connected as admin, last at ${iso(adminAt)}: IAM allowed dsql:DbConnectAdmin then`,
      };

/** The roles that a principal can connect as: by its mappings, and as `admin` if IAM allows DbConnectAdmin. */
const explainPrincipal = (
  engine: AccessEngine,
  arn: string,
  privilege: Privilege,
  object: AccessObject,
  adminAt: Instant | undefined,
): Explanation => {
  const principal = foldArn(arn);
  const mappings = rowsOf(engine.catalog, "mappings").filter((row) => row.arn === principal);
  const gap = engine.gaps.find(({ section }) => section === "mappings");
  const found = mappings.flatMap((row): Explanation[] => {
    const role = engine.graph.idOf.get(row.role);
    if (role === undefined) return [];
    const canLogin = engine.graph.roles[role]?.canLogin ?? false;
    const login: Link = canLogin
      ? { step: "login", state: "ok", says: `${row.roleName} may log in` }
      : { step: "login", state: "broken", says: `${row.roleName} may not log in` };
    const mapping: Link = { step: "mapping", state: "ok", says: `mapped to role ${row.roleName}` };
    return [
      explainRole(engine, role, privilege, object, {
        principal,
        links: [needsIam("DbConnect"), mapping, login],
        completes: canLogin ? [] : [allowLoginSql(row.roleName)],
      }),
    ];
  });
  const admin = engine.graph.idOfName.get("admin");
  const asAdmin =
    admin === undefined
      ? []
      : [
          explainRole(engine, admin, privilege, object, {
            principal,
            links: [asAdminLink(adminAt)],
            completes: [],
          }),
        ];
  // Seen as admin, it is a way like the others; else IAM alone could tell, and no "no" is certain while admin would do.
  const ways = adminAt === undefined ? found : [...found, ...asAdmin];
  const [best, ...rest] = ways.sort((a, b) => rank[a.verdict] - rank[b.verdict]);
  const others = adminAt === undefined ? [...rest, ...asAdmin] : rest;
  const open = asAdmin.some(({ verdict }) => verdict !== "no");
  const alsoOf = (more: readonly Explanation[]) =>
    more.flatMap(({ role, verdict }) => (role === null ? [] : [{ role, verdict }]));
  if (best) {
    return {
      ...best,
      verdict: best.verdict === "no" && open ? "unknown" : best.verdict,
      also: alsoOf(others),
    };
  }
  // Nobody is mapped: the role that would do is the first that holds it at once and may log in.
  const useful = engine
    .whoCan(privilege, object)
    .find(
      (row) =>
        row.holds === "inherited" &&
        row.usable !== false &&
        row.role !== "admin" &&
        engine.graph.roles[engine.graph.idOfName.get(row.role) ?? -1]?.canLogin,
    );
  const says = gap ? `the mappings could not be read (${gap.reason})` : "no mapping row names it";
  return {
    principal,
    role: null,
    privilege,
    kind: object.kind,
    object: objectText(object),
    verdict: gap || open ? "unknown" : "no",
    grantable: false,
    links: [needsIam("DbConnect"), { step: "mapping", state: gap ? "unknown" : "broken", says }],
    path: [],
    paths: 0,
    otherPaths: [],
    completes: gap || !useful ? [] : [mapRoleSql(useful.role, principal)],
    also: alsoOf(asAdmin),
  };
};

/**
 * The chain from a role's name, or from a principal's ARN (a session's is folded to its role), to the privilege.
 * `adminAt`: when the principal last connected as admin, where that is known. Throws AuditError `not-found` for a role
 * that the catalog does not have.
 */
export const explain = (
  engine: AccessEngine,
  who: string,
  privilege: Privilege,
  object: AccessObject,
  { adminAt }: { readonly adminAt?: Instant | undefined } = {},
): Explanation =>
  isArn(who) && !engine.graph.idOfName.has(who)
    ? explainPrincipal(engine, who, privilege, object, adminAt)
    : explainRole(engine, findRole(engine, who), privilege, object, {
        principal: null,
        links: [],
        completes: [],
      });
