import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mappingStates, standingMappings } from "../../../lib/core/anomaly/mapping-state.ts";
import { HOUR } from "../../../lib/core/base/time.ts";
import { role, START } from "./support.ts";

const period = (over: object) => ({
  arn: role("app"),
  iamOid: 1,
  roleOid: 2,
  roleName: "app",
  notSeenAt: null,
  firstSeenAt: START,
  lastSeenAt: START,
  goneAt: null,
  ...over,
});

const knowledge = (periods: readonly ReturnType<typeof period>[], lastCaptureAt = START + 48 * HOUR) => ({
  periods,
  firstCaptureAt: START,
  lastCaptureAt,
  agesAssumed: false,
});

describe("the mapping of a principal that connects", () => {
  const at = START + 10 * HOUR;

  it("stands from the capture that shows it until the capture that no longer does", () => {
    const state = mappingStates(knowledge([period({ goneAt: START + 20 * HOUR })]))(START + 40 * HOUR);
    expect(state(role("app"), at, "allowed")).toBe("mapped");
    expect(state(role("app"), START + 21 * HOUR, "refused")).toBe("revoked");
  });

  it("never stood for who is in no capture", () => {
    expect(mappingStates(knowledge([]))(START + 40 * HOUR)(role("app"), at, "allowed")).toBe("never");
  });

  it("is unknown where no mappings were read, or only later", () => {
    const none = { ...knowledge([]), firstCaptureAt: null };
    expect(mappingStates(none)(START + 40 * HOUR)(role("app"), at, "refused")).toBe("unknown");
    expect(mappingStates(knowledge([]))(START + 40 * HOUR)(role("app"), START - HOUR, "refused")).toBe(
      "unknown",
    );
  });

  it("is not called missing while it may have been made since the last capture and used at once", () => {
    const made = period({ notSeenAt: at - 0.5 * HOUR, firstSeenAt: at + 0.5 * HOUR });
    const before = mappingStates(knowledge([made], at - 0.5 * HOUR))(at + 0.1 * HOUR);
    expect(before(role("app"), at, "allowed")).toBe("unknown");
    expect(mappingStates(knowledge([made]))(at + HOUR)(role("app"), at, "allowed")).toBe("unknown");
  });

  it("is called missing two hours later when no capture comes, and at once when the attempt was refused", () => {
    const state = (hours: number) => mappingStates(knowledge([], at - HOUR))(at + hours * HOUR);
    expect(state(0.1)(role("app"), at, "refused")).toBe("never");
    expect(state(0.1)(role("app"), at, "allowed")).toBe("unknown");
    expect(state(2)(role("app"), at, "allowed")).toBe("never");
  });

  it("is unknown while one to a pattern, the account or a session stands, which may be its", () => {
    const session = "arn:aws:sts::111122223333:assumed-role/app/job-1";
    for (const arn of [role("a*"), "arn:aws:iam::111122223333:root", session]) {
      const loose = period({ arn, goneAt: START + 20 * HOUR });
      const state = mappingStates(knowledge([loose]))(START + 40 * HOUR);
      expect(state(role("app"), at, "allowed")).toBe("unknown");
      expect(state(role("app"), START + 21 * HOUR, "allowed")).toBe("never");
    }
    const other = mappingStates(knowledge([period({ arn: role("b*") })]))(START + 40 * HOUR);
    expect(other(role("app"), at, "allowed")).toBe("never");
  });

  it("stands for a record that lost the role's path", () => {
    const withPath = period({ arn: "arn:aws:iam::111122223333:role/team/app" });
    expect(mappingStates(knowledge([withPath]))(START + 40 * HOUR)(role("app"), at, "allowed")).toBe(
      "mapped",
    );
  });
});

describe("any periods of mappings", () => {
  const hour = fc.integer({ min: 0, max: 12 }).map((n) => START + n * HOUR);
  const anyPeriod = fc
    .record({ firstSeenAt: hour, notSeenAt: fc.option(hour), goneAt: fc.option(hour) })
    .map(period);

  it("are read as they are defined, whoever asks in which order", () => {
    fc.assert(
      fc.property(
        fc.array(anyPeriod, { maxLength: 4 }),
        hour,
        fc.array(fc.tuple(hour, hour, fc.constantFrom("allowed", "refused")), { maxLength: 6 }),
        (periods, lastCaptureAt, questions) => {
          const known = knowledge(periods, lastCaptureAt);
          const states = mappingStates(known);
          for (const [one, other, outcome] of questions) {
            const [when, now] = [Math.min(one, other), Math.max(one, other)];
            const seen = periods.filter(({ firstSeenAt }) => firstSeenAt <= now);
            const stands = seen.some(
              ({ firstSeenAt, goneAt }) => firstSeenAt <= when && (goneAt === null || goneAt > when),
            );
            const between = seen.some(
              ({ firstSeenAt, notSeenAt }) => firstSeenAt > when && (notSeenAt ?? START) <= when,
            );
            const waits = outcome === "allowed" && lastCaptureAt <= when && now < when + 2 * HOUR;
            const stood = seen.some(({ firstSeenAt }) => firstSeenAt <= when);
            const expected = stands ? "mapped" : between || waits ? "unknown" : stood ? "revoked" : "never";
            expect(states(now)(role("app"), when, outcome)).toBe(expected);
          }
        },
      ),
    );
  });

  it("stand all through a stretch only where every instant of it is mapped", () => {
    fc.assert(
      fc.property(fc.array(anyPeriod, { maxLength: 4 }), hour, hour, hour, (periods, one, other, now) => {
        const known = knowledge(periods);
        const stretch = { from: Math.min(one, other), to: Math.max(one, other) };
        const throughout = standingMappings(known)(now)(role("app"), stretch);
        fc.pre(throughout);
        for (let at = stretch.from; at < stretch.to; at += HOUR)
          expect(mappingStates(known)(now)(role("app"), at, "allowed")).toBe("mapped");
      }),
    );
  });

  it("stand all through a stretch that no capture interrupts", () => {
    const states = standingMappings(knowledge([period({ goneAt: START + 20 * HOUR })]));
    const stretch = { from: START + HOUR, to: START + 19 * HOUR };
    expect(states(START + 40 * HOUR)(role("app"), stretch)).toBe(true);
    expect(states(START + 40 * HOUR)(role("app"), { ...stretch, to: START + 21 * HOUR })).toBe(false);
    expect(states(START + 40 * HOUR)(role("app"), { ...stretch, from: START - HOUR })).toBe(false);
    expect(states(START + 40 * HOUR)(role("other"), stretch)).toBe(false);
  });
});
