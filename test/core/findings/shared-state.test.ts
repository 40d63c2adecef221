// Findings of what two endpoints share: each is listed at both and told once, and none is ever told by nobody.
import fc from "fast-check";
import { expect, it } from "vitest";
import { Cluster, Principal } from "../../../lib/core/base/ids.ts";
import { HOUR } from "../../../lib/core/base/time.ts";
import { EXAMPLE_CLUSTER, exampleArn, EXAMPLE_NOW as NOW } from "../../../lib/core/findings/example-facts.ts";
import type { Finding } from "../../../lib/core/findings/finding.ts";
import { familyId } from "../../../lib/core/findings/finding-id.ts";
import { isHeldBack } from "../../../lib/core/findings/observe.ts";
import { isOfSharedState, type PeerFindings, spokenFor } from "../../../lib/core/findings/shared-state.ts";
import { incidentsOf } from "../../../lib/core/incidents/incident.ts";
import { detectors } from "../../../lib/detectors/index.ts";

const FIRST = EXAMPLE_CLUSTER;
const SECOND = Cluster.parse(EXAMPLE_CLUSTER.replace("us-east-1", "us-east-2"));
const isShared = (id: string): boolean => detectors.some((one) => one.id === id && isOfSharedState(one));

const finding = (cluster: Cluster, role: string, over: Partial<Finding> = {}): Finding => {
  const known = {
    ...{ detector: "loose-mapping", category: "over-privileged", life: "state", severity: "high", cluster },
    subject: { principal: Principal.parse(exampleArn("App")), role, facet: "" },
    ...{ title: role, evidence: {}, status: "open", reopened: 0 },
    ...{ firstSeenAt: NOW, lastSeenAt: NOW, detectedAt: NOW, confirmedAt: NOW },
    ...over,
  } as Omit<Finding, "id">;
  return { ...known, id: familyId(known) };
};
const of = (cluster: Cluster, findings: readonly Finding[], snapshotAt = NOW): PeerFindings => ({
  ...{ cluster, findings, snapshotAt },
});
const held = (findings: readonly Finding[]): string[] =>
  findings.filter(isHeldBack).map(({ subject }) => subject.role ?? "");

const made = fc.record({
  role: fc.constantFrom("a", "b", "c"),
  told: fc.boolean(),
  severity: fc.constantFrom("medium" as const, "high" as const),
  status: fc.constantFrom("open" as const, "open" as const, "acknowledged" as const, "exempt" as const),
});
const list = fc.uniqueArray(made, { selector: ({ role }) => role });
const listed = (cluster: Cluster, all: typeof list extends fc.Arbitrary<infer T> ? T : never): Finding[] =>
  all.map(({ role, told, ...over }) => finding(cluster, role, { ...over, ...(told && { noticedAt: NOW }) }));

it("of any two lists, whoever is evaluated first, nobody's is lost and somebody is told of each", () => {
  fc.assert(
    fc.property(list, list, fc.array(fc.boolean(), { minLength: 2, maxLength: 5 }), (one, two, turns) => {
      let [first, second] = [listed(FIRST, one), listed(SECOND, two)];
      const before = [first, second].map((all) => all.map(({ id }) => id));
      for (const isFirst of [...turns, true, false]) {
        if (isFirst) first = [...spokenFor(first, NOW, [of(SECOND, second)], isShared)];
        else second = [...spokenFor(second, NOW, [of(FIRST, first)], isShared)];
      }
      expect([first, second].map((all) => all.map(({ id }) => id))).toEqual(before);
      for (const role of ["a", "b", "c"]) {
        const same = [...first, ...second].filter(({ subject }) => subject.role === role);
        const tells = same.filter((own) => !isHeldBack(own));
        if (same.length) expect(tells.length).toBeGreaterThan(0);
        // What was told at both already goes on at both; else the worst of them is told, once.
        const news = same.filter(({ noticedAt, status }) => noticedAt === undefined && status === "open");
        const untold = tells.filter((own) => news.includes(own));
        const [a, b] = same;
        if (a && b && a.severity === b.severity) expect(untold.length).toBeLessThanOrEqual(news.length === 2 ? 1 : 0);
        for (const own of same.filter(isHeldBack))
          expect(tells.some(({ severity }) => severity === "high" || severity === own.severity)).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
}); // biome-ignore format: one glance

it("the second endpoint's is held back by the first one's, names it, and is told when that is gone", () => {
  const [ours, theirs] = [finding(SECOND, "app"), finding(FIRST, "app")];
  const [spoken] = spokenFor([ours], NOW, [of(FIRST, [theirs])], isShared);
  expect(spoken?.sameAs).toEqual({ cluster: FIRST, id: theirs.id });
  expect(incidentsOf(spoken ? [spoken] : []).flatMap(({ tellable }) => tellable)).toEqual([]);
  // Again: the same objects. And not for ever.
  expect(spokenFor(spoken ? [spoken] : [], NOW, [of(FIRST, [theirs])], isShared)[0]).toBe(spoken);
  for (const peers of [[], [of(FIRST, [])]])
    expect(spokenFor(spoken ? [spoken] : [], NOW, peers, isShared)).toEqual([ours]);
});

it("the first one's waits where people know the second one's, which was found sooner", () => {
  const theirs = finding(SECOND, "app", { noticedAt: NOW - HOUR });
  expect(held([...spokenFor([finding(FIRST, "app")], NOW, [of(SECOND, [theirs])], isShared)])).toEqual([
    "app",
  ]);
  const untold = finding(SECOND, "app");
  expect(held([...spokenFor([finding(FIRST, "app")], NOW, [of(SECOND, [untold])], isShared)])).toEqual([]);
});

it("what a newer snapshot of the peer found mended is not told out of an older one", () => {
  const mended = finding(FIRST, "app", { status: "resolved", closedAt: NOW });
  const ours = [finding(SECOND, "app")];
  expect(held([...spokenFor(ours, NOW - HOUR, [of(FIRST, [mended], NOW)], isShared)])).toEqual(["app"]);
  expect(held([...spokenFor(ours, NOW, [of(FIRST, [mended], NOW)], isShared)])).toEqual([]);
});

it("is never held back: what is worse, what is about nobody, what one endpoint alone has, what is observed there", () => {
  const never = (ours: Finding, theirs: Finding) =>
    expect(held([...spokenFor([ours], NOW, [of(FIRST, [theirs])], isShared)])).toEqual([]);
  never(finding(SECOND, "app"), finding(FIRST, "app", { severity: "low" }));
  const nobody = { subject: { facet: "" } };
  never(finding(SECOND, "", nobody), finding(FIRST, "", nobody));
  for (const detector of ["public-cluster", "policy-misses-admin", "baseline-drift", "new-network"])
    never(finding(SECOND, "app", { detector }), finding(FIRST, "app", { detector }));
  never(finding(SECOND, "app"), finding(FIRST, "app", { observedUntil: NOW + HOUR }));
  never(finding(SECOND, "app", { noticedAt: NOW }), finding(FIRST, "app"));
});

it("is said of the detectors that look at the catalog, the account, and the connections of all endpoints, and not of those that look at a policy", () => {
  const names = detectors.filter(isOfSharedState).map(({ id }) => id);
  expect(names).toContain("escalation-path");
  expect(names).toContain("dormant-mapping");
  expect(names).toContain("auditor-holds-more");
  const ofConnections = ["spread-refusals", "concurrent-networks"];
  expect(names).toEqual(expect.arrayContaining(ofConnections));
  for (const { id, needs = [], category } of detectors.filter(isOfSharedState)) {
    expect(needs).not.toContain("iam.clusters");
    if (ofConnections.includes(id)) continue;
    // Of what is not seen each endpoint has its own.
    if (id !== "auditor-holds-more") expect(["over-privileged", "dormant"]).toContain(category);
  }
});
