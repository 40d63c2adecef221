// Ends a membership: every grant of it, on its grantor's authority, with what the member passed on.
import type { Oid } from "../base/ids.ts";
import { type Membership, rowsOf } from "../catalog/catalog.ts";
import type { AccessEngine } from "../privileges/effective.ts";
import type { Intent } from "./intent.ts";
import { onDsql, remark, revokeAs, script } from "./script.ts";
import { linesFor, unnamedGrantor } from "./script-lines.ts";

/** Members that have the role by the member's own grants, and they in turn. */
const passedOnTo = (rows: readonly Membership[], member: Oid): Set<Oid> => {
  const reached = new Set([member]);
  for (const from of reached) for (const row of rows) if (row.grantor === from) reached.add(row.member);
  reached.delete(member);
  return reached;
};

/**
 * The REVOKEs for a superuser to run (on Aurora DSQL: for `admin`), or a sentence where there can be none: nobody can
 * revoke what follows from owning the database. https://www.postgresql.org/docs/16/sql-revoke.html
 */
export const revokeMembershipSql = (
  engine: AccessEngine,
  group: string,
  member: { readonly oid: Oid; readonly name: string },
): string => {
  const { graph, catalog } = engine;
  const nameOf = (oid: Oid): string | undefined => graph.roles[graph.idOf.get(oid) ?? -1]?.name;
  const groupOid = graph.roles[graph.idOfName.get(group) ?? -1]?.oid;
  const ofGroup = rowsOf(catalog, "memberships").filter(({ role }) => role === groupOid);
  const rows = ofGroup.filter((row) => row.member === member.oid);
  if (rows.length === 0) {
    return group === "pg_database_owner"
      ? remark(
          `${member.name} is a member of pg_database_owner because it owns the database: give the database another owner.`,
        )
      : remark(`No grant of ${group} to ${member.name} was read: there is nothing to revoke.`);
  }
  const taken = graph.before16 ? new Set<Oid>() : passedOnTo(ofGroup, member.oid);
  // A member may also have granted the role to itself once more.
  const cascade = !graph.before16 && ofGroup.some(({ grantor }) => grantor === member.oid);
  const remarks = taken.size
    ? [
        remark(
          `CASCADE also ends the memberships that ${member.name} granted: ${[...taken].map((oid) => nameOf(oid) ?? `OID ${oid}`).join(", ")}.`,
        ),
      ]
    : [];
  const intents = rows.map(({ role, grantor }): Intent => {
    const pair = { does: "leave", role, member: member.oid, options: {}, cascade } as const;
    // On Aurora DSQL who may grant there, and whether GRANTED BY is taken, is not documented: each runs as its grantor.
    if (onDsql(engine)) return { operation: pair, as: engine.graph.idOf.has(grantor) ? grantor : null };
    return { operation: graph.before16 ? pair : { ...pair, grantor }, as: graph.before16 ? null : grantor };
  });
  const unnamed = unnamedGrantor(engine, intents);
  return unnamed === undefined ? script(linesFor(engine, intents), remarks) : revokeAs(unnamed);
};
