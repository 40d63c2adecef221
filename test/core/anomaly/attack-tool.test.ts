// A client that calls itself a tool made for attacks is bad enough by its name, whatever else is usual.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signRules } from "../../../bench/support/sign-rules.ts";
import type { Tally } from "../../../lib/core/activity/activity.ts";
import { isAttackTool } from "../../../lib/core/anomaly/attack-tool-rule.ts";
import { surprises } from "../../../lib/core/anomaly/surprise.ts";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import { role, START, steady, surpriseFacts, tally } from "./support.ts";

const now = START + 30 * DAY + 12 * HOUR;
const estate = Array.from({ length: 5 }, (_, n) => steady(`service-${n}`, 30)).flat();
const withTool = (more: Partial<Tally> = {}) =>
  tally("service-3", now - HOUR, { client: "sqlmap/1.9", ...more });

/** What is found where next to no false finding is accepted: as in an estate of ten thousand principals. */
const foundAt = (tallies: readonly Tally[]) =>
  surprises(surpriseFacts([...estate, ...tallies], { falseFindingsPerWeek: 0.0001 }), signRules)
    .at(now)
    .episodes.filter(({ severity }) => severity !== undefined);

describe("an attack tool", () => {
  it("is high where it was let in, however large the estate is", () => {
    expect(foundAt([withTool()])).toMatchObject([
      { principal: role("service-3"), detector: "attack-tool", severity: "high" },
    ]);
    // Any other client is no finding there.
    expect(foundAt([withTool({ client: "psql/16.4" })])).toEqual([]);
  });

  it("says that the name is the client's own word", () => {
    const [found] = foundAt([withTool()]);
    expect(found?.signs[0]?.what).toBe(
      "connected with a client that calls itself sqlmap, a tool made for attacks",
    );
  });

  it("is medium where it was refused, and high once it was let in", () => {
    const refused = withTool({ outcome: "refused", firstAt: now - 2 * HOUR, lastAt: now - 2 * HOUR });
    expect(foundAt([refused])).toMatchObject([{ detector: "attack-tool", severity: "medium" }]);
    expect(foundAt([refused, withTool()])).toMatchObject([{ detector: "attack-tool", severity: "high" }]);
  });

  it("makes nothing less severe that is critical by itself", () => {
    const revoked = surpriseFacts([...estate, withTool()], {
      mappingStates: () => () => "revoked",
    });
    const [found] = surprises(revoked, signRules)
      .at(now)
      .episodes.filter((one) => one.principal === role("service-3"));
    expect(found?.severity).toBe("critical");
    expect(found?.signs.map(({ detector }) => detector)).toContain("attack-tool");
  });
});

describe("the name of a tool", () => {
  it.each(["sqlmap", "SQLMap", "python-sqlmap", "sqlmap2", "stratus-red-team_5f1c", "x nmap"])(
    "%s",
    (name) => {
      expect(isAttackTool(name)).toBe(true);
    },
  );

  it.each(["mysqlmapper", "sqlmapper", "hydra", "medusa", "psql", "", "unknown", "…"])(
    "%s is none",
    (name) => {
      expect(isAttackTool(name)).toBe(false);
    },
  );

  it("is one as a whole word, in any case, whatever stands beside it", () => {
    const beside = fc
      .string({ unit: "grapheme", maxLength: 8 })
      .map((text) => text.replace(/[a-z0-9]/gi, "-"));
    fc.assert(
      fc.property(beside, fc.mixedCase(fc.constant("sqlmap")), beside, (before, name, after) => {
        expect(isAttackTool(`${before}${name}${after}`)).toBe(true);
        expect(isAttackTool(`a${name}`)).toBe(false);
        expect(isAttackTool(`${name}a`)).toBe(false);
      }),
    );
  });
});
