// GET /privileges and /who-can: who holds what at a moment, by which path.
import * as z from "../core/base/zod.ts";
import { archetypes } from "../core/privileges/archetype.ts";
import type { AccessEngine } from "../core/privileges/effective.ts";
import type { RoleId } from "../core/privileges/effective-graph.ts";
import { type AccessObject, objectKinds } from "../core/privileges/effective-objects.ts";
import type { PrivilegeRow } from "../core/privileges/effective-rows.ts";
import { rowSecurityStates } from "../core/privileges/row-security.ts";
import { archetypeOfRole } from "../queries/archetypes.ts";
import { type HolderRow, privilegesOf, whoCan as whoCanOf } from "../queries/privileges.ts";
import type { UnreadEntries } from "../queries/unread-entries.ts";
import { askSnapshot, RowPlace, rowsAfter } from "./ask-snapshot.ts";
import { readCursor } from "./cursor.ts";
import { type Placed, takePage } from "./page.ts";
import { atParam, clusterParam, optionalText, pageParams, text } from "./params.ts";
import { type Route, route } from "./route.ts";
import { Basis, Time } from "./snapshot-ref.ts";

const Kind = z.enum(objectKinds);
export const OBJECT_NAME =
  'As SQL names it: app.orders, "a.b".c, app.orders.amount, app.f(integer); a kind may stand in front: schema app.';

export const RowShape = {
  role: z.string(),
  kind: Kind,
  schema: z.nullable(z.string()),
  object: z.string(),
  column: z.nullable(z.string()),
  privilege: z.string(),
  grantable: z.boolean().check(z.meta({ description: "With grant option." })),
  holds: z.enum(["inherited", "set-role"]).check(z.meta({ description: "At once, or only after SET ROLE." })),
  usable: z.nullable(z.boolean()).check(
    z.meta({
      description: "The schema's USAGE lets it be used; null for schemas and databases.",
    }),
  ),
  path: z.array(z.string()).check(
    z.meta({
      description:
        "From the role to the one that holds it directly; a last PUBLIC where it comes from there.",
    }),
  ),
} as const;

const Row = z.object(RowShape).register(z.globalRegistry, {
  id: "PrivilegeRow",
  description: "One privilege that a role holds; names are raw.",
});

export const Unread = z
  .object({
    kind: Kind,
    schema: z.nullable(z.string()),
    object: z.string(),
    column: z.nullable(z.string()),
    entries: z.array(z.string()).check(z.meta({ description: "As the catalog has them." })),
  })
  .register(z.globalRegistry, {
    id: "UnreadEntries",
    description: "Entries of an ACL that could not be read: whom they grant what is not known.",
  });

export const unreadAnswer = (one: UnreadEntries): z.input<typeof Unread> => ({
  ...one,
  entries: [...one.entries],
});

const RoleArchetype = z
  .object({
    archetype: z
      .nullable(z.enum(archetypes))
      .check(
        z.meta({ description: "Declared, else what its name and grants point to; null: nothing tells." }),
      ),
    because: z.string(),
    declared: z.boolean().check(z.meta({ description: "In the settings or the published baseline." })),
  })
  .register(z.globalRegistry, { id: "RoleArchetype", description: "What a role is for." });

const PrivilegeList = z
  .object({
    cluster: z.string(),
    ...Basis,
    archetype: z
      .nullable(RoleArchetype)
      .check(z.meta({ description: "Of the role that is asked about; null: of no single one." })),
    unread: z.array(Unread),
    items: z.array(Row),
    next: z.nullable(z.string()),
  })
  .register(z.globalRegistry, { id: "PrivilegeList" });

const path = "/privileges";
/** The snapshot, the object's number, and how many of its rows were given. */
const CellPlace = z.tuple([
  z.int().check(z.positive()),
  z.int().check(z.nonnegative()),
  z.int().check(z.nonnegative()),
]);

const rowsBehind = function* (
  engine: AccessEngine,
  seq: number,
  role: RoleId | undefined,
  objects: readonly AccessObject[],
  [, from, given]: z.output<typeof CellPlace> = [1, 0, 0],
): Generator<Placed<PrivilegeRow>> {
  for (const object of objects) {
    if (object.index < from) continue;
    const skip = object.index === from ? given : 0;
    let n = 0;
    for (const row of engine.rows({ ...(role !== undefined && { role }), objects: [object] })) {
      n += 1;
      if (n > skip) yield [row, [seq, object.index, n]];
    }
  }
};

const listed = (row: PrivilegeRow): z.input<typeof Row> => ({ ...row, path: [...row.path] });

export const privileges: Route = route({
  path,
  summary: "Effective privileges",
  description:
    "One row for each privilege that a role holds at the moment, of all roles but the predefined ones and all objects outside the system schemas. By object, then role, then privilege; all pages rest on one snapshot.",
  params: z.strictObject({
    ...clusterParam,
    role: optionalText("Only of this role."),
    object: optionalText(`Only on this object, a table with its columns. ${OBJECT_NAME}`),
    ...atParam,
    ...pageParams,
  }),
  answer: PrivilegeList,
  run: async (deps, params) => {
    const question = { path, params };
    const place = readCursor(CellPlace, question);
    const { cluster, grounds, basis, seq } = await askSnapshot(deps, params, { seq: place?.[0] });
    const { role, objects, unread } = privilegesOf(grounds, params);
    const rows = rowsBehind(grounds.engine, seq, role, objects, place);
    const { items, next } = await takePage(rows, question);
    return {
      cluster,
      ...basis,
      archetype: role === undefined ? null : await archetypeOfRole(grounds, role),
      unread: unread.map(unreadAnswer),
      items: items.map(listed),
      next,
    };
  },
});

const Principal = z
  .object({
    arn: z.string(),
    wall: z.enum(["allowed", "denied", "conditional", "unknown"]).check(
      z.meta({
        description:
          "What IAM and the cluster policy say of its way in: to admin of dsql:DbConnectAdmin, else of dsql:DbConnect; `/who-may` says why.",
      }),
    ),
    via: z.enum(["mapping", "iam", "admin-login"]).check(
      z.meta({
        description:
          "`iam`: IAM lets it in as admin, or may, without a mapping; `admin-login`: it was seen as admin, and IAM does not say that it may be now.",
      }),
    ),
    conditions: z.array(z.string()).check(z.meta({ description: "Where `wall` is conditional." })),
    identity: z.nullable(z.enum(["exists", "gone", "remade", "unknown"])).check(
      z.meta({
        description:
          "Who is behind the mapping: `gone` and `remade` (deleted and made again) cannot connect by it; null: no mapping is needed.",
      }),
    ),
    lastUseAt: z.optional(Time).check(z.meta({ description: "When it was last seen connecting as admin." })),
  })
  .register(z.globalRegistry, { id: "ReachingPrincipal", description: "A principal that reaches the role." });

/** As rowSecurityOf says it. */
export const RowSecurityAnswer = z.nullable(z.enum(rowSecurityStates)).check(
  z.meta({
    description:
      "Whether row-level security decides which rows: `applies`, or `unknown`, it was not read; null: it does not. Always null on Aurora DSQL.",
  }),
);

const WhoCanRow = z
  .object({
    ...RowShape,
    rowSecurity: RowSecurityAnswer,
    paths: z
      .nullable(z.number())
      .check(z.meta({ description: "In how many ways it is held; null: more than can be counted." })),
    columns: z.nullable(z.array(z.string())).check(
      z.meta({
        description: "Held on these columns of the table alone; null: on the whole object.",
      }),
    ),
    principals: z.nullable(z.array(Principal)).check(
      z.meta({
        description: "Who reaches the role, by ARN; null: that is not known.",
      }),
    ),
    morePrincipals: z.nullable(z.enum(["iam-not-read", "iam-unreadable", "mappings-unreadable"])).check(
      z.meta({
        description: "Why there may be more than `principals`; null: these are all.",
      }),
    ),
  })
  .register(z.globalRegistry, { id: "WhoCanRow" });

const WhoCanAnswer = z
  .object({
    cluster: z.string(),
    ...Basis,
    object: z.object({
      kind: Kind,
      schema: z.nullable(z.string()),
      object: z.string(),
      column: z.nullable(z.string()),
    }),
    privilege: z.string(),
    unknownRoles: z.nullable(z.int()).check(
      z.meta({
        description:
          "Of how many other roles it cannot be said that they do not hold it; null where the roles could not be read.",
      }),
    ),
    unread: z.array(Unread),
    items: z.array(WhoCanRow),
    next: z.nullable(z.string()),
  })
  .register(z.globalRegistry, { id: "WhoCanAnswer" });

const whoCanPath = "/who-can";

const holderAnswer = (row: HolderRow): z.input<typeof WhoCanRow> => ({
  ...listed(row),
  paths: Number.isFinite(row.paths) ? row.paths : null,
  columns: row.columns && [...row.columns],
  principals: row.principals?.map((one) => ({ ...one, conditions: [...one.conditions] })) ?? null,
  morePrincipals: row.morePrincipals,
  rowSecurity: row.rowSecurity,
});

export const whoCan: Route = route({
  path: whoCanPath,
  summary: "Who holds a privilege on an object",
  description:
    "All roles that hold it at once or after SET ROLE, on the whole object or on columns of it, by name, each with the principals that reach it.",
  params: z.strictObject({
    ...clusterParam,
    privilege: text("SELECT, INSERT, USAGE, EXECUTE, …"),
    object: text(OBJECT_NAME),
    ...atParam,
    ...pageParams,
  }),
  answer: WhoCanAnswer,
  run: async (deps, params) => {
    const question = { path: whoCanPath, params };
    const place = readCursor(RowPlace, question);
    const { cluster, grounds, basis, seq } = await askSnapshot(deps, params, { seq: place?.[0] });
    const { privilege, object, rows, unknownRoles, unread } = await whoCanOf(grounds, params);
    const placed = rowsAfter(rows, place?.[1], holderAnswer, (n) => [seq, n]);
    return {
      cluster,
      ...basis,
      object: { kind: object.kind, schema: object.schema, object: object.name, column: object.column },
      privilege,
      unknownRoles,
      unread: unread.map(unreadAnswer),
      ...(await takePage(placed, question)),
    };
  },
});
