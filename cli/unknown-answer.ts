// An empty list is "none" only where all that it rests on was read.
import { type SectionName, sectionNames } from "../lib/core/catalog/catalog.ts";
import type { AccessEngine } from "../lib/core/privileges/effective.ts";
import { AuditError } from "../lib/errors.ts";
import type { OutputFlags } from "./context.ts";
import { printable } from "./output.ts";

/** Why an empty answer is no "none": which of `sections` could not be read; undefined: it is one. */
export const whyEmpty = (
  { gaps }: Pick<AccessEngine, "gaps">,
  sections: readonly SectionName[] = sectionNames,
): string | undefined => {
  const missing = gaps.filter(({ section }) => sections.includes(section));
  const [first] = missing;
  return first && `${missing.map(({ section }) => section).join(", ")} could not be read (${first.reason})`;
};

/** The sentence in the place of an empty table. */
export const emptyText = (why: string | undefined, none: string): string =>
  why === undefined ? none : `Not known: ${printable(why)}.`;

/** In JSON no list says that it is not known. AuditError("not-found"). */
export const refuseEmpty = ({ json, ndjson }: OutputFlags, why: string | undefined): void => {
  if ((json || ndjson) && why !== undefined)
    throw new AuditError("not-found", `the answer is unknown: ${why}`);
};
