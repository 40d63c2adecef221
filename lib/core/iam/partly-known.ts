// Whether a condition holds where the value of its key is known in part, or not at all: what every such request has in common.
import { type AddressRange, inRange, parseRange, rangesMeant } from "./address.ts";
import { type Judged, known, unknown } from "./judged.ts";
import type { Condition } from "./policy.ts";
import { not, some, type Truth } from "./truth.ts";
import type { Filled, Wanted } from "./variables.ts";
import { ANY, matchesFrom } from "./wildcard.ts";

/** Whether every, no, or some text that goes on after `prefix` is the wanted one. */
const beginsWith = ({ text, pattern }: Wanted, prefix: string): Truth =>
  pattern
    ? matchesFrom(pattern, prefix)
    : text.startsWith(prefix) && text.length > prefix.length
      ? "open"
      : "no";

/** A key that is certain to begin so, compared with a text: only operators of texts can tell anything. */
export const judgePrefix = (condition: Condition, wanted: readonly Filled[], prefix: string): Judged => {
  const { operator } = condition;
  if (operator.set !== null || (operator.kind !== "text" && operator.kind !== "pattern"))
    return known("open");
  const any = some(
    wanted.map((one) =>
      one.state === "known" ? beginsWith(one.wanted, prefix) : one.state === "null" ? "no" : one.state,
    ),
  );
  const truth = operator.negated ? not(any) : any;
  return truth === "unknown" ? unknown(`a value of ${condition.key} is not known`) : known(truth);
};

/** An address of which only its network is known: in a range, outside of it, or in either. */
export const judgeRange = (
  { operator, key }: Condition,
  wanted: readonly Filled[],
  network: string,
): Judged => {
  const from = parseRange(network);
  if (operator.kind !== "range" || operator.set !== null || !from) return known("open");
  const isWithin = (range: AddressRange): Truth => {
    if (inRange(from, range) && range.prefix <= from.prefix) return "yes";
    return inRange(range, from) ? "open" : "no";
  };
  const any = some(
    wanted.map((one) => {
      const meant = new Set(one.state === "known" ? rangesMeant(one.wanted.text).map(isWithin) : []);
      const [only = "unknown"] = meant;
      return meant.size === 1 ? only : "unknown";
    }),
  );
  const truth = operator.negated ? not(any) : any;
  return truth === "unknown"
    ? unknown(`${key} is compared with an IPv6 address without a prefix, which may be a network`)
    : known(truth);
};

/** Any text at all: "*". */
const isAnything = (wanted: readonly Filled[]): boolean =>
  wanted.some(
    (one) => one.state === "known" && one.wanted.pattern?.length === 1 && one.wanted.pattern[0] === ANY,
  );

/** Where the request decides: still certain where every value will do. */
export const judgeOpen = ({ operator }: Condition, wanted: readonly Filled[], present: boolean): Judged => {
  if (operator.kind === "pattern" && operator.set === null && isAnything(wanted)) {
    if (!operator.negated && (operator.ifExists || present)) return known("yes");
    if (operator.negated && present) return known("no");
  }
  return known("open");
};
