// The sections of a catalog whose rows are objects with an owner and an ACL.
import * as z from "../base/zod.ts";

export const ObjectSection = z.enum(["schemas", "relations", "columns", "functions", "types", "database"]);
export type ObjectSection = z.infer<typeof ObjectSection>;
