// Every combination of the two walls: what IAM allows, what the mapping is, what the cluster's policy says; and what each
// question answers to it. What is expected is worked out here by a rule of its own.
import { describe, expect, it } from "vitest";
import { principalName } from "../../lib/core/base/visible-text.ts";
import { explainAccess } from "../../lib/queries/explain.ts";
import { whoCan } from "../../lib/queries/privileges.ts";
import {
  APP,
  asked,
  type Case,
  groundsOf,
  mappings,
  permissions,
  policies,
} from "../support/two-walls-world.ts";

type State = "ok" | "broken" | "conditional" | "unknown";

/** What IAM opens: a policy of the cluster that names the role is as good as one of its own. */
const iamState = ({ permission, mapping, policy: by }: Case): State => {
  if (mapping === "orphan") return "broken";
  if (permission === "unreadable") return "unknown";
  if (permission === "yes" || by === "allow") return "ok";
  if (permission === "conditional") return "conditional";
  return by === "unreadable" ? "unknown" : "broken";
};
const policyState = ({ policy: by }: Case): State =>
  by === "deny" ? "broken" : by === "unreadable" ? "unknown" : "ok";

const expectedLinks = (one: Case): string[] => [
  `identity ${one.mapping === "orphan" ? "broken" : "ok"}`,
  `iam ${iamState(one)}`,
  ...(one.mapping === "orphan" ? [] : [`cluster-policy ${policyState(one)}`]),
  `mapping ${one.mapping === "no" || one.mapping === "rebound" ? "broken" : "ok"}`,
  "role ok",
  "schema ok",
  "privilege ok",
];

/** One word for each step of the way. */
const expectedFix = (one: Case): string[] => [
  ...(one.mapping === "orphan" ? ["make"] : []),
  ...(one.mapping !== "orphan" && iamState(one) === "broken" ? ["allow"] : []),
  ...(one.mapping !== "orphan" && one.policy === "deny" ? ["undeny"] : []),
  ...(one.mapping === "orphan" || one.mapping === "rebound" ? ["revoke"] : []),
  ...(one.mapping === "yes" ? [] : ["grant"]),
];

const words: readonly (readonly [RegExp, string])[] = [
  [/^-- In IAM: make arn:\S+, and allow dsql:\w+ on arn:\S+ to it\.$/, "make"],
  [/^-- In IAM: allow dsql:\w+ on arn:\S+ to arn:\S+\.$/, "allow"],
  [/^-- In the cluster policy: take dsql:\w+ for arn:\S+ out of the Deny of cluster policy\.$/, "undeny"],
  [/^AWS IAM REVOKE reader FROM 'arn:\S+';$/, "revoke"],
  [/^AWS IAM GRANT reader TO 'arn:\S+';$/, "grant"],
];
const fixWords = (completes: readonly string[]): string[] =>
  completes.map((text) => words.find(([pattern]) => pattern.test(text))?.[1] ?? text);

const worst = (states: readonly State[], said: readonly [string, string, string, string]): string => {
  const order: readonly State[] = ["broken", "unknown", "conditional"];
  const at = order.findIndex((state) => states.includes(state));
  return said[at < 0 ? 3 : at] ?? "";
};
const statesOf = (links: readonly string[]): State[] => links.map((link) => link.split(" ")[1] as State);

const cases = permissions.flatMap((permission) =>
  mappings.flatMap((mapping) => policies.map((by): Case => ({ permission, mapping, policy: by }))),
);

describe("the two walls", () => {
  it.each(cases)("IAM allows: $permission, mapping: $mapping, cluster policy: $policy", async (one) => {
    const grounds = groundsOf(one, "dsql:DbConnect");
    const found = await explainAccess(grounds, { who: APP, ...asked });
    const links = found.links.map(({ step, state }) => `${step} ${state}`);
    expect(links).toEqual(expectedLinks(one));
    const states = statesOf(links);
    // As admin it needs no mapping, and what could not be read may allow it that: then "no" is not certain.
    const mayBeAdmin = one.mapping !== "orphan" && [one.permission, one.policy].includes("unreadable");
    const verdict = worst(states, [mayBeAdmin ? "unknown" : "no", "unknown", "conditional", "yes"]);
    expect(found.verdict).toBe(verdict);
    expect(found.firstBroken).toBe(links.find((link) => link.endsWith(" broken"))?.split(" ")[0] ?? null);
    expect(fixWords(found.completes)).toEqual(expectedFix(one));
    const steps = found.completes.length;
    expect(found.away).toEqual(
      steps === 0 ? null : expect.stringMatching(steps === 1 ? /^one .* away$/ : `^${steps} steps away: `),
    );
    expect(found.path).toEqual(one.mapping === "no" ? [] : ["reader"]);
    expect(found.next === null).toBe(!states.slice(0, 3).includes("unknown"));
  });

  it("explains a principal by its name as by its ARN, and a role of that name first", async () => {
    const grounds = groundsOf({ permission: "yes", mapping: "yes", policy: "none" }, "dsql:DbConnect");
    const byName = await explainAccess(grounds, { who: principalName(APP), ...asked });
    expect(byName).toEqual(await explainAccess(grounds, { who: APP, ...asked }));
    expect((await explainAccess(grounds, { who: "reader", ...asked })).principal).toBeNull();
    await expect(explainAccess(grounds, { who: "nobody", ...asked })).rejects.toThrow(
      "there is no role nobody",
    );
    const inCapitals = principalName(APP).toUpperCase();
    await expect(explainAccess(grounds, { who: inCapitals, ...asked })).rejects.toThrow(
      "no principal is known",
    );
  });

  it.each(cases)(
    "who-can, with IAM: $permission, mapping: $mapping, cluster policy: $policy",
    async (one) => {
      const { rows } = await whoCan(groundsOf(one, "dsql:DbConnect"), asked);
      const reader = rows.find(({ role: name }) => name === "reader");
      const states: State[] = one.mapping === "orphan" ? ["broken"] : [iamState(one), policyState(one)];
      const wall = worst(states, ["denied", "unknown", "conditional", "allowed"]);
      const identity = { yes: "exists", no: "", orphan: "gone", rebound: "remade" }[one.mapping];
      expect(reader?.principals).toMatchObject(
        one.mapping === "no" ? [] : [{ arn: APP, via: "mapping", wall, identity }],
      );
      expect(reader?.morePrincipals).toBeNull();
    },
  );

  it.each(cases.filter(({ mapping }) => mapping !== "rebound"))(
    "who-can as admin, with IAM: $permission, mapping: $mapping, cluster policy: $policy",
    async (one) => {
      const { rows } = await whoCan(groundsOf(one, "dsql:DbConnectAdmin"), asked);
      const admin = rows.find(({ role: name }) => name === "admin");
      const states: State[] = one.mapping === "orphan" ? ["broken"] : [iamState(one), policyState(one)];
      const wall = worst(states, ["denied", "unknown", "conditional", "allowed"]);
      const others = (admin?.principals ?? []).filter(({ arn }) => arn === APP);
      expect(others).toMatchObject(wall === "denied" ? [] : [{ wall, via: "iam", identity: null }]);
      expect(admin?.principals?.map(({ arn }) => arn)).toContain("arn:aws:iam::111122223333:root");
    },
  );
});
