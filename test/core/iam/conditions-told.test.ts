// What is told of a verdict that depends on the request is what decides it: the sentences, read as people read them.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WhoMayRow } from "../../../lib/core/iam/who-may.ts";
import { whoMay } from "../../../lib/core/iam/who-may.ts";
import {
  ACCOUNT,
  allow,
  deny,
  everybody,
  IAM_CLUSTER,
  iamFacts,
  policy,
  roleArn,
} from "../../support/iam-facts.ts";

const KEYS = ["a", "b", "c", "d", "e"] as const;
type Values = Readonly<Record<string, boolean>>;

const statement = (effect: fc.Arbitrary<"Allow" | "Deny">, principal: fc.Arbitrary<object>) =>
  fc
    .record({ effect, principal, keys: fc.subarray([...KEYS], { maxLength: 2 }) })
    .map(({ effect: of, principal: who, keys }) => ({
      ...(of === "Allow" ? allow(who) : deny(who)),
      ...(keys.length && {
        Condition: { StringEquals: Object.fromEntries(keys.map((key) => [`x:${key}`, "1"])) },
      }),
    }));
const nobody = fc.constant({});
const mostlyAllow = fc.constantFrom("Allow", "Allow", "Allow", "Deny" as const) as fc.Arbitrary<
  "Allow" | "Deny"
>;
const named = fc.constantFrom(
  everybody,
  { Principal: { AWS: roleArn("app") } },
  { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } },
);
const worlds = fc.record({
  identity: fc.array(statement(mostlyAllow, nobody), { maxLength: 3 }),
  boundary: fc.option(fc.array(statement(mostlyAllow, nobody), { maxLength: 3 })),
  cluster: fc.array(statement(mostlyAllow, named), { maxLength: 3 }),
});

const verdictOf = (
  world: typeof worlds extends fc.Arbitrary<infer T> ? T : never,
  values?: Values,
): WhoMayRow => {
  const { identity, boundary, cluster } = world;
  const facts = iamFacts({
    roles: { app: { policies: [policy(...identity)], ...(boundary && { boundary: policy(...boundary) }) } },
    clusterPolicy: policy(...cluster),
  });
  const context = new Map(KEYS.map((key) => [`x:${key}`, values?.[key] ? ["1"] : null] as const));
  return whoMay({ facts, cluster: IAM_CLUSTER, ...(values && { context }) }).verdictOf(
    roleArn("app"),
    "DbConnect",
  );
};

/** "(x:a is 1 and x:b is 1, or x:c is 1) and x:d is 1 (permissions boundary)", with "and" before "or". */
const holds = (text: string, values: Values): boolean => {
  const inner = /\(([^()]*)\)/.exec(text);
  if (inner) return holds(text.replace(inner[0], String(holds(inner[1] ?? "", values))), values);
  return text.split(/, or (?:if )?/).some((either) =>
    either.split(" and ").every((part) => {
      if (part === "true" || part === "false") return part === "true";
      const [, key] = /^x:(\w) is 1$/.exec(part) ?? [];
      if (key === undefined) throw new Error(`not a condition: ${part}`);
      return values[key] === true;
    }),
  );
};

const isIn = ({ verdict, conditions }: WhoMayRow, values: Values): boolean =>
  verdict === "allowed" ||
  (verdict === "conditional" &&
    conditions.every((told) => {
      const text = told.replaceAll(" (permissions boundary)", "");
      return text.startsWith("only if ")
        ? holds(text.slice("only if ".length), values)
        : !holds(text.slice("not if ".length), values);
    }));

describe("the conditions of a verdict", () => {
  it("decide it: whoever meets them is let in, and nobody else", () => {
    fc.assert(
      fc.property(
        worlds,
        fc.record(Object.fromEntries(KEYS.map((key) => [key, fc.boolean()]))),
        (world, values) => {
          const told = verdictOf(world);
          expect(isIn(told, values), JSON.stringify(told.conditions)).toBe(
            verdictOf(world, values).verdict === "allowed",
          );
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("leave out an Allow that a boundary forbids, and one that is not needed", () => {
    const when = (key: string) => ({ Condition: { StringEquals: { [`x:${key}`]: "1" } } });
    const world = { identity: [allow({ Sid: "Always" }), allow(when("a"))], cluster: [] };
    expect(verdictOf({ ...world, boundary: [allow(when("b"))] })).toMatchObject({
      conditions: ["only if x:b is 1 (permissions boundary)"],
      because: [{ sid: "Always" }, { from: "boundary" }],
    });
    const shut = { ...world, boundary: [], cluster: [allow({ ...everybody, ...when("c") })] };
    expect(verdictOf(shut)).toMatchObject({
      conditions: ["only if x:c is 1"],
      because: [{ policy: "cluster policy" }],
    });
    const either = {
      identity: [allow(when("a")), allow(when("b"))],
      boundary: [allow(when("c"))],
      cluster: [allow({ ...everybody, ...when("d") })],
    };
    expect(verdictOf(either).conditions).toEqual([
      "only if (x:a is 1, or x:b is 1) and x:c is 1 (permissions boundary), or if x:d is 1",
    ]);
  });
});
