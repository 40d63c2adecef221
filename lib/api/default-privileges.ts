// GET /default-privileges: what default privileges will grant on objects that are created later.
import * as z from "../core/base/zod.ts";
import { objectKinds } from "../core/privileges/effective-objects.ts";
import { defaultPrivilegesOf } from "../queries/privileges.ts";
import { askSnapshot, RowPlace, rowsAfter } from "./ask-snapshot.ts";
import { readCursor } from "./cursor.ts";
import { takePage } from "./page.ts";
import { atParam, clusterParam, optionalText, pageParams } from "./params.ts";
import { RowShape } from "./privileges.ts";
import { type Route, route } from "./route.ts";
import { Basis } from "./snapshot-ref.ts";

const { object: _, column: __, ...held } = RowShape;
const place = {
  creator: z.string().check(z.meta({ description: "Whose new objects get it." })),
  kind: z.enum(objectKinds),
  schema: z
    .nullable(z.string())
    .check(z.meta({ description: "null: in all schemas without a row of their own." })),
} as const;

const DefaultRow = z.object({ ...held, ...place }).register(z.globalRegistry, {
  id: "DefaultPrivilegeRow",
  description: "One privilege that a role will get on an object as soon as the creator creates it.",
});

const DefaultList = z
  .object({
    cluster: z.string(),
    ...Basis,
    unread: z
      .array(z.object({ ...place, entries: z.array(z.string()) }))
      .check(
        z.meta({ description: "Entries that could not be read: whom they will grant what is not known." }),
      ),
    items: z.array(DefaultRow),
    next: z.nullable(z.string()),
  })
  .register(z.globalRegistry, { id: "DefaultPrivilegeList" });

const path = "/default-privileges";
export const defaultPrivileges: Route = route({
  path,
  summary: "What default privileges will grant",
  description:
    "What ALTER DEFAULT PRIVILEGES has set: one row for each privilege that a role will get on an object as soon as the creator creates it. Other creators' objects get the built-in privileges.",
  params: z.strictObject({
    ...clusterParam,
    role: optionalText("Only of this role."),
    ...atParam,
    ...pageParams,
  }),
  answer: DefaultList,
  run: async (deps, params) => {
    const question = { path, params };
    const after = readCursor(RowPlace, question);
    const { cluster, grounds, basis, seq } = await askSnapshot(deps, params, { seq: after?.[0] });
    const { rows, unread } = defaultPrivilegesOf(grounds, params);
    const placed = rowsAfter(
      rows,
      after?.[1],
      (row): z.input<typeof DefaultRow> => ({ ...row, path: [...row.path] }),
      (n) => [seq, n],
    );
    return {
      cluster,
      ...basis,
      unread: unread.map((one) => ({ ...one, entries: [...one.entries] })),
      ...(await takePage(placed, question)),
    };
  },
});
