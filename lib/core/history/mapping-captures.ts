// Mapping periods from files: one reading of sys.iam_pg_role_mappings, or its history.
import { AuditError } from "../../errors.ts";
import { parseTime } from "../base/parse-time.ts";
import type { Instant } from "../base/time.ts";
import * as z from "../base/zod.ts";
import type { MappingPeriod } from "./mapping-period.ts";

/** An OID as JSON gives it: a number, or its digits. */
const FileOid = z.union([
  z.int().check(z.nonnegative(), z.lte(4_294_967_295)),
  z.pipe(z.pipe(z.string().check(z.regex(/^\d{1,10}$/)), z.transform(Number)), z.int().check(z.lte(4_294_967_295))),
]); // biome-ignore format: one glance

/** A row of the view; the columns that nothing is judged by may be missing. */
const FileRow = z.object({
  arn: z.string().check(z.minLength(1), z.maxLength(2048)),
  pg_role_oid: FileOid,
  pg_role_name: z.string().check(z.minLength(1), z.maxLength(1024)),
  iam_oid: z.optional(FileOid),
});
type FileRow = z.infer<typeof FileRow>;

/** ISO 8601, in UTC where it names no offset; or epoch milliseconds. */
const FileTime = z.union([
  z.int().check(z.nonnegative()),
  z.pipe(
    z.string().check(z.regex(/^\d{4}-/)),
    z.transform((text, context) => {
      try {
        return parseTime(text, 0);
      } catch {
        context.issues.push({ code: "custom", input: text, message: "is not a time in ISO 8601" });
        return z.NEVER;
      }
    }),
  ),
]);
const FileCapture = z.object({ capturedAt: FileTime, rows: z.array(FileRow) });

/** What stood at one moment. */
type MappingCapture = { readonly capturedAt: Instant; readonly rows: readonly FileRow[] };

export type MappingFile =
  | { readonly kind: "history"; readonly captures: readonly MappingCapture[] }
  /** One reading without a time. */
  | { readonly kind: "rows"; readonly rows: readonly FileRow[] };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A parsed JSON file as rows or history. AuditError("bad-file") names the first row that is wrong. An empty array is a
 * reading that found no mapping.
 */
export const parseMappingFile = (given: unknown): MappingFile => {
  // One capture by itself is a history of one.
  const json = isObject(given) && "rows" in given ? [given] : given;
  const history = Array.isArray(json) && json.some((entry) => isObject(entry) && "rows" in entry);
  const parsed = history ? z.array(FileCapture).safeParse(json) : z.array(FileRow).safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new AuditError("bad-file", `mappings: ${issue?.path.join(".") || "the file"}: ${issue?.message}`, {
      hint: "Expected an array of rows of sys.iam_pg_role_mappings, or [{capturedAt, rows}].",
    });
  }
  return history
    ? {
        kind: "history",
        captures: (parsed.data as MappingCapture[]).toSorted((a, b) => a.capturedAt - b.capturedAt),
      }
    : { kind: "rows", rows: parsed.data as FileRow[] };
};

const keyOf = ({ arn, pg_role_oid, iam_oid }: FileRow): string =>
  JSON.stringify([iam_oid ?? null, arn, pg_role_oid]);

const distinct = (rows: readonly FileRow[]): FileRow[] => [
  ...new Map(rows.map((row) => [keyOf(row), row])).values(),
];

/** Periods from a history, the oldest capture first. A row that is gone and comes back has two periods. */
const periodsOfHistory = (captures: readonly MappingCapture[]): MappingPeriod[] => {
  const periods: MappingPeriod[] = [];
  const open = new Map<string, number>();
  let before: Instant | null = null;
  for (const { capturedAt, rows } of captures) {
    const here = new Map(distinct(rows).map((row) => [keyOf(row), row]));
    for (const [key, index] of open) {
      const period = periods[index];
      if (!period) continue;
      const row = here.get(key);
      if (row) periods[index] = { ...period, lastSeenAt: capturedAt, roleName: row.pg_role_name };
      else {
        periods[index] = { ...period, goneAt: capturedAt };
        open.delete(key);
      }
    }
    for (const [key, row] of here) {
      if (open.has(key)) continue;
      open.set(key, periods.length);
      periods.push({
        arn: row.arn,
        iamOid: row.iam_oid ?? 0,
        roleOid: row.pg_role_oid,
        roleName: row.pg_role_name,
        notSeenAt: before,
        firstSeenAt: capturedAt,
        lastSeenAt: capturedAt,
        goneAt: null,
      });
    }
    before = capturedAt;
  }
  return periods;
};

export type MappingFacts = {
  readonly periods: readonly MappingPeriod[];
  readonly firstSnapshotAt: Instant | null;
  readonly agesAssumed: boolean;
};

/**
 * The periods that a file tells of. A single reading says nothing of age: its mappings are taken as standing all along
 * (`agesAssumed`), so that only uncovered hours keep a verdict back; every finding says that the age was assumed.
 */
export const mappingFacts = (file: MappingFile): MappingFacts => {
  if (file.kind === "history") {
    return {
      periods: periodsOfHistory(file.captures),
      firstSnapshotAt: file.captures[0]?.capturedAt ?? null,
      agesAssumed: false,
    };
  }
  const periods = distinct(file.rows).map((row) => ({
    arn: row.arn,
    iamOid: row.iam_oid ?? 0,
    roleOid: row.pg_role_oid,
    roleName: row.pg_role_name,
    notSeenAt: null,
    firstSeenAt: 0,
    lastSeenAt: 0,
    goneAt: null,
  }));
  return { periods, firstSnapshotAt: 0, agesAssumed: true };
};
