// One membership in plain words: who became a member of what, by whose grant, and with which options.
import type { ChangeOf, MembershipOptions, OtherMembership } from "../core/history/change.ts";
import { roleWords } from "./subject-text.ts";

/** What the options come to; null is a server that has none: https://www.postgresql.org/docs/16/role-membership.html */
const optionWords = ({ admin, inherit, set }: MembershipOptions): string =>
  [
    inherit === null
      ? ""
      : inherit
        ? "inherits its privileges (INHERIT TRUE)"
        : "inherits nothing (INHERIT FALSE)",
    set === null ? "" : set ? "may SET ROLE to it (SET TRUE)" : "cannot SET ROLE to it (SET FALSE)",
    admin ? "may grant it to others (ADMIN TRUE)" : "",
  ]
    .filter(Boolean)
    .join(", ");

const optionNames = [
  ["inherit", "INHERIT"],
  ["set", "SET"],
  ["admin", "ADMIN"],
] as const;

const truth = (value: boolean | null): string => (value === null ? "not set" : value ? "TRUE" : "FALSE");

const changedWords = (
  before: MembershipOptions,
  after: MembershipOptions,
  others: readonly OtherMembership[],
): string =>
  optionNames
    .filter(([option]) => before[option] !== after[option])
    .map(([option, name]) => {
      const by = others.find((other) => other[option])?.by;
      const all = by ? ` (the grant by ${roleWords(by)} has ${name} TRUE all the same)` : "";
      return `${name} went from ${truth(before[option])} to ${truth(after[option])}${all}`;
    })
    .join(", ");

const othersWords = (others: readonly OtherMembership[]): string =>
  others
    .map((other) => `granted by ${roleWords(other.by)}${optionWords(other) && `: ${optionWords(other)}`}`)
    .join("; and ");

const beginText = (change: ChangeOf<"membership">, after: MembershipOptions): string => {
  const [who, by, of] = [roleWords(change.member), roleWords(change.grantor), roleWords(change.role)];
  const options = optionWords(after) && `: it ${optionWords(after)}`;
  const before = change.others?.before ?? [];
  if (!before.length) return `${who} became a member of ${of}, granted by ${by}${options}`;
  return `${who} was made a member of ${of} by ${by} as well${options}; it was one already, ${othersWords(before)}`;
};

const endText = (change: ChangeOf<"membership">): string => {
  const [who, by, of] = [roleWords(change.member), roleWords(change.grantor), roleWords(change.role)];
  const ended = `the membership of ${who} in ${of} granted by ${by} ended`;
  if (!change.others) return `${ended}; whether another grant of it stands was not recorded`;
  const { after } = change.others;
  if (!after.length) return `${who} is no longer a member of ${of}: the grant by ${by} ended`;
  return `${ended}; ${who} is still a member, ${othersWords(after)}`;
};

/** A change of one membership. Raw names: whoever shows it makes them visible. */
export const membershipText = (change: ChangeOf<"membership">): string => {
  const { before, after } = change;
  if (!after) return endText(change);
  if (!before) return beginText(change, after);
  const others = change.others?.after ?? [];
  return `the membership of ${roleWords(change.member)} in ${roleWords(change.role)}, granted by ${roleWords(change.grantor)}, changed: ${changedWords(before, after, others)}`;
};
