// Rows of an answer about activity: connections as they are grouped, and those of whom nothing was seen.
import type { Tally } from "../activity/activity.ts";
import type { ActivityRow, Grouping, LastUse } from "../activity/activity-row.ts";
import { ADMIN } from "../activity/admin-logins.ts";
import { withoutPath } from "../base/ids.ts";
import { byText } from "../base/sorted.ts";
import { floorTo, HOUR, type Instant, iso } from "../base/time.ts";
import type { MappingPeriod } from "../history/mapping-period.ts";
import { couldBeOf } from "./mapping-uses.ts";

type Question = { readonly by: readonly Grouping[]; readonly role?: string | undefined };

/** What one row stands for; `possibleRoles` only where the role is not known. */
type Key = Pick<ActivityRow, "principal" | "role" | "possibleRoles" | "hour" | "network">;
type Group = { readonly key: Key; readonly tallies: Tally[] };

const sorted = (words: Iterable<string>): string[] => [...new Set(words)].sort(byText);

/** The roles that a connection may have been through; one alone: that one. */
const rolesOf = (tally: Tally, periods: readonly MappingPeriod[]): string[] => {
  if (tally.action === "DbConnectAdmin") return [ADMIN];
  const mapped = sorted(couldBeOf(tally, periods).map(({ roleName }) => roleName));
  return mapped.length === 0 && tally.role !== "" ? [tally.role] : mapped;
};

const groupsOf = (
  tallies: readonly Tally[],
  { by, role }: Question,
  periodsOf: (principal: string) => readonly MappingPeriod[],
): Group[] => {
  const groups = new Map<string, Group>();
  for (const tally of tallies) {
    const roles = rolesOf(tally, periodsOf(tally.principal));
    if (role !== undefined && !roles.includes(role)) continue;
    const [only, another] = roles;
    const ofRole =
      only !== undefined && another === undefined ? { role: only } : { role: null, possibleRoles: roles };
    const key: Key = {
      principal: tally.principal,
      ...(by.includes("mapping") && ofRole),
      ...(by.includes("hour") && { hour: iso(floorTo(HOUR, tally.firstAt)) }),
      ...(by.includes("network") && { network: tally.network }),
    };
    const id = JSON.stringify(key);
    const group = groups.get(id) ?? { key, tallies: [] };
    groups.set(id, group);
    group.tallies.push(tally);
  }
  return [...groups.values()];
};

const count = (tallies: readonly Tally[]): number => tallies.reduce((sum, tally) => sum + tally.count, 0);
const time = (at: Instant | undefined): string | null => (at === undefined ? null : iso(at));
const latest = (tallies: readonly Tally[]): Instant | undefined =>
  tallies.reduce<Instant | undefined>((last, { lastAt }) => Math.max(last ?? lastAt, lastAt), undefined);

const rowOf = ({ key, tallies }: Group, mappedTo: readonly string[], unseen: LastUse): ActivityRow => {
  const allowed = tallies.filter(({ outcome }) => outcome === "allowed");
  const firstAt = tallies.reduce<Instant | undefined>(
    (first, tally) => Math.min(first ?? tally.firstAt, tally.firstAt),
    undefined,
  );
  return {
    ...key,
    allowed: count(allowed),
    refused: count(tallies) - count(allowed),
    admin: count(tallies.filter(({ action }) => action === "DbConnectAdmin")),
    firstAt: time(firstAt),
    lastAt: time(latest(tallies)),
    lastUseAt: time(latest(allowed)),
    lastUse: allowed.length ? "seen" : unseen,
    networks: sorted(tallies.map(({ network }) => network)),
    clients: sorted(tallies.map(({ client }) => client)),
    mappedTo,
  };
};

/** A principal or a mapping that nothing was seen of is a row too: of it the question is asked most. */
const withUnseen = (
  groups: readonly Group[],
  standing: readonly MappingPeriod[],
  { by, role }: Question,
): Group[] => {
  if (by.includes("hour") || by.includes("network")) return [...groups];
  const perRole = by.includes("mapping");
  const idOf = (principal: string, of: string | null | undefined): string =>
    JSON.stringify([withoutPath(principal), perRole ? of : ""]);
  const known = new Set(groups.map(({ key }) => idOf(key.principal, key.role)));
  const unseen: Group[] = [];
  for (const { arn, roleName } of standing) {
    const id = idOf(arn, roleName);
    if (known.has(id) || (role !== undefined && roleName !== role)) continue;
    known.add(id);
    unseen.push({ key: { principal: arn, ...(perRole && { role: roleName }) }, tallies: [] });
  }
  return [...groups, ...unseen];
};

export type RowFacts = {
  /** Of the stretch. */
  readonly tallies: readonly Tally[];
  /** The mappings that are known of, as far as they are asked about. */
  readonly periods: readonly MappingPeriod[];
  /** The end of the stretch: who is mapped then is a row too. */
  readonly to: Instant;
  /** It has settled hours, and nobody who connected in them can have been missed. */
  readonly isProven: boolean;
};

/** By principal, role, hour and network. `role`: only connections that could be of it, and the principals mapped to it. */
export const activityRows = (
  { tallies, periods, to, isProven }: RowFacts,
  question: Question,
): readonly ActivityRow[] => {
  const byIdentity = Map.groupBy(periods, ({ arn }) => withoutPath(arn));
  const standing = periods.filter(({ goneAt }) => goneAt === null || goneAt > to);
  const standingOf = Map.groupBy(standing, ({ arn }) => withoutPath(arn));
  const groups = groupsOf(tallies, question, (principal) => byIdentity.get(withoutPath(principal)) ?? []);
  const possible = new Set(
    groups.flatMap(({ key, tallies: some }) =>
      some.some(({ outcome }) => outcome === "allowed")
        ? (key.possibleRoles ?? []).map((role) => JSON.stringify([withoutPath(key.principal), role]))
        : [],
    ),
  );
  const unseen = ({ principal, role }: Key): LastUse => {
    if (possible.has(JSON.stringify([withoutPath(principal), role]))) return "possible";
    return isProven ? "never" : "unknown";
  };
  return withUnseen(groups, standing, question)
    .map((group): ActivityRow => {
      const mapped = standingOf.get(withoutPath(group.key.principal)) ?? [];
      return rowOf(group, sorted(mapped.map(({ roleName }) => roleName)), unseen(group.key));
    })
    .toSorted(
      (a, b) =>
        byText(a.principal, b.principal) ||
        byText(a.role ?? "", b.role ?? "") ||
        byText(a.hour ?? "", b.hour ?? "") ||
        byText(a.network ?? "", b.network ?? ""),
    );
};
