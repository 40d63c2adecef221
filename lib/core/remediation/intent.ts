// What a script is for, told apart from what it takes to run it: on Aurora DSQL `admin` first becomes whoever may say it.
import type { Oid } from "../base/ids.ts";
import { isDsql, rowsOf } from "../catalog/catalog.ts";
import { applyOperation } from "./apply-operation.ts";
import type { Operation } from "./operation.ts";
import { giveOnDsql } from "./reach-owner.ts";
import { asDsqlRole, type Group, onAuthorityOf } from "./run-as.ts";
import type { State } from "./state.ts";

/** A statement that changes access, and as whom it is said; null: as who logs in. */
export type Intent = { readonly operation: Operation; readonly as: Oid | null };

/** Whether it only lets somebody own an object that the script gives to him: CREATE on the object's schema. */
const isForOwner = (operation: Operation, script: Group): boolean =>
  operation.does === "grant" &&
  operation.privilege === "CREATE" &&
  script.some(
    (other) =>
      other.does === "own" &&
      other.owner === operation.grantee &&
      other.object.schemaOid === operation.object.oid,
  );

/** Whether it lends USAGE that the script takes back, or takes it back: a plan lends what it needs itself. */
const isLent = (operation: Operation, script: Group): boolean => {
  if ((operation.does !== "grant" && operation.does !== "revoke") || operation.privilege !== "USAGE")
    return false;
  const { object, grantee } = operation;
  const does = (what: "grant" | "revoke"): boolean =>
    script.some(
      (other) =>
        other.does === what &&
        other.privilege === "USAGE" &&
        other.grantee === grantee &&
        other.object.kind === object.kind &&
        other.object.oid === object.oid,
    );
  return object.kind === "schema" && does("grant") && does("revoke");
};

/**
 * The statements without the transactions, without the roles that `admin` grants itself to be able to run them, without
 * USAGE that is lent for them, and without what a new owner needs. `script`: all of it, of which `operations` are a part.
 */
export const intentsOf = (operations: Group, script: Group, login: State["login"]): Intent[] => {
  const intents: Intent[] = [];
  let as: Oid | null = null;
  for (const operation of operations) {
    const { does } = operation;
    if (does === "set-role") as = operation.role;
    else if (does === "commit" || does === "reset-role") as = null;
    else if (does === "begin" || (does === "join" && operation.member === login)) continue;
    else if (!isForOwner(operation, script) && !isLent(operation, script)) intents.push({ operation, as });
  }
  return intents;
};

/** The state that is meant: the statement said by who may say it, whatever that takes. undefined: it is refused. */
export const applyIntent = (state: State, { operation, as }: Intent): State | undefined => {
  const after = applyOperation({ ...state, role: as }, operation);
  return after && { ...after, role: null };
};

/**
 * Whether what it would take away is not there any more: an earlier statement took it. The server refuses to unmap twice, and
 * takes no REVOKE of a role from who may not grant it any more: CASCADE has ended all that it granted.
 */
export const isGone = ({ catalog, login }: State, { operation, as }: Intent): boolean => {
  if (operation.does === "unmap") {
    const { role, arn } = operation;
    return !rowsOf(catalog, "mappings").some((row) => row.role === role && row.arn === arn);
  }
  if (operation.does !== "leave") return false;
  const { role, member, grantor = as ?? login } = operation;
  return !rowsOf(catalog, "memberships").some(
    (row) => row.role === role && row.member === member && row.grantor === grantor,
  );
};

/** The same as steps that Aurora DSQL takes from `admin`, as things stand now. */
export const groupsFor = (state: State, { operation, as }: Intent): readonly Group[] => {
  const { login } = state;
  const acting = as ?? login;
  if (!isDsql(state.catalog) || typeof acting !== "number") return [[operation]];
  if (operation.does === "grant" || operation.does === "revoke")
    return onAuthorityOf(state, acting, operation);
  if (operation.does === "own") return giveOnDsql(state, operation.object, operation.owner);
  return asDsqlRole(state, acting, operation);
};
