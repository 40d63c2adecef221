// Whom the simulator is asked about, and when: few at a time, in an order, and never again for nothing.
import { describe, expect, it } from "vitest";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import type { AskTimes } from "../../../lib/core/history/manifest.ts";
import type { IamFacts, IamOpinions, Simulated } from "../../../lib/core/iam/facts.ts";
import { connectActions } from "../../../lib/core/iam/may-connect.ts";
import {
  ASKED_A_DAY,
  ASKED_AN_HOUR,
  type AskFound,
  MOST_KEPT,
  planAsking,
} from "../../../lib/core/iam/plan-asking.ts";
import { opinionsOn, secondOpinion } from "../../../lib/core/iam/second-opinion.ts";
import { allow, type FactsGiven, IAM_CLUSTER, iamFacts, policy, roleArn } from "../../support/iam-facts.ts";

const T = Date.parse("2026-11-02T09:00:00Z");
type Kept = { readonly opinions: IamOpinions | undefined; readonly times: AskTimes | null };
const never: Kept = { opinions: undefined, times: null };

const plan = (facts: IamFacts, { opinions, times }: Kept, now: number, mapped: readonly string[] = []) =>
  planAsking({ facts, cluster: IAM_CLUSTER, mapped, earlier: opinions, times }, now);

/** An answer for each: what is said here, or its contrary for those that are `wrong`. */
const found = (facts: IamFacts, principals: readonly string[], wrong: readonly string[] = []): AskFound => {
  const second = secondOpinion(facts, IAM_CLUSTER);
  return {
    opinions: principals.flatMap((arn) => {
      const answers = connectActions.map((action) => {
        const isAllowed = (second.ownVerdict(arn, action) === "allowed") !== wrong.includes(arn);
        const answer: Simulated = {
          decision: isAllowed ? "allowed" : "denied",
          missing: [],
          inOrganization: null,
        };
        return [action, answer] as const;
      });
      return opinionsOn(second, arn, new Map(answers));
    }),
    refused: null,
  };
};

/** One asking, answered. */
const ask = (facts: IamFacts, kept: Kept, now: number, wrong: readonly string[] = []) => {
  const { principals, keep } = plan(facts, kept, now);
  return { principals, kept: keep(principals.length ? found(facts, principals, wrong) : null) };
};

const roles = (count: number, more: FactsGiven["roles"] = {}): FactsGiven => ({
  roles: {
    ...Object.fromEntries(
      Array.from({ length: count }, (_, n) => [
        `r${String(n).padStart(3, "0")}`,
        { policies: [policy(allow())] },
      ]),
    ),
    ...more,
  },
});
const connectOnly = policy(allow({ Action: "dsql:DbConnect" }));

describe("asking for second opinions", () => {
  it("begins with administrators and mapped identities in turns, then others that have policies", () => {
    const facts = iamFacts({
      roles: {
        app: { policies: [connectOnly] },
        mapped: { policies: [connectOnly] },
        none: {},
        ops: { policies: [policy(allow())] },
      },
    });
    expect(plan(facts, never, T, [roleArn("mapped")]).principals).toEqual([
      ...[roleArn("ops"), roleArn("mapped"), roleArn("app")],
    ]);
  });

  it("asks about a few an hour and some a day, until each was asked about", () => {
    const facts = iamFacts(roles(24));
    let kept: Kept = never;
    const at: number[] = [];
    const seen = new Set<string>();
    for (let now = T; now < T + 30 * HOUR; now += HOUR / 2) {
      const asked = ask(facts, kept, now);
      kept = asked.kept;
      for (const arn of asked.principals) {
        expect(seen.has(arn)).toBe(false);
        seen.add(arn);
        at.push(now);
      }
      for (const [span, most] of [
        [HOUR, ASKED_AN_HOUR],
        [DAY, ASKED_A_DAY],
      ] as const)
        expect(at.filter((one) => one > now - span).length).toBeLessThanOrEqual(most);
    }
    expect(seen.size).toBe(24);
    expect(kept.opinions?.waiting).toBe(0);
  });

  it("is due when the next one may be asked, and not before", () => {
    const facts = iamFacts(roles(30));
    const first = ask(facts, never, T).kept;
    expect(first.times).toEqual({ askedAt: T, dueAt: T + HOUR });
    expect(plan(facts, first, T + HOUR - 1).principals).toEqual([]);
    let kept: Kept = first;
    for (let n = 1; n < ASKED_A_DAY / ASKED_AN_HOUR; n += 1) kept = ask(facts, kept, T + n * HOUR).kept;
    expect(kept.times?.dueAt).toBe(T + DAY);
    expect(plan(facts, kept, T + DAY - 1).principals).toEqual([]);
    expect(plan(facts, kept, T + DAY).principals.length).toBeGreaterThan(0);
  });

  it("leaves what was asked alone for a month", () => {
    const facts = iamFacts(roles(2));
    const { kept } = ask(facts, never, T);
    expect(kept.times.dueAt).toBe(T + 30 * DAY);
    expect(plan(facts, kept, T + 29 * DAY).principals).toEqual([]);
    expect(plan(facts, kept, T + 30 * DAY).principals).toHaveLength(2);
  });

  it("asks first about whose policies changed, whoever else is waiting", () => {
    const facts = iamFacts(roles(6, { z: { policies: [policy(allow())] } }));
    const second = secondOpinion(facts, IAM_CLUSTER);
    expect(second.sourceOf(roleArn("z"))).toBe(roleArn("z"));
    const kept = plan(facts, never, T).keep(found(facts, [roleArn("z")]));
    const changed = iamFacts(roles(6, { z: { policies: [policy(allow()), connectOnly] } }));
    const { principals, keep } = plan(changed, kept, T + HOUR);
    expect(principals[0]).toBe(roleArn("z"));
    expect(keep(null).opinions.waiting).toBe(7);
    expect(keep(null).opinions.identities.map(({ arn }) => arn)).toEqual([roleArn("z")]);
  });

  it("asks anew about a difference after a day", () => {
    const facts = iamFacts(roles(1));
    const wrong = [roleArn("r000")];
    const { kept } = ask(facts, never, T, wrong);
    expect(kept.times.dueAt).toBe(T + DAY);
    const again = ask(facts, kept, T + DAY);
    expect(again.principals).toEqual(wrong);
    expect(again.kept.times.dueAt).toBe(T + 31 * DAY);
  });

  it("asks about everybody, however many of them AWS does not know or cannot evaluate", () => {
    const facts = iamFacts(roles(30, { zz: { policies: [policy(allow())] } }));
    let kept: Kept = never;
    const seen = new Map<string, number>();
    for (let now = T; now < T + 5 * DAY; now += HOUR) {
      const { principals, keep } = plan(facts, kept, now);
      for (const arn of principals) seen.set(arn, (seen.get(arn) ?? 0) + 1);
      const even = principals.filter((_, n) => n % 2 === 0);
      const unanswered = found(facts, even).opinions.map((one) => ({ ...one, aws: null }));
      const gone = principals.filter((_, n) => n % 2 === 1);
      kept = keep(principals.length ? { opinions: unanswered, gone, refused: null } : null);
    }
    expect(seen.size).toBe(31);
    expect(Math.min(...seen.values())).toBeGreaterThan(1);
  });

  it("takes back nothing that was said of the same policies where AWS does not answer the next time", () => {
    const facts = iamFacts(roles(1));
    const wrong = [roleArn("r000")];
    const { kept } = ask(facts, never, T, wrong);
    for (const silent of [
      { opinions: found(facts, wrong).opinions.map((one) => ({ ...one, aws: null })), refused: null },
      { opinions: [], gone: wrong, refused: null },
    ]) {
      const [first] = kept.opinions.identities;
      const [after] = plan(facts, kept, T + DAY).keep(silent).opinions.identities;
      expect(after).toEqual({ ...first, askedAt: T + DAY });
    }
  });

  it("keeps what differs however many administrators come before it", () => {
    const last = roleArn("zz");
    const own = { zz: { policies: [connectOnly] } };
    const { kept } = ask(iamFacts(roles(0, own)), never, T, [last]);
    const crowded = iamFacts(roles(MOST_KEPT + 5, own));
    const { principals, keep } = plan(crowded, kept, T + DAY);
    expect(principals).toContain(last);
    const after = keep(found(crowded, principals, [last])).opinions;
    expect(after.identities.map(({ arn }) => arn)).toContain(last);
    expect(plan(crowded, { opinions: after, times: null }, T + 2 * DAY).principals).toContain(last);
  });

  it("waits a day for a permission and an hour for the rest, and says since when", () => {
    const facts = iamFacts(roles(2));
    const denied: AskFound = { opinions: [], refused: { why: "denied", permission: "iam:X" } };
    const first = plan(facts, never, T).keep(denied);
    expect(first).toMatchObject({
      opinions: { refused: { why: "denied", permission: "iam:X", since: T }, waiting: 2 },
      times: { askedAt: T, dueAt: T + DAY },
    });
    // Also where policies have changed since, for which a snapshot would look at once.
    expect(plan(facts, first, T + 2 * HOUR).principals).toEqual([]);
    expect(plan(facts, first, T + DAY).keep(denied).opinions).toEqual(first.opinions);
    const throttled: AskFound = { opinions: [], refused: { why: "throttled" } };
    expect(plan(facts, never, T).keep(throttled).times.dueAt).toBe(T + HOUR);
    expect(ask(facts, first, T + DAY).kept.opinions.refused).toBeNull();
    const partly: AskFound = { ...denied, opinions: found(facts, [roleArn("r000")]).opinions };
    expect(plan(facts, first, T + DAY).keep(partly).opinions.refused?.since).toBe(T + DAY);
  });

  it("asks nobody and forgets nobody while identities cannot be read", () => {
    const facts = iamFacts(roles(2));
    const { kept } = ask(facts, never, T);
    const refused = { status: "unreadable", reason: "access denied", code: "AccessDenied" } as const;
    const blind: IamFacts = { ...facts, parts: { ...facts.parts, roles: refused } };
    const { principals, keep } = plan(blind, kept, T + 40 * DAY);
    expect(principals).toEqual([]);
    expect(keep(null).opinions.identities).toEqual(kept.opinions.identities);
  });

  it("keeps a bounded number, and of each a bounded text", () => {
    const facts = iamFacts(roles(MOST_KEPT + 20));
    const all = facts.parts.roles.status === "read" ? facts.parts.roles.rows.map(({ arn }) => arn) : [];
    const first = found(facts, all.slice(0, MOST_KEPT + 10));
    const missing = Array.from({ length: 50 }, (_, n) => `x:${n}${"y".repeat(500)}`);
    const loud: AskFound = {
      refused: null,
      opinions: first.opinions.map((one) => ({ ...one, aws: one.aws && { ...one.aws, missing } })),
    };
    const { opinions } = plan(facts, never, T).keep(loud);
    const later = plan(facts, { opinions, times: { askedAt: T, dueAt: T } }, T + DAY).keep(null).opinions;
    expect(later.identities).toHaveLength(MOST_KEPT);
    expect(JSON.stringify(later.identities[0]).length).toBeLessThan(6_000);
  });

  it("forgets who is gone", () => {
    const { kept } = ask(iamFacts(roles(2)), never, T);
    const left = plan(iamFacts(roles(1)), kept, T + HOUR).keep(null).opinions;
    expect(left.identities.map(({ arn }) => arn)).toEqual([roleArn("r000")]);
  });
});
