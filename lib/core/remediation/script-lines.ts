// What is run for statements that count as somebody else's: by a superuser, on Aurora DSQL by `admin`. As plans have it.
import type { Oid } from "../base/ids.ts";
import { GRANT_SHIFT, privilegeBit } from "../catalog/privileges.ts";
import type { AccessEngine } from "../privileges/effective.ts";
import type { MaybeSql } from "../sql/guard.ts";
import { applyAll } from "./apply-operation.ts";
import { groupsFor, type Intent, isGone } from "./intent.ts";
import { type Operation, operationSql } from "./operation.ts";
import { asDsqlRole, type Group } from "./run-as.ts";
import { itemsAt, refOf, type State, stateOf } from "./state.ts";

/** USAGE that `admin` lends to be able to name an object. */
const lentBy = (groups: readonly Group[], asked: Operation): Operation[] =>
  groups.flatMap((group) =>
    group.includes(asked)
      ? []
      : group.filter((one) => one.does === "grant" && one.privilege === "USAGE" && !one.option),
  );

const after = (state: State, groups: readonly Group[]): State => applyAll(state, groups.flat()) ?? state;

/** Whether the entry that it would take is gone: CASCADE took it, and who granted it may not grant any more. */
const isTaken = ({ catalog }: State, { operation, as }: Intent): boolean => {
  if (operation.does !== "revoke" || as === null) return false;
  const bit = privilegeBit(operation.privilege) << (operation.option ? GRANT_SHIFT : 0);
  return !itemsAt(catalog, refOf(operation.object)).some(
    ({ grantee, grantor, mask }) => grantee === operation.grantee && grantor === as && mask & bit,
  );
};

/**
 * Lines to run, each statement in a transaction of its own where it takes becoming another role; what an earlier one has
 * taken away already is left out. On Aurora DSQL USAGE that is lent is given back at the end; roles that `admin` granted
 * itself stay. undefined among them: a name cannot be written.
 */
export const linesFor = ({ catalog }: AccessEngine, intents: readonly Intent[]): MaybeSql[] => {
  let state = stateOf(catalog);
  if (!state) return [undefined];
  const lines: MaybeSql[] = [];
  const write = (groups: readonly Group[]): void =>
    void lines.push(...groups.flat().map((operation) => operationSql(operation, catalog)));
  const lent: Operation[] = [];
  for (const [i, intent] of intents.entries()) {
    if (i > 0 && (isGone(state, intent) || isTaken(state, intent))) continue;
    const groups = groupsFor(state, intent);
    write(groups);
    lent.push(...lentBy(groups, intent.operation));
    // Thinking it through is work: a single statement has nothing after it that depends on it.
    if (i < intents.length - 1 || lent.length) state = after(state, groups);
  }
  for (const one of lent.toReversed()) {
    if (one.does !== "grant") continue;
    const groups = asDsqlRole(state, one.object.owner, { ...one, does: "revoke" });
    write(groups);
    state = after(state, groups);
  }
  return lines;
};

/** The first role on whose authority a statement is to count and whose name the snapshot does not have. */
export const unnamedGrantor = ({ graph }: AccessEngine, intents: readonly Intent[]): Oid | undefined =>
  intents.find(({ as }) => as !== null && !graph.idOf.has(as))?.as ?? undefined;
