// One grant or revoke in plain words: what was gained or lost, by whose grant, and what is held all the same.
import { letterBit, privilegeNames } from "../core/catalog/privileges.ts";
import type { ChangeOf, OtherGrant } from "../core/history/change.ts";
import { objectWords, roleWords } from "./subject-text.ts";

/** Names of letters; a letter that we do not know stays a letter. */
export const privilegeWords = (letters: string): string =>
  [...letters].map((letter) => privilegeNames(letterBit(letter))[0] ?? `“${letter}”`).join(", ");

const less = (a: string, b: string): string => [...a].filter((letter) => !b.includes(letter)).join("");
const both = (a: string, b: string): string => [...a].filter((letter) => b.includes(letter)).join("");

const sourceWords = ({ how, to, by }: OtherGrant): string => {
  switch (how) {
    case "grant":
      return `granted by ${roleWords(by)}`;
    case "public":
      return `granted to PUBLIC by ${roleWords(by)}`;
    case "table":
      return `granted on the whole table by ${roleWords(by)}`;
    case "member":
      return `as a member of ${roleWords(to)}`;
    case "superuser":
      return "as a superuser";
    case "unread":
      return "perhaps";
    default:
      return how satisfies never;
  }
};

type Which = "privileges" | "grantable";

/** Of `letters` what others give, each with its source, and what none of them does. */
const split = (
  letters: string,
  others: readonly OtherGrant[],
  which: Which,
): { readonly alone: string; readonly shared: readonly (readonly [string, OtherGrant])[] } => {
  let alone = letters;
  const shared: (readonly [string, OtherGrant])[] = [];
  for (const other of others) {
    const given = both(other[which], alone);
    if (!given) continue;
    alone = less(alone, given);
    shared.push([given, other]);
  }
  return { alone, shared };
};

const sharedWords = (shared: readonly (readonly [string, OtherGrant])[]): string =>
  shared.map(([letters, other]) => `${privilegeWords(letters)}, ${sourceWords(other)}`).join(", and ");
const lettersOf = (shared: readonly (readonly [string, OtherGrant])[]): string =>
  shared.map(([letters]) => letters).join("");

const gainedText = (change: ChangeOf<"grant">, letters: string): string[] => {
  const [who, by, on] = [roleWords(change.grantee), roleWords(change.grantor), objectWords(change.object)];
  const { alone, shared } = split(letters, change.others?.before ?? [], "privileges");
  const held = lettersOf(shared);
  return [
    ...(alone ? [`${who} gained ${privilegeWords(alone)} on ${on}, granted by ${by}`] : []),
    ...(held
      ? [
          `${who} was granted ${privilegeWords(held)} on ${on} by ${by}; ${who} held it already: ${sharedWords(shared)}`,
        ]
      : []),
  ];
};

const lostText = (change: ChangeOf<"grant">, letters: string): string[] => {
  const [who, by, on] = [roleWords(change.grantee), roleWords(change.grantor), objectWords(change.object)];
  if (!letters) return [];
  const ended = (what: string): string =>
    `the grant of ${privilegeWords(what)} on ${on} to ${who} by ${by} ended`;
  if (!change.others) return [`${ended(letters)}; whether another grant gives it was not recorded`];
  const { alone, shared } = split(letters, change.others.after, "privileges");
  const still = lettersOf(shared);
  const unread = change.others.after.some(({ how }) => how === "unread");
  const lost = unread
    ? `${ended(alone)}; whether ${who} still holds it is not known: not everything that may give it could be read`
    : `${who} lost ${privilegeWords(alone)} on ${on}: the grant by ${by} ended`;
  return [
    ...(alone ? [lost] : []),
    ...(still ? [`${ended(still)}; ${who} still holds ${sharedWords(shared)}`] : []),
  ];
};

const optionText = (change: ChangeOf<"grant">, gained: string, lost: string): string[] => {
  const [who, by, on] = [roleWords(change.grantee), roleWords(change.grantor), objectWords(change.object)];
  const { alone, shared } = split(lost, change.others?.after ?? [], "grantable");
  const still = lettersOf(shared);
  return [
    ...(gained ? [`${who} may grant ${privilegeWords(gained)} on ${on} to others, by ${by}`] : []),
    ...(alone ? [`${who} may no longer grant ${privilegeWords(alone)} on ${on}, as ${by} allowed`] : []),
    ...(still
      ? [
          `${who} may no longer grant ${privilegeWords(still)} on ${on} as ${by} allowed, but still may: ${sharedWords(shared)}`,
        ]
      : []),
  ];
};

/** A change of one grant, as clauses joined by semicolons. Raw names: whoever shows it makes them visible. */
export const grantText = (change: ChangeOf<"grant">): string => {
  const { before, after } = change;
  const gained = less(after?.privileges ?? "", before?.privileges ?? "");
  const lost = less(before?.privileges ?? "", after?.privileges ?? "");
  const mayGrant = less(after?.grantable ?? "", before?.grantable ?? "");
  // Whoever lost a privilege can no longer pass it on: that goes without saying.
  const mayNot = less(less(before?.grantable ?? "", after?.grantable ?? ""), lost);
  const parts = [
    ...gainedText(change, gained),
    ...lostText(change, lost),
    ...optionText(change, mayGrant, mayNot),
  ];
  return (
    parts.join("; ") || `${roleWords(change.grantee)} has an unchanged grant on ${objectWords(change.object)}`
  );
};
