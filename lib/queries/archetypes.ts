// What roles are for: as somebody declared it, else as their names and grants point to.
import type { Oid } from "../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant } from "../core/base/time.ts";
import { connectsAs } from "../core/findings/role-principals.ts";
import type { AuditView } from "../core/findings/view.ts";
import type { Archetype } from "../core/privileges/archetype.ts";
import type { AccessEngine } from "../core/privileges/effective.ts";
import type { RoleId } from "../core/privileges/effective-graph.ts";
import { archetypeProposals } from "../core/privileges/propose-archetype.ts";
import type { ReportArchetype, ReportData } from "../report/report-data.ts";
import { type Grounds, SEEN_DAYS } from "./grounds.ts";
import { talliesUntil } from "./tallies.ts";

type By = Parameters<typeof archetypeProposals>[1];

/** Of each of the roles: the declaration wins. */
const archetypesOf = (
  engine: AccessEngine,
  by: By,
  declaredOf: (role: string) => Archetype | undefined,
  roles: readonly RoleId[],
): ReadonlyMap<RoleId, ReportArchetype> =>
  new Map(
    [...archetypeProposals(engine, by, roles)].map(
      ([id, { archetype, because }]): [RoleId, ReportArchetype] => {
        const declared = declaredOf(engine.graph.roles[id]?.name ?? "");
        return declared
          ? [id, { archetype: declared, because: "it is declared", declared: true }]
          : [id, { archetype, because, declared: false }];
      },
    ),
  );

/** Of one role. */
export const archetypeOfRole = async (
  { engine, connectsAs, declaredArchetypes }: Pick<Grounds, "engine" | "connectsAs" | "declaredArchetypes">,
  role: RoleId,
): Promise<ReportArchetype | null> => {
  const [by, declared] = await Promise.all([connectsAs(), declaredArchetypes()]);
  return archetypesOf(engine, by, (name) => declared.get(name), [role]).get(role) ?? null;
};

/** "Declared as service.", "Looks like read-only: its name says …." */
export const archetypeText = ({ archetype, because, declared }: ReportArchetype): string => {
  if (declared) return `Declared as ${archetype}.`;
  return archetype === null
    ? `What it is for is unknown: ${because}.`
    : `Looks like ${archetype}: ${because}.`;
};

/** Of all ordinary roles, by OID; none without a snapshot. */
export const shownArchetypes = (view: AuditView, at: Instant): ReportData["archetypes"] => {
  const engine = view.privileges.engine();
  if (!engine) return new Map();
  const stretch = { from: floorTo(HOUR, at - SEEN_DAYS * DAY), to: at };
  const recent = talliesUntil(
    [view.activity, ...view.activity.peers].flatMap(({ principals, talliesWithin }) =>
      principals.map((principal) => ({ tallies: talliesWithin(principal, stretch) })),
    ),
    at,
  );
  const declaredOf = (role: string): Archetype | undefined => {
    const known = view.privileges.archetypeOf(role);
    return known?.because === "declared" ? known.archetype : undefined;
  };
  const roles = engine.graph.roles.flatMap(({ name }, id) => (name.startsWith("pg_") ? [] : [id]));
  const found = archetypesOf(engine, connectsAs(engine.catalog, recent), declaredOf, roles);
  return new Map(
    [...found].map(([id, one]): [Oid, ReportArchetype] => [engine.graph.roles[id]?.oid ?? 0, one]),
  );
};
