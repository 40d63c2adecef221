// From the text of `access.yml` to a baseline, or to an error that names each fault by line and column.
import { AuditError } from "../../errors.ts";
import { visible } from "../base/visible-text.ts";
import type * as z from "../base/zod.ts";
import { Baseline } from "./baseline.ts";
import { type Fault, readYaml } from "./yaml-source.ts";

const SHOWN_FAULTS = 20;

/** "components[0].permissions[1].schema" */
const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) =>
      typeof part === "number"
        ? `${text}[${part}]`
        : `${text}${text === "" ? "" : "."}${visible(String(part), 60)}`,
    "",
  );

const shown = (value: unknown): string => {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return visible(JSON.stringify(value), 80);
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "a list" : "a mapping";
};

const kinds: Readonly<Record<string, string>> = {
  string: "a text",
  array: "a list",
  tuple: "a list",
  object: "a mapping",
  record: "a mapping",
  boolean: "true or false",
  number: "a number",
  int: "a whole number",
};

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, part) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, part)
        ? (inner as Record<PropertyKey, unknown>)[part]
        : undefined,
    value,
  );

/** The keys that a mapping at this place may have, for who mistyped one. */
type Shape = { readonly def?: { readonly [key: string]: unknown }; readonly shape?: Record<string, Shape> };
const keysAt = (path: readonly PropertyKey[]): readonly string[] => {
  let schema = Baseline as unknown as Shape | undefined;
  const bare = (one: Shape | undefined): Shape | undefined => {
    const inner = one?.def?.innerType as Shape | undefined;
    return inner ? bare(inner) : one;
  };
  for (const part of path) {
    const one = bare(schema);
    schema = typeof part === "number" ? (one?.def?.element as Shape | undefined) : one?.shape?.[String(part)];
  }
  return Object.keys(bare(schema)?.shape ?? {});
};

const says = (issue: z.core.$ZodIssue, value: unknown): string => {
  const found = valueAt(value, issue.path);
  switch (issue.code) {
    case "invalid_type":
      return found === undefined
        ? "is missing"
        : `must be ${kinds[issue.expected] ?? issue.expected}, not ${shown(found)}`;
    case "invalid_value": {
      const allowed = issue.values.map(String).join(", ");
      return found === undefined
        ? `is missing; allowed: ${allowed}`
        : `${shown(found)} is not allowed; allowed: ${allowed}`;
    }
    case "too_small":
      return issue.message.startsWith("must") ? issue.message : "must not be empty";
    case "too_big":
      return issue.message.startsWith("must")
        ? issue.message
        : `must not have more than ${issue.maximum} entries`;
    default:
      return typeof found === "string" ? `${shown(found)} ${issue.message}` : issue.message;
  }
};

type Place = (path: readonly PropertyKey[], key?: string) => Pick<Fault, "line" | "column">;

const faultsOf = (issue: z.core.$ZodIssue, value: unknown, placeOf: Place): Fault[] => {
  const { path } = issue;
  if (issue.code === "unrecognized_keys") {
    const allowed = keysAt(path);
    return issue.keys.map((key) => ({
      ...placeOf(path, key),
      says: `${pathText([...path, key])}: there is no such key${allowed.length ? `; allowed: ${allowed.join(", ")}` : ""}`,
    }));
  }
  const name = path.length ? pathText(path) : "the file";
  return [{ ...placeOf(path), says: `${name}: ${says(issue, value)}` }];
};

const failed = (name: string, faults: readonly Fault[]): AuditError => {
  const lines = faults
    .slice(0, SHOWN_FAULTS)
    .map(({ line, column, says: what }) => `${visible(name, 200)}:${line}:${column}: ${what}`);
  const more = faults.length - lines.length;
  return new AuditError("bad-file", [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join("\n"), {
    hint: "docs/schema/access.schema.json says what may stand in the file.",
  });
};

/**
 * The baseline that a file holds; `name` is what errors call the file. Throws AuditError `bad-file` with a line for each
 * fault: `access.yml:12:7: components[0].role: must be a text, not a list`.
 */
export const parseBaseline = (text: string, name: string): Baseline => {
  const source = readYaml(text);
  if ("faults" in source) throw failed(name, source.faults);
  if (source.value === null || source.value === undefined)
    throw failed(name, [{ line: 1, column: 1, says: "the file is empty" }]);
  const parsed = Baseline.safeParse(source.value);
  if (parsed.success) return parsed.data;
  throw failed(
    name,
    parsed.error.issues.flatMap((issue) => faultsOf(issue, source.value, source.placeOf)),
  );
};
