// An object that was made or dropped, in plain words: whose it is, and what others held on it from the first moment or to the last.
import { PUBLIC } from "../core/base/ids.ts";
import { builtInAcl } from "../core/catalog/built-in-acl.ts";
import type { ChangeOf } from "../core/history/change.ts";
import { privilegeWords } from "./grant-text.ts";
import { objectWords, roleWords } from "./subject-text.ts";

type Made = ChangeOf<"object-created"> | ChangeOf<"object-dropped">;

const MOST_TOLD = 8;

/** "rd holds SELECT": what the ACL gives to others than the owner; a missing ACL is the built-in one of its kind. */
const holdersOf = ({ entry, roles }: Made, verb: string): string => {
  // An earlier release kept no names: the entries alone would be numbers.
  if (!roles) return "";
  const { row } = entry;
  const acl = row.acl ?? builtInAcl(entry.section, row, 0);
  const names = new Map(roles.map((ref) => [ref.oid, ref]));
  const letters = new Map<number, string>();
  for (const { grantee, privileges } of acl.entries) {
    if (grantee === row.owner) continue;
    const known = letters.get(grantee) ?? "";
    letters.set(grantee, known + [...privileges].filter((one) => !known.includes(one)).join(""));
  }
  const told = [...letters].map(([oid, held]) => {
    const who = oid === PUBLIC ? "PUBLIC" : roleWords(names.get(oid) ?? { oid, name: null });
    return `${who} ${verb} ${privilegeWords(held)}`;
  });
  const more = told.length - MOST_TOLD;
  return [...told.slice(0, MOST_TOLD), ...(more > 0 ? [`and ${more} more ${verb} something`] : [])]
    .map((one) => `; ${one}`)
    .join("");
};

/** Raw names: whoever shows it makes them visible. */
export const createdText = (change: ChangeOf<"object-created">): string => {
  const owner = change.roles?.find(({ oid }) => oid === change.entry.row.owner);
  const by = owner ? `, owned by ${roleWords(owner)}` : "";
  return `${objectWords(change.object)} was created${by}${holdersOf(change, "holds")}`;
};

/** Raw names: whoever shows it makes them visible. */
export const droppedText = (change: ChangeOf<"object-dropped">): string =>
  `${objectWords(change.object)} was dropped${holdersOf(change, "held")}`;
