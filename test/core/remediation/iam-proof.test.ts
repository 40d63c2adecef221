// The proof in IAM, as a law: a policy that is told to let in nobody anew lets in no request that was refused before.
import { expect, it } from "vitest";
import { type LetIn, networkFence } from "../../../lib/core/iam/network-fence.ts";
import { changedMay } from "../../../lib/core/remediation/iam/iam-proof.ts";
import { seededRandom } from "../../../local/seeded-random.ts";
import {
  allow,
  deny,
  everybody,
  type FactsGiven,
  IAM_CLUSTER,
  iamFacts,
  policy,
  policyArn,
  roleArn,
} from "../../support/iam-facts.ts";
import { completions, randomScene } from "../iam/random-policies.ts";
import { isAllowed } from "../iam/reference-evaluator.ts";

type Statement = Readonly<Record<string, unknown>>;
const statementsOf = (document: unknown): readonly Statement[] =>
  ((document as { Statement?: readonly Statement[] } | null)?.Statement ?? []).flat();

const ranges: LetIn = {
  endpoints: ["vpce-1"],
  addresses: ["203.0.113.0/24"],
  inside: [],
  spared: [roleArn("app")],
};

/** A policy that somebody may have made of the one before: without a statement or a test, with a fence, or another one. */
const another = (seed: number, before: unknown): unknown => {
  const random = seededRandom(seed);
  const at = (length: number): number => Math.floor(random() * length);
  const all = statementsOf(before);
  const chosen = at(all.length);
  const kind = at(5);
  if (kind === 0) return policy(...all.filter((_, n) => n !== chosen));
  if (kind === 1)
    return policy(...all.map(({ Condition, ...rest }, n) => (n === chosen ? rest : { ...rest, Condition })));
  if (kind === 2) return policy(...all, networkFence(IAM_CLUSTER, ranges));
  if (kind === 3) {
    const other = statementsOf(randomScene(seed + 1).policies.resource);
    return policy(...all.map((one, n) => (n === chosen ? { ...one, ...other[0], Effect: one.Effect } : one)));
  }
  return policy(...all, ...statementsOf(randomScene(seed + 1).policies.resource));
};

/** The same with a policy at the identity that nobody could read; in truth it allows everything. */
const withUnread = (given: FactsGiven): FactsGiven => {
  const more = <T extends object>(all: Readonly<Record<string, T>> = {}) =>
    Object.fromEntries(
      Object.entries(all).map(([name, one]) => [name, { ...one, attached: [policyArn("unread")] }]),
    );
  return { ...given, roles: more(given.roles), users: more(given.users), managed: { unread: null } };
};

const SCENES = 600;
it(`a policy that is told to be narrower lets no request in that was refused before, over ${SCENES} random changes`, () => {
  const told = { read: 0, unread: 0 };
  for (let seed = 1; seed <= SCENES; seed++) {
    const scene = randomScene(seed);
    const resource = another(seed, scene.policies.resource);
    const unread = seed % 3 === 0;
    const given = unread ? withUnread(scene.given) : scene.given;
    const identity = [...scene.policies.identity, ...(unread ? [policy(allow()) as Statement] : [])];
    const [before, after] = [iamFacts(given), iamFacts({ ...given, clusterPolicy: resource })];
    if (changedMay(before, after, [], [IAM_CLUSTER]).because.length) continue;
    told[unread ? "unread" : "read"] += 1;
    for (const context of completions(scene, {}, 12, seed)) {
      const request = scene.request(context);
      const [was, is] = [scene.policies.resource, resource].map((one) =>
        isAllowed(request, { ...scene.policies, identity, resource: one as Statement | null }),
      );
      if (is && !was)
        expect({ seed, unread, before: scene.policies.resource, after: resource }).toBeUndefined();
    }
  }
  expect(told.read).toBeGreaterThan(SCENES / 50);
  expect(told.unread).toBeGreaterThan(0);
}, 60_000);

const vpc = { Condition: { StringNotEquals: { "aws:SourceVpc": "vpc-1" } } };
const both = { Condition: { ...vpc.Condition, Null: { "aws:SourceVpc": "true" } } };
const mfa = { Condition: { Bool: { "aws:MultiFactorAuthPresent": "false" } } };
const vpcs = (count: number, ...more: readonly string[]): object => ({
  Condition: {
    StringNotEquals: { "aws:SourceVpc": [...Array.from({ length: count }, (_, n) => `vpc-${n}`), ...more] },
  },
});
const long = "x".repeat(200);
const inWords = {
  Condition: {
    StringNotEquals: { "aws:SourceVpc": "vpc-1 (or absent) and aws:MultiFactorAuthPresent is false and x" },
  },
};
const refusing = (...conditions: readonly object[]): FactsGiven["clusterPolicy"] =>
  policy(...conditions.map((one) => deny({ ...everybody, ...one })));

it.each([
  ["keeps a Deny and adds one", [vpc], [vpc, mfa], true],
  ["asks less for a Deny to close", [both], [vpc], true],
  ["asks more for a Deny to close", [vpc], [both], false],
  ["loses a Deny", [vpc, mfa], [mfa], false],
  ["has one Deny in the place of another", [vpc], [mfa], false],
  ["has one more of many values", [vpcs(7)], [vpcs(8)], false],
  ["has another last one of many values", [vpcs(8)], [vpcs(7, "vpc-other")], false],
  ["has another end of a long value", [vpcs(0, `${long}a`)], [vpcs(0, `${long}b`)], false],
  ["has as a test what was a value", [inWords], [mfa], false],
])(
  "a policy that %s is narrower or not, also for whose own policies were not read",
  (_, from, to, narrower) => {
    for (const attached of [[], [policyArn("unread")]]) {
      const given = { roles: { app: { policies: [policy(allow())], attached } }, managed: { unread: null } };
      const [before, after] = [from, to].map((conditions) =>
        iamFacts({ ...given, clusterPolicy: refusing(...conditions) }),
      ) as [ReturnType<typeof iamFacts>, ReturnType<typeof iamFacts>];
      const { because } = changedMay(before, after, [], [IAM_CLUSTER]);
      expect(because.some((text) => text.includes(roleArn("app")))).toBe(!narrower);
    }
  },
);
