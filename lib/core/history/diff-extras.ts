// What changed of what stands beside the sections; only where both snapshots read it: what one did not read is not compared.
import { PUBLIC } from "../base/ids.ts";
import type { Acl, AclEntry } from "../catalog/catalog.ts";
import { type OtherObject, type OtherSection, otherSections, type ViewRule } from "../catalog/extras.ts";
import type { ChangeOf, Letters } from "./change.ts";
import type { Step } from "./diff-step.ts";

/** The order of a list means nothing in any row: neither of grants nor of relations. */
const written = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(written).sort().join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, inner]) => `${JSON.stringify(name)}:${written(inner)}`).join()}}`;
};

/**
 * What owner and PUBLIC hold while nothing was granted or revoked (acldefault() in acl.c).
 * https://www.postgresql.org/docs/16/ddl-priv.html#PRIVILEGES-SUMMARY-TABLE
 */
const builtIn: Readonly<Record<OtherSection, { readonly owner: string; readonly everyone: string }>> = {
  parameters: { owner: "", everyone: "" },
  largeObjects: { owner: "rw", everyone: "" },
  foreignServers: { owner: "U", everyone: "" },
  foreignDataWrappers: { owner: "U", everyone: "" },
  tablespaces: { owner: "C", everyone: "" },
  languages: { owner: "U", everyone: "U" },
};

const entriesOf = (section: OtherSection, acl: Acl, owner: number | null): readonly AclEntry[] => {
  if (acl) return acl.entries;
  const { owner: own, everyone } = builtIn[section];
  const entry = (grantee: number, privileges: string): AclEntry[] =>
    privileges === "" ? [] : [{ grantee, grantor: owner ?? PUBLIC, privileges, grantable: "" }];
  return [...(owner === null ? [] : entry(owner, own)), ...entry(PUBLIC, everyone)];
};

/** What an object gives. Of a kind that is read only where something was granted, one that is not there has what is built in. */
const givenBy = (
  section: OtherSection,
  row: OtherObject | undefined,
  other: OtherObject | undefined,
): readonly AclEntry[] => {
  if (row) return entriesOf(section, row.acl, row.owner);
  const isRead = section !== "parameters" && section !== "largeObjects";
  return isRead ? [] : entriesOf(section, null, other?.owner ?? null);
};

type Grants = ChangeOf<"other-object">["grants"];

const grantsOf = (
  { names }: Step,
  section: OtherSection,
  from: OtherObject | undefined,
  to: OtherObject | undefined,
): Grants => {
  // ALTER ... OWNER TO puts the new owner wherever the old one stood.
  const was = (oid: number): number =>
    from && to && oid === from.owner && to.owner !== null ? to.owner : oid;
  const pairs = new Map<string, Grants[number]>();
  const add = (side: "before" | "after", { grantee, grantor, privileges, grantable }: AclEntry): void => {
    const [who, by] = side === "before" ? [was(grantee), was(grantor)] : [grantee, grantor];
    const key = `${who}/${by}`;
    const known = pairs.get(key) ?? {
      grantee: names.role(who),
      grantor: names.role(by),
      before: null,
      after: null,
    };
    const join = (a: string, b: string): string => [...new Set([...a, ...b])].sort().join("");
    const held: Letters = known[side] ?? { privileges: "", grantable: "" };
    const joined = {
      privileges: join(held.privileges, privileges),
      grantable: join(held.grantable, grantable),
    };
    pairs.set(key, { ...known, [side]: joined });
  };
  for (const entry of givenBy(section, from, to)) add("before", entry);
  for (const entry of givenBy(section, to, from)) add("after", entry);
  return [...pairs.values()].filter(({ before, after }) => written(before) !== written(after));
};

const diffOthers = (step: Step, section: OtherSection): void => {
  const [from, to] = [step.now.extras[section], step.target.extras[section]];
  if (!from || !to) return;
  const [before, after] = [from, to].map((rows) => new Map(rows.map((row) => [row.oid, row]))) as [
    Map<number, OtherObject>,
    Map<number, OtherObject>,
  ];
  const gone = [...before.keys()].filter((oid) => !after.has(oid));
  for (const oid of [...gone, ...after.keys()].sort((a, b) => a - b)) {
    const [a, b] = [before.get(oid), after.get(oid)];
    if (written(a) === written(b)) continue;
    const state = (row: OtherObject | undefined) =>
      row ? { name: row.name, owner: row.owner, acl: row.acl } : null;
    const owner = (row: OtherObject | undefined) =>
      row && row.owner !== null ? step.names.role(row.owner) : null;
    const grants = grantsOf(step, section, a, b);
    step.found({
      kind: "other-object",
      section,
      oid,
      before: state(a),
      after: state(b),
      owners: { before: owner(a), after: owner(b) },
      grants,
    });
  }
};

/** Every identity of either side, ascending. */
const oidsOf = (a: Iterable<number>, b: Iterable<number>): number[] =>
  [...new Set([...a, ...b])].sort((one, other) => one - other);

const diffViews = ({ now, target, names, found }: Step): void => {
  const [from, to] = [now.extras.views, target.extras.views];
  if (!from || !to) return;
  const [before, after] = [from, to].map((rows) => new Map(rows.map(({ oid, invoker }) => [oid, invoker])));
  for (const oid of oidsOf(before?.keys() ?? [], after?.keys() ?? [])) {
    const [was, is] = [before?.get(oid) ?? null, after?.get(oid) ?? null];
    if (was !== is) found({ kind: "view-rights", object: names.relation(oid), before: was, after: is });
  }
};

const diffRules = ({ now, target, names, found }: Step): void => {
  const [from, to] = [now.extras.viewRules, target.extras.viewRules];
  if (!from || !to) return;
  const [before, after] = [from, to].map((rows) => Map.groupBy(rows, ({ view }) => view));
  for (const oid of oidsOf(before?.keys() ?? [], after?.keys() ?? [])) {
    const [was, is] = [before?.get(oid) ?? [], after?.get(oid) ?? []] as [ViewRule[], ViewRule[]];
    if (written(was) === written(is)) continue;
    const named = oidsOf(
      was.flatMap(({ relations }) => relations),
      is.flatMap(({ relations }) => relations),
    );
    const relations = named.map(names.relation);
    found({ kind: "view-rules", object: names.relation(oid), before: was, after: is, relations });
  }
};

const diffSequences = ({ now, target, names, found }: Step): void => {
  const [from, to] = [now.extras.sequences, target.extras.sequences];
  if (!from || !to) return;
  const [before, after] = [from, to].map(
    (rows) => new Map(rows.map(({ sequence, table }) => [sequence, table])),
  );
  for (const oid of oidsOf(before?.keys() ?? [], after?.keys() ?? [])) {
    const [was, is] = [before?.get(oid), after?.get(oid)];
    if (was === is) continue;
    const ref = (table: number | undefined) => (table === undefined ? null : names.relation(table));
    found({ kind: "sequence-owner", object: names.relation(oid), before: ref(was), after: ref(is) });
  }
};

const diffRowSecurity = ({ now, target, names, found }: Step): void => {
  const [from, to] = [now.extras.rowSecurity, target.extras.rowSecurity];
  if (!from || !to) return;
  const [before, after] = [from, to].map((rows) => new Map(rows.map(({ table, forced }) => [table, forced])));
  for (const oid of oidsOf(before?.keys() ?? [], after?.keys() ?? [])) {
    const [was, is] = [before?.get(oid) ?? null, after?.get(oid) ?? null];
    if (was !== is) found({ kind: "row-security", object: names.relation(oid), before: was, after: is });
  }
};

/** In the order in which snapshots hold them. */
export const diffExtras = (step: Step): void => {
  diffViews(step);
  diffRules(step);
  diffSequences(step);
  for (const section of otherSections) diffOthers(step, section);
  diffRowSecurity(step);
};
