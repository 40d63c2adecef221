// Changes of what stands beside the sections, in plain words: rarer objects, rights and rules of views, columns of sequences.
import { counted } from "../core/base/counted.ts";
import { otherName, type ViewRule } from "../core/catalog/extras.ts";
import type { ChangeOf, Letters, ObjectRef, RoleRef } from "../core/history/change.ts";
import { privilegeWords } from "./grant-text.ts";
import { objectWords, roleWords } from "./subject-text.ts";

const less = (a = "", b = ""): string => [...a].filter((letter) => !b.includes(letter)).join("");

/**
 * What one grant gave and gives. That a grant ended is not that its privilege is lost: another grant may give it, or
 * PUBLIC, or a membership.
 */
const grantWords = (
  { grantee, grantor, before, after }: ChangeOf<"other-object">["grants"][number],
  what: string,
): string[] => {
  const [who, by] = [roleWords(grantee), roleWords(grantor)];
  const letters = (a: Letters | null, b: Letters | null, which: keyof Letters): string =>
    less(a?.[which], b?.[which]);
  const gained = letters(after, before, "privileges");
  const ended = letters(before, after, "privileges");
  const option = letters(after, before, "grantable");
  // Whoever no longer has a privilege cannot pass it on: that goes without saying.
  const noOption = less(letters(before, after, "grantable"), ended);
  return [
    ...(gained ? [`${who} was granted ${privilegeWords(gained)} on ${what} by ${by}`] : []),
    ...(option ? [`${who} may grant ${privilegeWords(option)} on ${what} to others, by ${by}`] : []),
    ...(ended ? [`the grant of ${privilegeWords(ended)} on ${what} to ${who} by ${by} ended`] : []),
    ...(noOption
      ? [`${who} may no longer grant ${privilegeWords(noOption)} on ${what}, as ${by} allowed`]
      : []),
  ];
};

const heldWords = ({ grantee, before }: ChangeOf<"other-object">["grants"][number]): string[] =>
  before ? [`${roleWords(grantee)} held ${privilegeWords(before.privileges)}`] : [];

/** Of these only those objects are in a snapshot that somebody granted something on: one that comes was there before. */
const onlyGranted: readonly string[] = ["parameters", "largeObjects"];

const MOST_GRANTS = 8;

/** Raw names: whoever shows it makes them visible. */
export const otherObjectText = (change: ChangeOf<"other-object">): string => {
  const { section, before, after, owners, grants } = change;
  const what = otherName(section, (after ?? before)?.name ?? "");
  const by = (owner: RoleRef | null): string => (owner ? `, owned by ${roleWords(owner)}` : "");
  const comes = !before && !onlyGranted.includes(section);
  const goes = !after && !onlyGranted.includes(section);
  // What the owner of a new object holds, and what goes with one that is dropped, says nothing more.
  const owner = comes ? owners.after : goes ? owners.before : null;
  const told = grants.filter(({ grantee }) => grantee.oid !== owner?.oid);
  const words = told.flatMap((one) => (goes ? heldWords(one) : grantWords(one, what)));
  const unread = (state: typeof before): number => state?.acl?.unknown.length ?? 0;
  const parts = [
    ...(comes ? [`${what} was created${by(owners.after)}`] : []),
    ...(goes ? [`${what} was dropped`] : []),
    ...(before && after && before.name !== after.name ? [`${what} was renamed from ${before.name}`] : []),
    ...(before && after && owners.before && owners.after && owners.before.oid !== owners.after.oid
      ? [`${what} went from owner ${roleWords(owners.before)} to ${roleWords(owners.after)}`]
      : []),
    ...words.slice(0, MOST_GRANTS),
    ...(words.length > MOST_GRANTS ? [`and ${words.length - MOST_GRANTS} more`] : []),
    ...(unread(before) || unread(after)
      ? [`${counted(unread(after), "entry", "entries")} of its ACL cannot be read, ${unread(before)} before`]
      : []),
  ];
  return parts.join("; ") || `${what}: its built-in privileges were written down or stand for its ACL again`;
};

const rights = (invoker: boolean): string => `with the rights of ${invoker ? "its caller" : "its owner"}`;

/** Raw names, as all here. */
export const viewRightsText = ({ object, before, after }: ChangeOf<"view-rights">): string => {
  const view = objectWords(object);
  if (after === null) return `${view} is no longer read as a view; it ran ${rights(before ?? false)}`;
  return before === null
    ? `${view} runs ${rights(after)}`
    : `${view} runs ${rights(after)}, before ${rights(before)} (security_invoker)`;
};

const ruleWords = (rule: ViewRule, relations: readonly ObjectRef[]): string => {
  const named = rule.relations.map((oid) => {
    const found = relations.find((one) => one.oid === oid);
    return found ? objectWords(found) : `OID ${oid}`;
  });
  const on = named.length ? ` ${named.join(", ")}` : " no table";
  if (!rule.event) {
    const writes = [
      ...(rule.updatable & 8 ? ["INSERT"] : []),
      ...(rule.updatable & 4 ? ["UPDATE"] : []),
      ...(rule.updatable & 16 ? ["DELETE"] : []),
    ];
    return `reads${on}${writes.length ? ` and passes ${writes.join(", ")} on` : ""}`;
  }
  return `a rule on ${rule.event}${rule.instead ? " (instead)" : ""} reaches${on}`;
};

const same = (a: ViewRule, b: ViewRule): boolean => {
  const plain = ({ relations, ...rest }: ViewRule) =>
    JSON.stringify([relations.toSorted((x, y) => x - y), Object.entries(rest).sort()]);
  return plain(a) === plain(b);
};

export const viewRulesText = ({ object, before, after, relations }: ChangeOf<"view-rules">): string => {
  const fresh = after.filter((rule) => !before.some((one) => same(one, rule)));
  const gone = before.filter((rule) => !after.some((one) => same(one, rule)));
  const words = [
    ...fresh.map((rule) => `now ${ruleWords(rule, relations)}`),
    ...gone.map((rule) => `no longer ${ruleWords(rule, relations)}`),
  ];
  return `${objectWords(object)}: its rules changed${words.length ? `: ${words.join("; ")}` : ""}`;
};

export const rowSecurityChangeText = ({ object, before, after }: ChangeOf<"row-security">): string => {
  const table = objectWords(object);
  if (after === null) return `row-level security of ${table} was disabled`;
  const forced = `${after ? "also" : "not"} forced on its owner`;
  return before === null
    ? `row-level security of ${table} was enabled, ${forced}`
    : `row-level security of ${table} is now ${forced}`;
};

export const sequenceOwnerText = ({ object, before, after }: ChangeOf<"sequence-owner">): string => {
  const sequence = objectWords(object);
  if (after === null)
    return `${sequence} no longer belongs to a column of ${before ? objectWords(before) : "a table"}`;
  return `${sequence} belongs to a column of ${objectWords(after)}${before ? `, before of ${objectWords(before)}` : ""}`;
};
