// What one anomaly detector saw of one principal, with its weight; signs of one episode make one finding.

import type { Evidence } from "../base/evidence.ts";
import type { Principal } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";

export type Sign<E extends Evidence = Evidence> = {
  readonly principal: Principal;
  /** The first and the last of the unusual connections. */
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  /** -log2 of how likely this is for a principal that does what it always did. */
  readonly bits: number;
  /** What was seen, in a few words that end the sentence "<principal> ...". */
  readonly says: string;
  readonly evidence: E;
  readonly eventIds: readonly string[];
};

/** A sign with the detector that saw it. */
export type NamedSign = Sign & { readonly detector: string };
