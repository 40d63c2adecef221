// What a finding of privilege-exceeds-archetype shows, and why the role should have less.

import type { Since } from "../../../core/findings/catalog-judgement.ts";
import { type Archetype, type ArchetypeOf, isReader } from "../../../core/privileges/archetype.ts";

type ShownObject = { readonly kind: string; readonly name: string; readonly oid: number };
export type ExcessEvidence = {
  /** Of a role that is there to read. */
  readonly readOnlyBecause?: string;
  /** Of any other: what it was declared to be for. */
  readonly declaredAs?: Archetype;
  readonly privilege?: string;
  readonly privileges?: readonly string[];
  readonly object?: ShownObject;
  readonly path?: readonly string[];
  readonly holds?: string;
  readonly objects?: readonly string[];
  readonly objectCount?: number;
  readonly usable?: boolean;
  readonly since: Since;
};

/** Why it should have less, as its evidence says it; `writes`: reading and writing rows is what it is for. */
export type Purpose = {
  readonly evidence: Pick<ExcessEvidence, "readOnlyBecause" | "declaredAs">;
  readonly writes: boolean;
};

/** What of a role's purpose is judged; undefined: nothing. A service is one by declaration alone, a reader by its name too. */
export const purposeOf = ({ archetype, because }: ArchetypeOf): Purpose | undefined => {
  if (archetype === "service") return { evidence: { declaredAs: archetype }, writes: true };
  if (!isReader(archetype)) return undefined;
  const declared = archetype === "read-only" ? because : `declared as ${archetype}`;
  return { evidence: { readOnlyBecause: declared }, writes: false };
};
