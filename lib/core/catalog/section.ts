// The building stones of a catalog's sections: ACLs, and rows that were read or could not be.
import { Oid } from "../base/ids.ts";
import * as z from "../base/zod.ts";

/**
 * One ACL entry. `privileges` and `grantable` are PostgreSQL's letters in its own order ("arwdDxt"); `grantable`
 * is a subset of `privileges`. https://www.postgresql.org/docs/16/ddl-priv.html#PRIVILEGE-ABBREVS-TABLE
 */
export const AclEntry = z.object({
  grantee: Oid,
  grantor: Oid,
  privileges: z.string(),
  grantable: z.string(),
});
export type AclEntry = z.infer<typeof AclEntry>;

/**
 * null: the built-in default of the object's kind applies. `entries` are merged by (grantee, grantor) and sorted so.
 * `unknown` keeps the text of what could not be read (a letter or a role that we do not know).
 */
export const Acl = z.nullable(z.object({ entries: z.array(AclEntry), unknown: z.array(z.string()) }));
export type Acl = z.infer<typeof Acl>;

/**
 * Rows, or why they could not be read; `code` is the SQLSTATE where there was one. Made when it is first used: there are
 * many, and most functions only name them.
 */
export const section = <T extends z.ZodType>(row: T) =>
  z.lazy(() =>
    z.discriminatedUnion("status", [
      z.object({ status: z.literal("read"), rows: z.array(row) }),
      z.object({ status: z.literal("unreadable"), reason: z.string(), code: z.nullable(z.string()) }),
    ]),
  );
