// A template as CloudFormation would take it with these parameters: its conditions, and of two by a condition the one that holds.
import { VALUES } from "./stack.ts";

type Values = Readonly<Record<string, string>>;
type Json = Readonly<Record<string, unknown>>;

/** What the references of a deployment could stand for that says nothing of a trail. */
export const VALUES_OF_TRAIL: Values = Object.fromEntries(
  Object.entries(VALUES).filter(([name]) => !name.startsWith("Trail")),
);

const NONE = Symbol("AWS::NoValue");

/** Whether a condition holds; of those that the template has. */
export const conditionsOf = (conditions: Json, values: Values): ((name: string) => boolean) => {
  const holds = (name: string): boolean => {
    if (!(name in conditions)) throw new Error(`there is no condition ${name}`);
    return isTrue(conditions[name]);
  };
  const isTrue = (condition: unknown): boolean => {
    const [[fn = "", given] = []] = Object.entries(condition as Json);
    const all = given as readonly unknown[];
    if (fn === "Condition") return holds(String(given));
    if (fn === "Fn::Not") return !isTrue(all[0]);
    if (fn === "Fn::And") return all.every(isTrue);
    if (fn === "Fn::Or") return all.some(isTrue);
    if (fn === "Fn::Equals") return resolved(all[0], values, holds) === resolved(all[1], values, holds);
    throw new Error(`not a condition: ${JSON.stringify(condition)}`);
  };
  return holds;
};

/** A value with all that it refers to filled in; what `values` has not, is its own name. */
export const resolved = (value: unknown, values: Values, holds: (condition: string) => boolean): unknown => {
  const fill = (inner: unknown): unknown => resolved(inner, values, holds);
  const of = (name: string): string => values[name] ?? name;
  if (Array.isArray(value)) return value.map(fill);
  if (typeof value !== "object" || value === null) return value;
  const { Ref, "Fn::GetAtt": att, "Fn::Sub": says, "Fn::If": choice } = value as Json;
  if (Ref === "AWS::NoValue") return NONE;
  if (typeof Ref === "string") return of(Ref);
  if (Array.isArray(att)) return of(att.join("."));
  if (Array.isArray(choice)) return fill(holds(String(choice[0])) ? choice[1] : choice[2]);
  if (says !== undefined) {
    const [text, own] = (Array.isArray(says) ? says : [says, {}]) as [string, Json];
    return text.replace(/\$\{([\w:.]+)\}/g, (_, name: string) =>
      name in own ? String(fill(own[name])) : of(name),
    );
  }
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, fill(inner)] as const)
      .filter(([, inner]) => inner !== NONE),
  );
};
