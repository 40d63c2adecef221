// What changed of roles, of their memberships and of the principals mapped to them.
import type { AnyRow } from "../catalog/canonical-rows.ts";
import type { Mapping, Role } from "../catalog/catalog.ts";
import { sectionTraits } from "../catalog/section-traits.ts";
import type { MembershipOptions, OtherMembership } from "./change.ts";
import { both, keysOf, type Step, same } from "./diff-step.ts";

export const diffRoles = (step: Step): void => {
  const rows = both(step, "roles");
  if (!rows) return;
  const { names, found } = step;
  for (const row of [...rows.from.values()] as Role[]) {
    if (!rows.to.has(`${row.oid}`))
      found({ kind: "role-dropped", role: { oid: row.oid, name: row.name }, row });
  }
  for (const [key, to] of rows.to as Map<string, Role>) {
    const from = rows.from.get(key) as Role | undefined;
    const role = names.role(to.oid);
    if (!from) {
      found({ kind: "role-created", role, row: to });
      continue;
    }
    if (from.name !== to.name) found({ kind: "role-renamed", role, from: from.name, to: to.name });
    for (const attribute of sectionTraits.roles.fields) {
      if (attribute === "oid" || attribute === "name" || from[attribute] === to[attribute]) continue;
      found({ kind: "role-attribute", role, attribute, from: from[attribute], to: to[attribute] });
    }
  }
};

type MembershipRow = MembershipOptions & {
  readonly role: number;
  readonly member: number;
  readonly grantor: number;
};
const pairOf = ({ role, member }: Pick<MembershipRow, "role" | "member">): string => `${role}/${member}`;

/** Of the same membership by other grantors those that are needed to show every option that any of them gives. */
const othersOf = (step: Step, all: readonly MembershipRow[], grantor: number): OtherMembership[] => {
  const kept: OtherMembership[] = [];
  for (const { grantor: by, admin, inherit, set } of all) {
    if (by === grantor) continue;
    const one = { by: step.names.role(by), admin, inherit, set };
    const adds = (["admin", "inherit", "set"] as const).some(
      (option) => one[option] && !kept.some((other) => other[option]),
    );
    if (adds || !kept.length) kept.push(one);
  }
  return kept;
};

export const diffMemberships = (step: Step): void => {
  const rows = both(step, "memberships");
  if (!rows) return;
  const byPair = (all: Iterable<AnyRow>) =>
    Map.groupBy([...all] as unknown as MembershipRow[], (row) => pairOf(row));
  const [were, are] = [byPair(rows.from.values()), byPair(rows.to.values())];
  for (const key of keysOf(rows)) {
    const from = rows.from.get(key);
    const to = rows.to.get(key);
    if (same(from, to)) continue;
    const ids = (to ?? from) as unknown as MembershipRow;
    const options = (row: AnyRow | undefined): MembershipOptions | null => {
      if (!row) return null;
      const { admin, inherit, set } = row as unknown as MembershipRow;
      return { admin, inherit, set };
    };
    step.found({
      kind: "membership",
      role: step.names.role(ids.role),
      member: step.names.role(ids.member),
      grantor: step.names.role(ids.grantor),
      before: options(from),
      after: options(to),
      others: {
        before: othersOf(step, were.get(pairOf(ids)) ?? [], ids.grantor),
        after: othersOf(step, are.get(pairOf(ids)) ?? [], ids.grantor),
      },
    });
  }
};

export const diffMappings = (step: Step): void => {
  const rows = both(step, "mappings");
  for (const key of rows ? keysOf(rows) : []) {
    const before = (rows?.from.get(key) as Mapping | undefined) ?? null;
    const after = (rows?.to.get(key) as Mapping | undefined) ?? null;
    const row = after ?? before;
    if (!row || same(before, after)) continue;
    const role = { oid: row.role, name: row.roleName };
    step.found({ kind: "mapping", role, principal: row.arn, before, after });
  }
};
