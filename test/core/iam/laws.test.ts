// Laws that hold for every policy: what a change of a policy can do to a verdict, and what no text can do to the evaluator.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MayConnect } from "../../../lib/core/iam/may-connect.ts";
import { whoMay } from "../../../lib/core/iam/who-may.ts";
import { matches, patternOf } from "../../../lib/core/iam/wildcard.ts";
import {
  ACCOUNT,
  allow,
  deny,
  everybody,
  type FactsGiven,
  IAM_CLUSTER,
  iamFacts,
  policy,
  roleArn,
} from "../../support/iam-facts.ts";
import { randomScene, type Scene } from "./random-policies.ts";

type Json = Readonly<Record<string, unknown>>;
type Policies = Scene["policies"];

/** What lets in more: a verdict that is open or not known stands between. */
const reach: Readonly<Record<MayConnect, number>> = { denied: 0, conditional: 1, unknown: 1, allowed: 2 };

const factsOf = (given: Scene["given"], policies: Policies) => {
  const one = {
    ...(given.roles?.app ?? given.users?.ann),
    policies: policies.identity,
    ...(policies.boundary ? { boundary: policies.boundary } : {}),
  };
  const facts: FactsGiven = {
    ...(given.roles ? { roles: { app: one } } : { users: { ann: one } }),
    ...(policies.resource ? { clusterPolicy: policies.resource } : {}),
    clusterTags: given.clusterTags ?? [],
  };
  return iamFacts(facts);
};

const verdictOf = ({ given, action, identity }: Scene, policies: Policies): MayConnect =>
  whoMay({ facts: factsOf(given, policies), cluster: IAM_CLUSTER }).verdictOf(identity, action).verdict;

const statementsOf = (document: Json): readonly Json[] => document.Statement as readonly Json[];
/** Every document of a scene, changed by `change`. */
const changed = (
  { identity, boundary, resource }: Policies,
  change: (document: Json, at: "identity" | "boundary" | "resource") => Json,
): Policies => ({
  identity: identity.map((one) => change(one, "identity")),
  boundary: boundary && change(boundary, "boundary"),
  resource: resource && change(resource, "resource"),
});
const eachStatement = (policies: Policies, change: (statement: Json) => Json): Policies =>
  changed(policies, (document) => ({ ...document, Statement: statementsOf(document).map(change) }));

const scenes = fc.integer({ min: 1, max: 1_000_000 }).map((seed) => ({ seed, scene: randomScene(seed) }));
const law = (check: (scene: Scene, other: Scene) => void) =>
  fc.assert(
    fc.property(scenes, scenes, ({ scene }, other) => check(scene, other.scene)),
    { numRuns: 500 },
  );

describe("laws of the evaluator", () => {
  it("a Deny that is added never allows more", () => {
    law((scene, other) => {
      const before = reach[verdictOf(scene, scene.policies)];
      const [first] = other.policies.identity.flatMap(statementsOf);
      const added = { ...deny(), ...first, Effect: "Deny" };
      const more = [
        { ...scene.policies, identity: [...scene.policies.identity, policy(added) as Json] },
        changed(scene.policies, (document, at) => ({
          ...document,
          Statement: [...statementsOf(document), at === "resource" ? { ...added, ...everybody } : added],
        })),
      ];
      for (const policies of more) expect(reach[verdictOf(scene, policies)]).toBeLessThanOrEqual(before);
    });
  });

  it("what opens and what refuses, told apart, give the verdict of both together", () => {
    law((scene) => {
      const { given, action, identity, policies } = scene;
      const facts = factsOf(given, policies);
      const who = whoMay({ facts, cluster: IAM_CLUSTER });
      const { row, opens, refuses } = who.wallOf(identity, action);
      const sides = [opens.verdict, refuses?.verdict ?? "allowed"];
      const worst = (["denied", "unknown", "conditional", "allowed"] as const).find((one) =>
        sides.includes(one),
      );
      expect(row).toEqual(who.verdictOf(identity, action));
      expect(worst).toBe(row.verdict);
    });
  });

  it("an Allow that is added to an identity never allows less", () => {
    law((scene) => {
      const more = { ...scene.policies, identity: [...scene.policies.identity, policy(allow()) as Json] };
      expect(reach[verdictOf(scene, more)]).toBeGreaterThanOrEqual(reach[verdictOf(scene, scene.policies)]);
    });
  });

  it("the order of policies, statements and values never matters", () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed).reverse();
      return typeof value === "object" && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .map(([key, inner]) => [key, reversed(inner)])
              .reverse(),
          )
        : value;
    };
    law((scene) => {
      const turned = reversed(scene.policies) as Policies;
      expect(verdictOf(scene, turned)).toBe(verdictOf(scene, scene.policies));
    });
  });

  it("a narrower Resource of an Allow never allows more", () => {
    const narrower: Readonly<Record<string, string>> = {
      "*": "arn:aws:dsql:*",
      "arn:aws:dsql:*": "arn:aws:dsql:*:*:cluster/*",
      "arn:aws:dsql:*:*:cluster/*": IAM_CLUSTER,
      [IAM_CLUSTER]: `${IAM_CLUSTER}2`,
    };
    law((scene) => {
      const policies = eachStatement(scene.policies, (statement) =>
        statement.Effect === "Allow" && Array.isArray(statement.Resource)
          ? { ...statement, Resource: statement.Resource.map((one: string) => narrower[one] ?? one) }
          : statement,
      );
      expect(reach[verdictOf(scene, policies)]).toBeLessThanOrEqual(reach[verdictOf(scene, scene.policies)]);
    });
  });

  it("an incomplete ARN of an identity is the same with a star for each field that it lacks", () => {
    const fields = fc.tuple(
      fc.constantFrom("us-east-1", "us-west-2", "us-????-1", "us-*", "*"),
      fc.constantFrom(ACCOUNT, "999988887777", "1111*", "*"),
    );
    fc.assert(
      fc.property(fields, fc.integer({ min: 3, max: 5 }), fc.boolean(), (rest, count, isDeny) => {
        const given = ["arn", "aws", "dsql", ...rest].slice(0, count);
        const whole = [...given, "*", "*", "*"].slice(0, 6);
        const [short, long] = [given, whole].map((parts) => {
          const Resource = parts.join(":");
          return asRole(isDeny ? policy(allow(), deny({ Resource })) : policy(allow({ Resource })));
        });
        expect(short).toBe(long);
        expect(short).not.toBe("unknown");
      }),
    );
  });

  it("a value alone is a list of one", () => {
    const listed = (value: unknown): unknown => (Array.isArray(value) ? value : [value]);
    law((scene) => {
      const policies = eachStatement(scene.policies, (statement) => ({
        ...statement,
        ...Object.fromEntries(
          ["Action", "NotAction", "Resource", "NotResource"].flatMap((name) =>
            name in statement ? [[name, listed(statement[name])]] : [],
          ),
        ),
        ...("Condition" in statement && {
          Condition: Object.fromEntries(
            Object.entries(statement.Condition as Json).map(([operator, keys]) => [
              operator,
              Object.fromEntries(Object.entries(keys as Json).map(([key, values]) => [key, listed(values)])),
            ]),
          ),
        }),
      }));
      expect(verdictOf(scene, policies)).toBe(verdictOf(scene, scene.policies));
    });
  });
});

const asRole = (document: unknown): MayConnect =>
  whoMay({ facts: iamFacts({ roles: { app: { policies: [document] } } }), cluster: IAM_CLUSTER }).verdictOf(
    roleArn("app"),
    "DbConnect",
  ).verdict;

describe("hostile policies", () => {
  it("are never an Allow and never stop it, whatever they are", () => {
    const word = fc.constantFrom(
      "Version",
      "Statement",
      "Effect",
      "Action",
      "Resource",
      "Condition",
      "Principal",
      "Sid",
      "2012-10-17",
      "Deny",
      "dsql:*",
      "*",
      "StringLike",
      "aws:SourceIp",
      "__proto__",
      "constructor",
    );
    const odd = fc.oneof(fc.constant(null), fc.integer(), fc.boolean(), fc.double(), word, fc.string());
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 5 },
        odd,
        fc.array(tie("node"), { maxLength: 4 }),
        fc.dictionary(word, tie("node"), { maxKeys: 5 }),
      ),
    })).node;
    fc.assert(
      fc.property(tree, fc.jsonValue(), (a, b) => {
        for (const document of [a, b]) expect(asRole(JSON.stringify(document))).not.toBe("allowed");
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ["cut short", JSON.stringify(policy(allow())).slice(0, -2)],
    ["nested 100,000 deep", `{"Statement":${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
    ["a number as an action", policy(allow({ Action: 1 }))],
    ["a list in a list", policy(allow({ Action: [["dsql:*"]] }))],
    ["an object as a resource", policy(allow({ Resource: {} }))],
    ["a condition that is a text", policy(allow({ Condition: "aws:SourceIp" }))],
    [
      "a key of a condition twice, in different case",
      policy(allow({ Condition: { StringEquals: { "aws:SourceVpc": "a", "aws:sourcevpc": "b" } } })),
    ],
    ["a variable without an end", policy(allow({ Resource: `arn:aws:dsql:*:*:cluster/\${aws:username` }))],
  ])("%s is not known", (_, document) => {
    expect(asRole(document)).toBe("unknown");
  });

  it("of a megabyte, or with wildcards that backtrack, take no time to speak of", () => {
    const stars = "*a".repeat(250_000);
    const many = Array.from({ length: 8_000 }, (_, n) =>
      allow({
        Sid: `s${n}`,
        Action: `dsql:${"?*".repeat(20)}${n}`,
        Resource: `arn:aws:dsql:*:*:cluster/*${n}*`,
      }),
    );
    const evil = [
      policy(allow({ Action: `dsql:${stars}` })),
      policy(allow({ Resource: `arn:aws:dsql:${stars}` })),
      policy(
        allow({
          Condition: {
            StringLike: { "aws:PrincipalArn": stars },
            ArnLike: { "aws:PrincipalArn": `arn:aws:iam:*:*:${stars}` },
          },
        }),
      ),
      policy(allow({ Condition: { StringEquals: { "aws:PrincipalTag/x": `\${${" ".repeat(400_000)}}` } } })),
      policy(allow({ Condition: { StringLike: { "aws:userid": `${"*A".repeat(200_000)}*` } } })),
      policy(...many),
    ];
    const start = process.cpuUsage();
    for (const document of evil) expect(asRole(document)).not.toBe("allowed");
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1e6).toBeLessThan(10);
  });
});

describe("wildcards", () => {
  it("match as regular expressions do", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", ":", "*", "?"), maxLength: 12 });
    const toRegExp = (pattern: string): RegExp =>
      new RegExp(
        `^${[...pattern].map((unit) => (unit === "*" ? "[^]*" : unit === "?" ? "[^]" : unit)).join("")}$`,
      );
    fc.assert(
      fc.property(
        text,
        fc.string({ unit: fc.constantFrom("a", "b", ":"), maxLength: 12 }),
        (pattern, value) => {
          expect(matches(patternOf(pattern), value)).toBe(toRegExp(pattern).test(value));
        },
      ),
      { numRuns: 1_500 },
    );
  });
});
