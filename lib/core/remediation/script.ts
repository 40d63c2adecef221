// Puts statements together to what one person can paste: alone, or as one transaction, with what must be said before.
import { visible } from "../base/visible-text.ts";
import { isDsql } from "../catalog/catalog.ts";
import type { AccessEngine } from "../privileges/effective.ts";
import { isClosedOnDsql } from "../sql/dsql.ts";
import type { MaybeSql } from "../sql/guard.ts";

/** One line of comment; what a name hides is spelled out. */
export const remark = (text: string): string => `-- ${visible(text, 400)}`;

/** Said instead of a statement: a name that no SQL can hold must be dealt with by hand. */
const CANNOT = remark("No statement can be written: a name or an argument list there cannot stand in SQL.");

/** Lines of a script; undefined among them makes the whole a sentence, as half of it would be worse than nothing. */
export const script = (lines: readonly MaybeSql[], remarks: readonly string[] = []): string =>
  lines.includes(undefined) ? CANNOT : [...remarks, ...lines].join("\n");

/** As one transaction: all of it or nothing. */
export const transaction = (lines: readonly MaybeSql[]): MaybeSql[] => [
  "BEGIN;" as MaybeSql,
  ...lines,
  "COMMIT;" as MaybeSql,
];

/** Whether what is printed will be run on Aurora DSQL. */
export const onDsql = (engine: AccessEngine): boolean => isDsql(engine.catalog);

/** What Aurora DSQL refuses to GRANT, REVOKE or ALTER, in a sentence: its system's schemas and the database. */
export const refusedOnDsql = (
  engine: AccessEngine,
  { kind, name }: { readonly kind: string; readonly name: string },
): string | undefined =>
  onDsql(engine) && isClosedOnDsql(kind, name)
    ? remark(
        `Aurora DSQL changes nothing on ${kind === "database" ? "the database" : `schema ${name}`}: no statement can.`,
      )
    : undefined;
