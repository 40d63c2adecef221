// What row-level security makes of a privilege on a table, in a sentence.
import type { RowSecurity } from "../core/privileges/row-security.ts";

/** `rows`: "rows of table app.orders"; `from`: the role, or "some of these roles". Raw names. */
export const rowSecurityText = (state: RowSecurity, table: string, from: string): string =>
  state === "applies"
    ? `Row-level security is enabled on ${table}: its policies decide which rows count, so some may be hidden from ${from}, or writes to them refused.`
    : `Whether row-level security hides rows of ${table} from ${from} is not known: the snapshot does not tell.`;
