// What a range asks for, said once for both adapters: an empty bound is no bound, and a range the wrong way round is empty.
import type { Range } from "./table.ts";

/** Bounds are inclusive and never empty strings; undefined: nothing can lie in the range. */
export type SortBounds =
  | { readonly kind: "all" }
  | { readonly kind: "prefix"; readonly prefix: string }
  | { readonly kind: "between"; readonly from?: string; readonly to?: string };

export const sortBounds = ({ prefix, from, to, limit }: Range): SortBounds | undefined => {
  if (to === "" || (limit !== undefined && limit <= 0)) return undefined;
  if (prefix !== undefined && prefix !== "") return { kind: "prefix", prefix };
  if (prefix === "" || (!from && to === undefined)) return { kind: "all" };
  if (from && to !== undefined && Buffer.compare(Buffer.from(from), Buffer.from(to)) > 0) return undefined;
  return { kind: "between", ...(from && { from }), ...(to !== undefined && { to }) };
};
