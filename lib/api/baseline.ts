// GET /baseline/drift: where the access of a snapshot is another than the published baseline declares.
import { iso } from "../core/base/time.ts";
import * as z from "../core/base/zod.ts";
import { AuditError } from "../errors.ts";
import { driftFrom, publishedAt } from "../queries/baseline-drift.ts";
import { askSnapshot, rowsAfter } from "./ask-snapshot.ts";
import { Moment, readCursor } from "./cursor.ts";
import { takePage } from "./page.ts";
import { atParam, clusterParam, pageParams } from "./params.ts";
import { type Route, route } from "./route.ts";
import { Basis, Section, Time } from "./snapshot-ref.ts";

const Row = z
  .object({
    kind: z.enum(["undeclared", "missing", "widened", "unknown"]).check(
      z.meta({
        description: "unknown: it could not be read; never called missing.",
      }),
    ),
    component: z.nullable(z.string()),
    role: z.nullable(z.string()).check(z.meta({ description: "PUBLIC: everybody." })),
    principal: z.nullable(z.string()),
    object: z.nullable(z.string()),
    name: z.nullable(z.string()).check(z.meta({ description: "The object's own name, without its schema." })),
    column: z.nullable(z.string()),
    createdBy: z.nullable(z.string()).check(z.meta({ description: "Of default privileges: whose objects." })),
    privilege: z.nullable(z.string()),
    options: z.array(z.string()),
    until: z
      .nullable(z.string())
      .check(z.meta({ description: "The end that was declared, where it is past." })),
    planned: z
      .nullable(z.string())
      .check(z.meta({ description: "The planned change that is open: a note, no drift." })),
    section: Section,
    reason: z.nullable(z.string()),
    says: z.string().check(z.meta({ description: "The row in a sentence." })),
  })
  .register(z.globalRegistry, {
    id: "DriftRow",
    description: "One difference between the declared and the live access.",
  });

const Answer = z
  .object({
    cluster: z.string(),
    ...Basis,
    published: z.nullable(z.object({ version: z.int(), at: Time, by: z.string() })).check(
      z.meta({
        description:
          "The baseline; null: none was published by then, so nothing says which access is wanted.",
      }),
    ),
    differences: z
      .nullable(z.int())
      .check(z.meta({ description: "null: there is no baseline to differ from." })),
    unknown: z.nullable(z.int()),
    items: z.nullable(z.array(Row)).check(z.meta({ description: "null: there is no baseline." })),
    next: z.nullable(z.string()),
  })
  .register(z.globalRegistry, { id: "BaselineDrift" });

const path = "/baseline/drift";
/** The snapshot, the number of the row, the moment, and the version of the baseline: all pages rest on the same. */
const RowPlace = z.tuple([
  z.int().check(z.positive()),
  z.int().check(z.nonnegative()),
  Moment,
  z.int().check(z.positive()),
]);

export const baselineDrift: Route = route({
  path,
  summary: "Where the live access differs from the declared one",
  description:
    "The published baseline against the snapshot as of a moment: undeclared, widened and missing access, a row each, as `dsql-audit baseline diff --published` shows it.",
  params: z.strictObject({ ...clusterParam, ...atParam, ...pageParams }),
  answer: Answer,
  run: async (deps, params) => {
    const question = { path, params };
    const after = readCursor(RowPlace, question);
    const { cluster, at, snapshot, basis, seq } = await askSnapshot(deps, params, {
      seq: after?.[0],
      at: after?.[2],
    });
    const published = await publishedAt(deps.store, cluster, at);
    if (after && published?.version !== after[3])
      throw new AuditError("usage", "the baseline was published anew since the first page", {
        hint: "Ask again without a cursor.",
      });
    if (!published)
      return {
        cluster,
        ...basis,
        published: null,
        differences: null,
        unknown: null,
        items: null,
        next: null,
      };
    const { rows, differences, unknown } = driftFrom(published.baseline, snapshot.catalog, at);
    const placed = rowsAfter(
      rows,
      after?.[1],
        ({ kind, component, role, principal, object, name, column, createdBy, privilege, options, until, planned, section, reason, says }): z.input<typeof Row> => (
          { kind, component, role, principal, object, name, column, createdBy, privilege, options: [...options], until, planned, section, reason, says }),
      (n) => [seq, n, at, published.version],
    ); // biome-ignore format: one glance
    return {
      cluster,
      ...basis,
      published: { version: published.version, at: iso(published.at), by: published.by },
      differences,
      unknown,
      ...(await takePage(placed, question)),
    };
  },
});
