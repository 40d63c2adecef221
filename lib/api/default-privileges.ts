// GET /default-privileges: what default privileges will grant on objects that are created later.
import * as z from "zod";
import { objectKinds } from "../core/privileges/effective-objects.ts";
import { basisOf } from "../queries/basis.ts";
import { groundsOfSnapshot } from "../queries/grounds.ts";
import { defaultPrivilegesOf } from "../queries/privileges.ts";
import { readCursor } from "./cursor.ts";
import { type Placed, takePage } from "./page.ts";
import { atParam, clusterParam, optionalText, pageParams, pickAt, pickCluster } from "./params.ts";
import { RowShape } from "./privileges.ts";
import { type Route, route } from "./route.ts";
import { Basis, pinnedSnapshot } from "./snapshot-ref.ts";

const { object: _, column: __, ...held } = RowShape;
const place = {
  creator: z.string().meta({ description: "Whose new objects get it." }),
  kind: z.enum(objectKinds),
  schema: z.nullable(z.string()).meta({ description: "null: in all schemas without a row of their own." }),
} as const;

const DefaultRow = z.object({ ...held, ...place }).meta({
  id: "DefaultPrivilegeRow",
  description: "One privilege that a role will get on an object as soon as the creator creates it.",
});

const DefaultList = z
  .object({
    cluster: z.string(),
    ...Basis,
    unread: z
      .array(z.object({ ...place, entries: z.array(z.string()) }))
      .meta({ description: "Entries that could not be read: whom they will grant what is not known." }),
    items: z.array(DefaultRow),
    next: z.nullable(z.string()),
  })
  .meta({ id: "DefaultPrivilegeList" });

const path = "/default-privileges";
/** The snapshot, and the number of the row. */
const RowPlace = z.tuple([z.int().positive(), z.int().nonnegative()]);

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
    const cluster = await pickCluster(deps, params.cluster);
    const at = pickAt(deps, params.at);
    const snapshot = await pinnedSnapshot(deps, cluster, at, after?.[0]);
    const { rows, unread } = defaultPrivilegesOf(
      groundsOfSnapshot(deps.store, snapshot, at, deps.access),
      params,
    );
    const first = after ? after[1] + 1 : 0;
    const placed = rows
      .slice(first)
      .map(
        (row, i): Placed<z.input<typeof DefaultRow>> => [
          { ...row, path: [...row.path] },
          [snapshot.manifest.seq, first + i],
        ],
      );
    return {
      cluster,
      ...(await basisOf(deps.store.snapshots, cluster, snapshot)),
      unread: unread.map((one) => ({ ...one, entries: [...one.entries] })),
      ...(await takePage(placed, question)),
    };
  },
});
