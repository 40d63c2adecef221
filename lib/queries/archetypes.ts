// What roles are for: as somebody declared it, else as their names and grants point to.
import type { Oid } from "../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant } from "../core/base/time.ts";
import { connectsAs } from "../core/findings/role-principals.ts";
import type { AuditView } from "../core/findings/view.ts";
import type { RoleId } from "../core/privileges/effective-graph.ts";
import { archetypeProposals, type Proposal } from "../core/privileges/propose-archetype.ts";
import type { ReportArchetype, ReportData } from "../report/report-data.ts";
import { type Grounds, SEEN_DAYS } from "./grounds.ts";
import { talliesUntil } from "./tallies.ts";

/** The proposal for one role. */
export const proposedArchetype = async (
  { engine, connectsAs }: Pick<Grounds, "engine" | "connectsAs">,
  role: RoleId,
): Promise<Proposal | undefined> => archetypeProposals(engine, await connectsAs(), [role]).get(role);

/** "service: its name says …", as a sentence goes on after what is asked. */
export const proposalText = ({ archetype, because }: Proposal): string =>
  archetype === null ? `unknown, ${because}` : `${archetype}: ${because}`;

/** Of all ordinary roles, by OID: the declaration wins; none without a snapshot. */
export const shownArchetypes = (view: AuditView, at: Instant): ReportData["archetypes"] => {
  const engine = view.privileges.engine();
  if (!engine) return new Map();
  const stretch = { from: floorTo(HOUR, at - SEEN_DAYS * DAY), to: at };
  const recent = talliesUntil(
    view.activity.principals.map((principal) => ({
      tallies: view.activity.talliesWithin(principal, stretch),
    })),
    at,
  );
  const roles = engine.graph.roles.flatMap(({ name }, id) => (name.startsWith("pg_") ? [] : [id]));
  const proposals = archetypeProposals(engine, connectsAs(engine.catalog, recent), roles);
  return new Map(
    [...proposals].map(([id, { archetype, because }]): [Oid, ReportArchetype] => {
      const { oid = 0, name = "" } = engine.graph.roles[id] ?? {};
      const known = view.privileges.archetypeOf(name);
      return known?.because === "declared"
        ? [oid, { archetype: known.archetype, because: "it is declared", declared: true }]
        : [oid, { archetype, because, declared: false }];
    }),
  );
};
