// The uses of an identity in the order of time, wherever they are kept: of half a million connections only what ascribing
// them takes is looked at.
import type { Timeline } from "../activity/activity-index.ts";
import { isSortedBy } from "../base/sorted.ts";
import type { Instant } from "../base/time.ts";
import { isUse, type Use } from "./use-ledger.ts";

/** Uses by number, as `byUse` sorts them. */
export type Uses = {
  readonly length: number;
  readonly firstAt: (n: number) => Instant;
  readonly lastAt: (n: number) => Instant;
  readonly texts: (n: number) => Pick<Use, "principal" | "role">;
  readonly firstEventId: (n: number) => string;
};

const byTime =
  ({ firstAt, lastAt, firstEventId }: Uses) =>
  (a: number, b: number): number => {
    const difference = firstAt(a) - firstAt(b) || lastAt(a) - lastAt(b);
    if (difference !== 0 || a === b) return difference;
    const [one, other] = [firstEventId(a), firstEventId(b)];
    return one < other ? -1 : one > other ? 1 : 0;
  };

/** Some of the uses, in their order. */
const sorted = (all: Uses, some: Uint32Array): Uses => {
  const compare = byTime(all);
  const numbers = isSortedBy(some, compare) ? some : some.sort(compare);
  const of = (n: number): number => numbers[n] ?? -1;
  return {
    length: numbers.length,
    firstAt: (n) => all.firstAt(of(n)),
    lastAt: (n) => all.lastAt(of(n)),
    texts: (n) => all.texts(of(n)),
    firstEventId: (n) => all.firstEventId(of(n)),
  };
};

const everyNumber = (length: number): Uint32Array => Uint32Array.from({ length }, (_, n) => n);

/** A list of uses, in any order. */
export const usesOf = (list: readonly Use[]): Uses => {
  const at = (n: number): Use => list[n] as Use;
  const uses: Uses = {
    length: list.length,
    firstAt: (n) => at(n).firstAt,
    lastAt: (n) => at(n).lastAt,
    texts: at,
    firstEventId: (n) => at(n).firstEventId,
  };
  return sorted(uses, everyNumber(list.length));
};

/** What of a timeline are uses that begin at `since` or later. */
export const usesIn = (line: Timeline, since: Instant): Uses => {
  const found: number[] = [];
  for (let n = 0; n < line.length; n++) if (line.firstAt(n) >= since && isUse(line.texts(n))) found.push(n);
  const { length, firstAt, lastAt, texts, tally } = line;
  return sorted(
    { length, firstAt, lastAt, texts, firstEventId: (n) => tally(n).firstEventId },
    Uint32Array.from(found),
  );
};

/** All of several. */
export const joinedUses = (parts: readonly Uses[]): Uses => {
  const filled = parts.filter(({ length }) => length > 0);
  const [only] = filled;
  if (only && filled.length === 1) return only;
  const total = filled.reduce((sum, { length }) => sum + length, 0);
  /** The part that a number lies in, and its number there. */
  const ask =
    <T>(question: (part: Uses, n: number) => T) =>
    (n: number): T => {
      let left = n;
      for (const part of filled) {
        if (left < part.length) return question(part, left);
        left -= part.length;
      }
      throw new RangeError(`no use ${n}`);
    };
  return sorted(
    {
      length: total,
      firstAt: ask((part, n) => part.firstAt(n)),
      lastAt: ask((part, n) => part.lastAt(n)),
      texts: ask((part, n) => part.texts(n)),
      firstEventId: ask((part, n) => part.firstEventId(n)),
    },
    everyNumber(total),
  );
};
