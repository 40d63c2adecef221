// What a script is for, told apart from what it takes to run it: on Aurora DSQL `admin` first becomes whoever may say it.
import type { Oid } from "../base/ids.ts";
import { isDsql, rowsOf } from "../catalog/catalog.ts";
import { applyGrant } from "./apply-grant.ts";
import { applyOperation } from "./apply-operation.ts";
import type { Operation, OperationOf } from "./operation.ts";
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

/** Whether it lends what the script takes back, or takes it back: a plan lends what it needs itself. */
const isLent = (operation: Operation, script: Group): boolean => {
  if (operation.does !== "grant" && operation.does !== "revoke") return false;
  const { object, grantee, privilege } = operation;
  const same = script.filter(
    (other): other is OperationOf<"grant" | "revoke"> =>
      (other.does === "grant" || other.does === "revoke") &&
      other.privilege === privilege &&
      other.grantee === grantee &&
      other.object.kind === object.kind &&
      other.object.oid === object.oid &&
      other.object.columnNumber === object.columnNumber,
  );
  const isUsage = object.kind === "schema" && privilege === "USAGE";
  return (
    same.some(({ does, option }) => does === "grant" && (option || isUsage)) &&
    same.some(({ does }) => does === "revoke")
  );
};

/** The operations of one transaction after the other; what stands in none is one by itself. */
const transactionsOf = (operations: Group): Group[] => {
  const all: Operation[][] = [];
  let open = false;
  for (const operation of operations) {
    if (open) all.at(-1)?.push(operation);
    else all.push([operation]);
    if (operation.does === "begin") open = true;
    if (operation.does === "commit") open = false;
  }
  return all;
};

/**
 * The statements without the transactions, without what is lent to be able to say them, without the roles that `admin`
 * grants itself, and without what a new owner needs. In a transaction that becomes a role only what is said as that role
 * is meant. `script`: all of it, of which `operations` are a part.
 */
export const intentsOf = (operations: Group, script: Group, login: State["login"]): Intent[] => {
  const intents: Intent[] = [];
  for (const group of transactionsOf(operations)) {
    const becomes = group.some(({ does }) => does === "set-role");
    let as: Oid | null = null;
    for (const operation of group) {
      const { does } = operation;
      if (does === "set-role") as = operation.role;
      else if (does === "reset-role" || does === "commit") as = null;
      else if (does === "begin" || (does === "join" && operation.member === login)) continue;
      else if (becomes && as === null) continue;
      else if (!isForOwner(operation, script) && !isLent(operation, script)) intents.push({ operation, as });
    }
  }
  return intents;
};

/** The state that is meant: the statement said by who may say it, whatever that takes. undefined: it is refused. */
export const applyIntent = (state: State, { operation, as }: Intent): State | undefined => {
  const after =
    operation.does === "revoke" && as !== null
      ? applyGrant(state, operation, as)
      : applyOperation({ ...state, role: as }, operation);
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
    (row) =>
      row.role === role && row.member === member && (grantor === "superuser" || row.grantor === grantor),
  );
};

/** The same as steps that the server takes from who logs in, a superuser or on Aurora DSQL `admin`, as things stand now. */
export const groupsFor = (state: State, { operation, as }: Intent): readonly Group[] => {
  const isChange = operation.does === "grant" || operation.does === "revoke";
  if (!isDsql(state.catalog))
    return isChange && as !== null ? onAuthorityOf(state, as, operation) : [[operation]];
  const acting = as ?? state.login;
  if (typeof acting !== "number") return [[operation]];
  if (isChange) return onAuthorityOf(state, acting, operation);
  if (operation.does === "own") return giveOnDsql(state, operation.object, operation.owner);
  return asDsqlRole(state, acting, operation);
};
