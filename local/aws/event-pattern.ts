// EventBridge's rule patterns, as much of them as our rules use. What is not imitated is refused, never passed over:
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
import { AuditError } from "../../lib/errors.ts";

export type EventPattern = { readonly [field: string]: EventPattern | readonly unknown[] };

type Test = (value: unknown) => boolean;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isScalar = (value: unknown): boolean =>
  ["string", "number", "boolean"].includes(typeof value) || value === null;

const refuse = (path: string, why: string): never => {
  throw new AuditError("config", `event pattern: ${path || "(root)"} ${why}`, {
    hint: "The local bus knows exact values, prefix, suffix, anything-but and exists.",
  });
};

// A field with several values matches when one of them does; an empty array is no field at all.
const valuesOf = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

const startsWith =
  (prefix: string): Test =>
  (value) =>
    typeof value === "string" && value.startsWith(prefix);
const endsWith =
  (suffix: string): Test =>
  (value) =>
    typeof value === "string" && value.endsWith(suffix);

const anythingBut = (operand: unknown, path: string): Test => {
  if (isObject(operand)) {
    const unwanted = affix(operand, path) ?? refuse(path, "has an anything-but that is not known");
    return (value) => isScalar(value) && !unwanted(value);
  }
  const excluded = Array.isArray(operand) ? operand : [operand];
  if (!excluded.length || !excluded.every((item) => typeof item === "string" || typeof item === "number")) {
    refuse(path, "has an anything-but that is not known");
  }
  return (value) => isScalar(value) && !excluded.includes(value);
};

const affix = (operator: Record<string, unknown>, path: string): Test | undefined => {
  const [[name, operand] = [], ...more] = Object.entries(operator);
  if (more.length) refuse(path, "has two operators in one");
  if (name === "prefix" && typeof operand === "string") return startsWith(operand);
  if (name === "suffix" && typeof operand === "string") return endsWith(operand);
  return undefined;
};

const alternative = (item: unknown, path: string): Test => {
  if (isScalar(item)) return (field) => valuesOf(field).includes(item);
  if (!isObject(item)) return refuse(path, "has a value that is neither a scalar nor an operator");
  const one = affix(item, path);
  if (one) return (field) => valuesOf(field).some(one);
  if ("anything-but" in item) {
    const other = anythingBut(item["anything-but"], path);
    return (field) => valuesOf(field).some(other); // a field that is absent does not match
  }
  if (typeof item.exists === "boolean") {
    // Only leaves exist for EventBridge: an object between them does not.
    return (field) => valuesOf(field).some((value) => !isObject(value)) === item.exists;
  }
  return refuse(path, `has an operator that is not known: ${Object.keys(item).join(", ")}`);
};

const node = (pattern: unknown, path: string): Test => {
  if (Array.isArray(pattern)) {
    if (!pattern.length) refuse(path, "is an empty list");
    const tests = pattern.map((item) => alternative(item, path));
    return (field) => tests.some((test) => test(field));
  }
  if (!isObject(pattern) || !Object.keys(pattern).length) {
    return refuse(path, "must be a list of values or an object with fields");
  }
  const fields = Object.entries(pattern).map(
    ([name, inner]) => [name, node(inner, path ? `${path}.${name}` : name)] as const,
  );
  const all = (event: unknown): boolean =>
    fields.every(([name, test]) =>
      test(isObject(event) && Object.hasOwn(event, name) ? event[name] : undefined),
    );
  // An absent object still holds absent fields, which `exists: false` asks for.
  return (event) => (Array.isArray(event) && event.length ? event.some(all) : all(event));
};

/** Compiles a rule's pattern. Throws AuditError("config") on what EventBridge would refuse and on what is not imitated. */
export const compilePattern = (pattern: EventPattern): ((event: unknown) => boolean) => node(pattern, "");
