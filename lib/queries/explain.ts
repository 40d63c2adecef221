// Why a role or a principal has a privilege, or which link of the chain is missing.
import { foldArn } from "../core/activity/principal.ts";
import { isArn, principalAlike, principalNamed, principalsNamed } from "../core/activity/principal-named.ts";
import { withoutPath } from "../core/base/ids.ts";
import type { Privilege } from "../core/catalog/privileges.ts";
import { roleNameReadings } from "../core/catalog/written-name.ts";
import { explain } from "../core/iam/explain-principal.ts";
import { type AccessObject, sectionOf } from "../core/privileges/effective-objects.ts";
import { ruleReachesOfRole, viewReachesOfRole } from "../core/privileges/escalation-through.ts";
import type { Explanation } from "../core/privileges/explain.ts";
import { findObject, findPrivilege, objectText } from "../core/privileges/find-object.ts";
import { type RowSecurity, rowSecurityOf } from "../core/privileges/row-security.ts";
import { asAdmin } from "../core/remediation/as-admin.ts";
import type { Grounds } from "./grounds.ts";
import { principalsIn } from "./known-principals.ts";
import { columnsOf, heldOnColumns } from "./privileges.ts";
import { type UnreadEntries, unreadEntries } from "./unread-entries.ts";
import { IAM_NOT_READ, IAM_READ_IN_PART } from "./who-may.ts";

export type Explained = Explanation & {
  /** Columns of the table on which the role holds it all the same, at once or after SET ROLE; null: none, or no table. */
  readonly columns: readonly string[] | null;
  /** Views, and what has a rule, through which the role does it to the table all the same, with another's rights; `certain` false: it may. */
  readonly views: readonly {
    readonly view: string;
    /** What does it there: the view itself, or a rule of a view or table. */
    readonly by: "view" | "rule";
    readonly as: string;
    readonly certain: boolean;
  }[];
  /** Whether policies decide which rows the role sees or writes, or may; null: they do not, or it does not hold the privilege. */
  readonly rowSecurity: RowSecurity | null;
  /** What to do where IAM leaves something unknown, in a sentence; null: it does not, or nothing of IAM was asked. */
  readonly next: string | null;
  readonly unread: readonly UnreadEntries[];
};

const isOfData = (privilege: Privilege): boolean =>
  (["SELECT", "INSERT", "UPDATE", "DELETE"] as readonly Privilege[]).includes(privilege);

/** The views by which a role reaches an object with a privilege. */
const viewsTo = (
  { engine }: Grounds,
  role: string | null,
  privilege: Privilege,
  object: AccessObject,
): Explained["views"] => {
  const id = role === null ? undefined : engine.graph.idOfName.get(role);
  if (id === undefined || sectionOf(object.kind) !== "relations") return [];
  const nameOf = (role: number): string => engine.graph.roles[role]?.name ?? "";
  const byView = viewReachesOfRole(engine, id).reaches.flatMap(
    ({ view, relation, privileges, as, certain }) =>
      relation.oid === object.oid && privileges.includes(privilege)
        ? [{ view: objectText(view), by: "view" as const, as: nameOf(as), certain }]
        : [],
  );
  // A rule may do anything with what it names that its owner may.
  const byRule = isOfData(privilege)
    ? ruleReachesOfRole(engine, id).flatMap(({ on, relation, as }) =>
        relation.oid === object.oid && engine.holds(as, privilege, object, { anyColumn: true }) === "yes"
          ? [{ view: objectText(on), by: "rule" as const, as: nameOf(as), certain: false }]
          : [],
      )
    : [];
  return [...byView, ...byRule.filter(({ view }) => !byView.some((one) => one.view === view))];
};

/** A verdict on conditions, too, is that of a role that acts at once or after SET ROLE: by the first step of its path. */
const rowSecurityFor = (
  engine: Grounds["engine"],
  privilege: Privilege,
  object: AccessObject,
  { role }: Explanation,
): RowSecurity | null => {
  const id = role === null ? undefined : engine.graph.idOfName.get(role);
  if (id === undefined) return null;
  const atOnce = engine.holds(id, privilege, object, { anyColumn: true }) === "yes";
  return rowSecurityOf(engine, privilege, object, { role: id, bySetRole: !atOnce });
};

/** When the principal last connected as admin: a record may lack the path of an IAM role's ARN. */
const lastAsAdmin = async (grounds: Grounds, who: string): Promise<number | undefined> => {
  if (!who.startsWith("arn:")) return undefined;
  const principal = withoutPath(foldArn(who));
  const own = ((await grounds.adminLogins()) ?? []).filter(({ arn }) => withoutPath(arn) === principal);
  return own.length ? Math.max(...own.map(({ lastUseAt }) => lastUseAt)) : undefined;
};

const nextOf = ({ principal, links }: Explanation, isRead: boolean): string | null => {
  const isUnknown = links.some(
    ({ step, state }) =>
      state === "unknown" && (step === "identity" || step === "iam" || step === "cluster-policy"),
  );
  if (principal === null || !isUnknown) return null;
  return isRead ? IAM_READ_IN_PART : IAM_NOT_READ;
};

/**
 * A role by its name first; else a principal, by its ARN or by a name that one is known by. What is neither stays as it was
 * asked: then it is a role that is not there.
 */
const whoOf = async (grounds: Grounds, asked: string): Promise<string> => {
  const { engine } = grounds;
  if (roleNameReadings(asked).some((name) => engine.graph.idOfName.has(name))) return asked;
  const admins = (await grounds.adminLogins()) ?? [];
  const known = [...principalsIn(engine.catalog), ...admins.map(({ arn }) => arn)];
  const isMeant =
    isArn(asked) ||
    principalsNamed(asked, known).length > 0 ||
    (!engine.graph.roles.some(({ name }) => name.toLowerCase() === asked.toLowerCase()) &&
      principalAlike(asked, known) !== undefined);
  return isMeant ? principalNamed(asked, known) : asked;
};

/**
 * `who`: a role's name, or a principal's ARN or name. AuditError as findPrivilege, findObject and findRole; "usage" for an ARN of
 * something else and for the name of several principals.
 */
export const explainAccess = async (
  grounds: Grounds,
  asked: { readonly who: string; readonly privilege: string; readonly object: string },
): Promise<Explained> => {
  const { engine } = grounds;
  const privilege = findPrivilege(asked.privilege);
  const object = findObject(engine, asked.object, privilege);
  const who = await whoOf(grounds, asked.who);
  const [adminAt, ways] = await Promise.all([lastAsAdmin(grounds, who), grounds.ways()]);
  const explanation = explain(engine, who, privilege, object, { ways, adminAt });
  const held = heldOnColumns(engine, privilege, object).filter(({ role }) => role === explanation.role);
  const columns = [...new Set(held.flatMap((row) => row.columns ?? []))];
  const holds = explanation.path.length > 0 || columns.length > 0;
  return {
    ...explanation,
    completes: asAdmin(engine, explanation.completes),
    columns: columns.length ? columns : null,
    rowSecurity: holds ? rowSecurityFor(engine, privilege, object, explanation) : null,
    next: nextOf(explanation, engine.catalog.iam !== undefined),
    views: viewsTo(grounds, explanation.role, privilege, object),
    unread: unreadEntries(engine, [object, ...columnsOf(engine, object)]),
  };
};
