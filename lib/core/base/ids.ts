// The identities that everything else hangs on.
import * as z from "./zod.ts";

/** A DSQL cluster by its ARN; where that is not known, and for another PostgreSQL, `postgres://host:port/database`, without user or password. */
export const Cluster = z.string().check(z.minLength(1), z.maxLength(512)).brand<"Cluster">();
export type Cluster = z.infer<typeof Cluster>;

/** An IAM role, user or root by its IAM ARN; `unknown:<detail>` where a record does not name anybody. */
export const Principal = z.string().check(z.minLength(1), z.maxLength(2048)).brand<"Principal">();
export type Principal = z.infer<typeof Principal>;

/** PostgreSQL's object id: the identity of roles and objects within a cluster. 0 as a grantee is PUBLIC. */
export const Oid = z.int().check(z.nonnegative(), z.lte(4_294_967_295));
export type Oid = number;

export const PUBLIC: Oid = 0;

/** Lower-case hex SHA-256. */
export const Sha256 = z
  .string()
  .check(z.regex(/^[0-9a-f]{64}$/))
  .brand<"Sha256">();
export type Sha256 = z.infer<typeof Sha256>;

// Their own file loads no library, which a thread that reads trail files has no use for.
export { isClusterArn, parseArn, withoutPath } from "./arn.ts";
