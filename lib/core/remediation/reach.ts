// The statements that lead from one state of access to another: what undoes a step, and what brings drift back.
import type { Oid } from "../base/ids.ts";
import { type Catalog, isDsql, type Membership, type Role, rowsOf } from "../catalog/catalog.ts";
import { applyAll } from "./apply-operation.ts";
import { BOOTSTRAP_SUPERUSER } from "./membership-change.ts";
import { operationSql } from "./operation.ts";
import { grantsTo, revokesTo } from "./reach-acl.ts";
import { defaultsTo } from "./reach-default.ts";
import { ownersTo } from "./reach-owner.ts";
import { asDsqlRole, type Group } from "./run-as.ts";
import { sameAccess } from "./same-access.ts";
import { graphOf, type State } from "./state.ts";

/** One step as it is run: alone, or one transaction; the state that it leaves. */
export type ReachStep = { readonly text: string; readonly operations: Group; readonly after: State };

export type Reached = {
  readonly steps: readonly ReachStep[];
  readonly state: State;
  /** The wanted state is reached; false: statements can lead no nearer to it. */
  readonly complete: boolean;
};

/** Runs a group; undefined: refused, or it cannot be written. */
export const stepOf = (state: State, operations: Group): ReachStep | undefined => {
  const lines: string[] = [];
  let now: State | undefined = state;
  for (const operation of operations) {
    const text = now && operationSql(operation, now.catalog);
    now = now && applyAll(now, [operation]);
    if (text === undefined || now === undefined) return undefined;
    lines.push(text);
  }
  return { text: lines.join("\n"), operations, after: now };
};

const attributeNames = [
  "superuser", "inherit", "createRole", "createDb", "canLogin", "replication", "bypassRls", "connectionLimit", "validUntil",
] as const; // biome-ignore format: one glance

const rolesTo = ({ catalog }: State, wanted: Catalog): Group[] => {
  const now = new Map(rowsOf(catalog, "roles").map((role) => [role.oid, role]));
  return rowsOf(wanted, "roles").flatMap((role): Group[] => {
    const found = now.get(role.oid);
    if (!found) return [[{ does: "create-role", role }]];
    const other = attributeNames.filter((attribute) => found[attribute] !== role[attribute]);
    const attributes = Object.fromEntries(other.map((attribute) => [attribute, role[attribute]]));
    return other.length ? [[{ does: "attributes", role: role.oid, attributes }]] : [];
  });
};

const keyOf = ({ role, member, grantor }: Membership): string => `${role}/${member}/${grantor}`;

const hasRow = (catalog: Catalog, row: Membership): boolean =>
  rowsOf(catalog, "memberships").some((one) => keyOf(one) === keyOf(row));

/** A change of a membership on the authority of its grantor; what the server granted by itself nobody can grant again. */
const membership = (state: State, does: "join" | "leave", row: Membership): Group[] => {
  const { role, member, grantor, admin, inherit, set } = row;
  const plain = rowsOf(state.catalog, "roles").find(({ oid }) => oid === member)?.inherit ?? true;
  const isPlain = !admin && inherit === plain && set && does === "join" && !hasRow(state.catalog, row);
  const options =
    does === "leave" || isPlain || graphOf(state.catalog).before16
      ? {}
      : { admin, inherit: inherit ?? true, set: set ?? true };
  const operation = { does, role, member, options, cascade: false };
  if (!isDsql(state.catalog)) return [[{ ...operation, grantor }]];
  return grantor === BOOTSTRAP_SUPERUSER && grantor !== state.login
    ? []
    : asDsqlRole(state, grantor, operation);
};

const joinsTo = (state: State, wanted: Catalog): Group[] => {
  const rows = rowsOf(state.catalog, "memberships");
  const now = new Map(rows.map((row) => [keyOf(row), JSON.stringify(row)]));
  const mayGrant = ({ role, grantor }: Membership): boolean =>
    grantor === BOOTSTRAP_SUPERUSER ||
    rows.some((row) => row.role === role && row.member === grantor && row.admin);
  const canonical = ({ role, member, grantor, admin, inherit, set }: Membership): string =>
    JSON.stringify({ role, member, grantor, admin, inherit, set });
  const next = rowsOf(wanted, "memberships").find(
    (row) =>
      now.get(keyOf(row)) !== canonical(row) && mayGrant(row) && membership(state, "join", row).length > 0,
  );
  return next ? membership(state, "join", next) : [];
};

const leavesTo = (state: State, wanted: Catalog): Group[] => {
  const kept = new Set(rowsOf(wanted, "memberships").map(keyOf));
  const surplus = rowsOf(state.catalog, "memberships").filter((row) => !kept.has(keyOf(row)));
  for (const row of surplus) {
    const groups = membership(state, "leave", row);
    // First the ones that nobody else's membership hangs on.
    if (groups.length && runAll(state, groups).complete) return groups;
  }
  return [];
};

const mappingsTo = ({ catalog }: State, wanted: Catalog, does: "map" | "unmap"): Group[] => {
  const [from, to] = does === "unmap" ? [catalog, wanted] : [wanted, catalog];
  const kept = new Set(rowsOf(to, "mappings").map(({ role, arn }) => `${role} ${arn}`));
  return rowsOf(from, "mappings")
    .filter(({ role, arn }) => !kept.has(`${role} ${arn}`))
    .map(({ role, arn }) => [{ does, role, arn }]);
};

const dropsTo = ({ catalog }: State, wanted: Catalog): Group[] => {
  const kept = new Set<Oid>(rowsOf(wanted, "roles").map(({ oid }: Role) => oid));
  return rowsOf(catalog, "roles")
    .filter(({ oid }) => !kept.has(oid))
    .map(({ oid }) => [{ does: "drop-role", role: oid }]);
};

type Part = (state: State, wanted: Catalog) => readonly Group[];

/** In the order that Aurora DSQL needs: mappings go first, roles last; what is granted comes before what is taken away. */
const parts: readonly Part[] = [
  (state, wanted) => mappingsTo(state, wanted, "unmap"),
  rolesTo,
  joinsTo,
  ownersTo,
  grantsTo,
  defaultsTo,
  revokesTo,
  leavesTo,
  dropsTo,
  (state, wanted) => mappingsTo(state, wanted, "map"),
];

const runAll = (
  state: State,
  groups: readonly Group[],
): { readonly steps: ReachStep[]; readonly state: State; readonly complete: boolean } => {
  const steps: ReachStep[] = [];
  let now = state;
  for (const group of groups) {
    const step = stepOf(now, group);
    if (!step) return { steps, state: now, complete: false };
    steps.push(step);
    now = step.after;
  }
  return { steps, state: now, complete: true };
};

/** So often a part may find something more to do: a membership at a time, a chain of grants a link at a time. */
const MAX_ROUNDS = 2_000;
const MAX_PASSES = 4;

/** Runs what a part gives as one piece of work; whether anything changed. Steps that change nothing are left out. */
const work = (made: { state: State; readonly steps: ReachStep[] }, groups: readonly Group[]): boolean => {
  let moved = false;
  for (const group of groups) {
    const step = stepOf(made.state, group);
    if (!step || sameAccess(step.after.catalog, made.state.catalog)) continue;
    made.steps.push(step);
    made.state = step.after;
    moved = true;
  }
  return moved;
};

/** Works each part off until it finds nothing more to do. */
const onePass = (start: State, wanted: Catalog, steps: ReachStep[]): State => {
  const made = { state: start, steps };
  for (const part of parts)
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const [before, count] = [made.state, made.steps.length];
      const groups = part(before, wanted);
      if (!work(made, groups)) break;
      if (groups.length === 1 || !sameAccess(made.state.catalog, before.catalog)) continue;
      // What was lent was handed back, and what it was lent for was not taken: again would be the same.
      made.steps.length = count;
      made.state = before;
      break;
    }
  return made.state;
};

/** The steps to a wanted catalog of the same objects; each is run by the superuser, or on Aurora DSQL by `admin`. */
export const reach = (from: State, wanted: Catalog): Reached => {
  const steps: ReachStep[] = [];
  let state = from;
  for (let pass = 0; pass < MAX_PASSES && !sameAccess(state.catalog, wanted); pass += 1) {
    const before = steps.length;
    state = onePass(state, wanted, steps);
    if (steps.length === before) break;
  }
  return { steps, state, complete: sameAccess(state.catalog, wanted) };
};
