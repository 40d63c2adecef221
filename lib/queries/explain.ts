// Why a role or a principal has a privilege, or which link of the chain is missing.
import { foldArn } from "../core/activity/principal.ts";
import { withoutPath } from "../core/base/ids.ts";
import { type Explanation, explain } from "../core/privileges/explain.ts";
import { findObject, findPrivilege } from "../core/privileges/find-object.ts";
import type { Grounds } from "./grounds.ts";
import { columnsOf, heldOnColumns } from "./privileges.ts";
import { type UnreadEntries, unreadEntries } from "./unread-entries.ts";

export type Explained = Explanation & {
  /** Columns of the table on which the role holds it all the same, at once or after SET ROLE; null: none, or no table. */
  readonly columns: readonly string[] | null;
  readonly unread: readonly UnreadEntries[];
};

/** When the principal last connected as admin: a record may lack the path of an IAM role's ARN. */
const lastAsAdmin = async (grounds: Grounds, who: string): Promise<number | undefined> => {
  if (!who.startsWith("arn:")) return undefined;
  const principal = withoutPath(foldArn(who));
  const own = ((await grounds.adminLogins()) ?? []).filter(({ arn }) => withoutPath(arn) === principal);
  return own.length ? Math.max(...own.map(({ lastUseAt }) => lastUseAt)) : undefined;
};

/** `who`: a role's name, or the ARN of a principal. AuditError as findPrivilege, findObject and findRole. */
export const explainAccess = async (
  grounds: Grounds,
  asked: { readonly who: string; readonly privilege: string; readonly object: string },
): Promise<Explained> => {
  const { engine } = grounds;
  const privilege = findPrivilege(asked.privilege);
  const object = findObject(engine, asked.object, privilege);
  const adminAt = await lastAsAdmin(grounds, asked.who);
  const explanation = explain(engine, asked.who, privilege, object, { adminAt });
  const held = heldOnColumns(engine, privilege, object).filter(({ role }) => role === explanation.role);
  const columns = [...new Set(held.flatMap((row) => row.columns ?? []))];
  return {
    ...explanation,
    columns: columns.length ? columns : null,
    unread: unreadEntries(engine, [object, ...columnsOf(engine, object)]),
  };
};
