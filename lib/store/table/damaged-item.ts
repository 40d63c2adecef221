// A stored item that cannot be read at all, by its key: whoever checks a store names it and goes no further.
import { AuditError } from "../../errors.ts";

/** Code `store`. */
export class DamagedItem extends AuditError {
  constructor(pk: string, sk: string, what: string, cause?: unknown) {
    super("store", `the stored item ${JSON.stringify(`${pk} ${sk}`)} cannot be read: ${what}`, {
      cause,
      hint: "Put a copy of the store from a backup in its place.",
    });
  }
}
