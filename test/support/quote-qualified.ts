// Qualified names for the SQL that tests run: the product prints them through its one writer of SQL.
import { quoteIdentifier } from "../../lib/core/base/quote.ts";

/** Several names with dots between: quoteQualified("a.b", "c") is `"a.b".c`. */
export const quoteQualified = (...names: readonly string[]): string => names.map(quoteIdentifier).join(".");
