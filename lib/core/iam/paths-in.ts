// Every way into the database: each mapping, each administrator, and who lacks a mapping alone; with the links up to the role.
import { ADMIN, type AdminLogin } from "../activity/admin-logins.ts";
import { withoutPath } from "../base/ids.ts";
import { byText } from "../base/sorted.ts";
import { minute } from "../base/time.ts";
import { type Mapping, rowsOf } from "../catalog/catalog.ts";
import type { AccessEngine } from "../privileges/effective.ts";
import { awayText, type Link } from "../privileges/explain.ts";
import { allowLoginSql, mapRoleSql, revokeMappingSql } from "../sql/statements.ts";
import { mappedBy, namesOne } from "./mapped-to.ts";
import { type Stretch, wallLinks } from "./wall-links.ts";
import type { WaysIn } from "./ways-in.ts";

/** The mapping itself; one to an identity that was made again is refused, and mended by a REVOKE and a GRANT. */
export const mappingLinks = (engine: Pick<AccessEngine, "graph">, ways: WaysIn, row: Mapping): Stretch => {
  const { state, period, identity } = ways.behind(row);
  const grantor = engine.graph.roles[engine.graph.idOf.get(row.grantor) ?? -1]?.name;
  const evidence = [
    ...(grantor === undefined ? [] : [`granted by ${grantor}`]),
    ...(period ? [`seen first in the snapshot of ${minute(period.firstSeenAt)}`] : []),
  ];
  const again = [revokeMappingSql(row.roleName, row.arn), mapRoleSql(row.roleName, row.arn)];
  const link = (linkState: Link["state"], says: string): Link => ({
    step: "mapping",
    state: linkState,
    says,
    evidence,
  });
  if (state === "remade" && identity?.status === "exists") {
    const made = identity.createdAt === null ? "" : ` at ${minute(identity.createdAt)}`;
    const says = `mapped to role ${row.roleName}, but the identity was deleted and made again${made}: Aurora DSQL refuses the new one (reported by users, not documented by AWS)`;
    return { links: [link("broken", says)], completes: again };
  }
  if (!namesOne(row.arn)) {
    const says = `a mapping to role ${row.roleName} is to ${row.arn}: whether Aurora DSQL lets anybody in by that is not documented`;
    return { links: [link("unknown", says)], completes: [] };
  }
  // Whoever is made under the name of one that is gone is another one.
  const completes = state === "gone" ? again : [];
  return { links: [link("ok", `mapped to role ${row.roleName}`)], completes };
};

export const joined = (...stretches: readonly Stretch[]): Stretch => ({
  links: stretches.flatMap(({ links }) => links),
  completes: stretches.flatMap(({ completes }) => completes),
});

/** One way into the database, as far as the role. */
export type PathIn = {
  readonly principal: string;
  /** null: it is mapped to none. */
  readonly role: string | null;
  readonly links: readonly Link[];
  /** The first link that is broken; null: none is. */
  readonly firstBroken: Link["step"] | null;
  readonly completes: readonly string[];
  readonly away: string | null;
};

export type PathsIn = {
  /** Those with a broken link first, then what is not known, on conditions, and open; each by principal and role. */
  readonly paths: readonly PathIn[];
  /** Identities without a mapping of which it is not known whether IAM lets them in. */
  readonly unknown: number;
  /** What could not be read, so that there may be more ways in; none: these are all. */
  readonly unread: WaysIn["unread"];
};

const order: readonly Link["state"][] = ["broken", "unknown", "conditional", "ok"];
/** The worst state of its links. */
export const stateOfPath = ({ links }: Pick<PathIn, "links">): Link["state"] =>
  order.find((state) => links.some((link) => link.state === state)) ?? "ok";

const pathOf = (principal: string, role: string | null, { links, completes }: Stretch): PathIn => ({
  principal,
  role,
  links,
  firstBroken: links.find(({ state }) => state === "broken")?.step ?? null,
  completes,
  away: awayText(completes),
});

const loginLink = (name: string, canLogin: boolean): Stretch => ({
  links: [
    {
      step: "role",
      state: canLogin ? "ok" : "broken",
      says: `role ${name} ${canLogin ? "may" : "may not"} log in`,
      evidence: [],
    },
  ],
  completes: canLogin ? [] : [allowLoginSql(name)],
});

const ofMappings = (engine: AccessEngine, ways: WaysIn): PathIn[] =>
  rowsOf(engine.catalog, "mappings").map((row) => {
    const role = engine.graph.roles[engine.graph.idOf.get(row.role) ?? -1];
    const name = role?.name ?? row.roleName;
    const login: Stretch = role
      ? loginLink(name, role.canLogin)
      : {
          links: [
            {
              step: "role",
              state: "unknown",
              says: `role ${name} is not among the roles that were read`,
              evidence: [],
            },
          ],
          completes: [],
        };
    const walls = wallLinks(ways, row.arn, "DbConnect");
    return pathOf(row.arn, name, joined(walls, mappingLinks(engine, ways, row), login));
  });

/** Into admin, which needs no mapping: whom IAM lets in or may, and who was seen there. */
const ofAdmins = (engine: AccessEngine, ways: WaysIn, logins: readonly AdminLogin[]): PathIn[] => {
  const admin = engine.graph.roles[engine.graph.idOfName.get(ADMIN) ?? -1];
  if (!admin) return [];
  const named = (ways.admins() ?? []).map(({ row }) => row.principal);
  const told = new Set(named.map(withoutPath));
  const seen = logins.map(({ arn }) => arn).filter((arn) => !told.has(withoutPath(arn)));
  return [...named, ...seen].map((arn) => {
    const at = logins.find((one) => withoutPath(one.arn) === withoutPath(arn))?.lastUseAt;
    const walls = wallLinks(ways, arn, "DbConnectAdmin", at);
    return pathOf(arn, ADMIN, joined(walls, loginLink(ADMIN, admin.canLogin)));
  });
};

/** Identities that IAM lets connect, and that no mapping names; none of those that it lets in as admin. */
const unmapped = (engine: AccessEngine, ways: WaysIn): Omit<PathsIn, "unread"> => {
  if (engine.catalog.sections.mappings.status === "unreadable") return { paths: [], unknown: 0 };
  const mapped = mappedBy(rowsOf(engine.catalog, "mappings").map(({ arn }) => arn));
  const missing: Link = { step: "mapping", state: "broken", says: "no mapping names it", evidence: [] };
  let unknown = 0;
  const paths = ways.principals().flatMap((principal): PathIn[] => {
    if (mapped(principal) !== "no") return [];
    const { verdict, kind } = ways.of(principal, "DbConnect")?.row ?? {};
    const isAdmin = ways.of(principal, "DbConnectAdmin")?.row.verdict !== "denied";
    if ((kind !== "role" && kind !== "user" && kind !== "not-read") || isAdmin) return [];
    if (verdict === "unknown") unknown += 1;
    if (verdict !== "allowed" && verdict !== "conditional") return [];
    const path = pathOf(
      principal,
      null,
      joined(wallLinks(ways, principal, "DbConnect"), { links: [missing], completes: [] }),
    );
    return [{ ...path, away: "one AWS IAM GRANT away" }];
  });
  return { paths, unknown };
};

/** `logins`: who was seen connecting as admin. */
export const pathsIn = (engine: AccessEngine, ways: WaysIn, logins: readonly AdminLogin[]): PathsIn => {
  const without = unmapped(engine, ways);
  const all = [...ofMappings(engine, ways), ...ofAdmins(engine, ways, logins), ...without.paths];
  const rank = (path: PathIn): number => order.indexOf(stateOfPath(path));
  return {
    paths: all.toSorted(
      (a, b) => rank(a) - rank(b) || byText(a.principal, b.principal) || byText(a.role ?? "", b.role ?? ""),
    ),
    unknown: without.unknown,
    unread: [
      ...engine.gaps
        .filter(({ section }) => section === "mappings")
        .map(({ section, reason }) => ({ part: section, reason })),
      ...ways.unread,
    ],
  };
};
