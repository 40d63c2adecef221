// What `admin` runs on Aurora DSQL, which knows no superuser, for statements that count as somebody else's: as plans have it.
import type { AccessEngine } from "../privileges/effective.ts";
import type { MaybeSql } from "../sql/guard.ts";
import { applyAll } from "./apply-operation.ts";
import { groupsFor, type Intent } from "./intent.ts";
import { type Operation, operationSql } from "./operation.ts";
import { asDsqlRole, type Group } from "./run-as.ts";
import { type State, stateOf } from "./state.ts";

/** USAGE that is lent to be able to name an object. */
const lentBy = (groups: readonly Group[], asked: Operation): Operation[] =>
  groups.flat().filter((one) => one !== asked && one.does === "grant" && one.privilege === "USAGE");

const after = (state: State, groups: readonly Group[]): State => applyAll(state, groups.flat()) ?? state;

/**
 * Lines for `admin`, each statement in a transaction of its own where it has to become another role for it. USAGE that it
 * takes is given back at the end; roles that `admin` granted itself stay. undefined among them: a name cannot be written.
 */
export const dsqlLines = ({ catalog }: AccessEngine, intents: readonly Intent[]): MaybeSql[] => {
  let state = stateOf(catalog);
  if (!state) return [undefined];
  const lines: MaybeSql[] = [];
  const write = (groups: readonly Group[]): void =>
    void lines.push(...groups.flat().map((operation) => operationSql(operation, catalog)));
  const lent: Operation[] = [];
  for (const [i, intent] of intents.entries()) {
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
