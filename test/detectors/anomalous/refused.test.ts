// What was refused is never told as a connection, and an incident of refusals ends without anybody who got in.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../lib/core/base/time.ts";
import {
  daily,
  daysAgo,
  EXAMPLE_NOW,
  type ExampleConnection,
  exampleFacts,
} from "../../../lib/core/findings/example-facts.ts";
import type { Finding } from "../../../lib/core/findings/finding.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { isRefusedOnly } from "../../../lib/core/findings/refused-only.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { detectors } from "../../../lib/detectors/index.ts";

const judge = judgeWith(detectors.filter(({ category }) => category === "anomalous"));
const usual = ["OrdersApi", "UserService"].flatMap((by) => daily(by, 60, daysAgo(1)));
const mappings = ["OrdersApi", "UserService"].map((to) => ({ to, role: "app_rw" }));
const foundIn = (connections: readonly ExampleConnection[]) =>
  judge(auditView(exampleFacts({ mappings, connections: [...usual, ...connections] })))
    .observations as readonly unknown[] as readonly Finding[];

const attempt: fc.Arbitrary<ExampleConnection> = fc.record(
  {
    by: fc.constantFrom("OrdersApi", "UserService", "Stranger"),
    arn: fc.constantFrom("arn:aws:iam::111122223333:root", "arn:aws:iam::999900001111:role/Partner"),
    at: fc.integer({ min: 1, max: 120 }).map((ago) => EXAMPLE_NOW - HOUR - ago * MINUTE),
    outcome: fc.constant("refused" as const),
    action: fc.constant("DbConnectAdmin" as const),
    network: fc.constantFrom("10.20.4.0/24", "203.0.113.0/24"),
    client: fc.constantFrom("aurora-dsql-nodejs-pg/0.1.9", "psql/16"),
    session: fc.constantFrom("app-*", "ana@example.com"),
    count: fc.integer({ min: 1, max: 40 }),
  },
  { requiredKeys: ["by", "at", "outcome"] },
);

describe("attempts that were all refused", () => {
  it("are told as attempts, whatever is unusual of them, and let nobody in", () => {
    fc.assert(
      fc.property(fc.array(attempt, { minLength: 1, maxLength: 12 }), (attempts) => {
        for (const finding of foundIn(attempts)) {
          expect(finding.title).not.toMatch(/(?<!tried to )\bconnect(?:ed)?\b|let in\b/);
          expect(isRefusedOnly(finding), finding.title).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("leave a permission to take away where no mapping stood, and an access where one does", () => {
    const ofRoles = attempt.map(({ arn: _, action: __, ...rest }): ExampleConnection => rest);
    fc.assert(
      fc.property(fc.array(ofRoles, { minLength: 1, maxLength: 12 }), (attempts) => {
        for (const { fix, life, subject, title } of foundIn(attempts)) {
          if (life !== "episode") continue;
          const isStranger = String(subject.principal).endsWith("/Stranger");
          expect(fix, title).toMatch(
            isStranger
              ? /^It was refused, and no mapping named it: .* take away what lets it try: dsql:DbConnect/
              : /^Ask the owner of .* take its access away, /,
          );
        }
      }),
      { numRuns: 60 },
    );
    // After a week of it, that no mapping names it is no sign any more.
    const week = Array.from({ length: 12 }, (_, n) => ({ by: "Stranger", at: daysAgo(12 - n) }));
    const standing = [
      ...week.map((one) => ({ ...one, outcome: "refused" as const })),
      { by: "Stranger", at: EXAMPLE_NOW - 2 * HOUR, outcome: "refused" as const, count: 80 },
    ];
    const many = foundIn(standing).filter(({ detector }) => detector === "failed-attempts");
    expect(many.map(({ fix }) => fix)).toEqual([expect.stringMatching(/^It was refused, and no mapping /)]);
  });

  it("are no refusals alone once one of the kind is let in", () => {
    const root = { by: "root", arn: "arn:aws:iam::111122223333:root", action: "DbConnectAdmin" } as const;
    const at = EXAMPLE_NOW - 2 * HOUR;
    const [refused, letIn] = [
      { ...root, at, outcome: "refused" as const },
      { ...root, at: at + MINUTE },
    ];
    expect(foundIn([refused]).map(({ title }) => title)).toEqual([
      "root of account 111122223333 tried to connect, the user that no IAM policy limits",
    ]);
    const [both] = foundIn([refused, letIn]);
    expect(both?.title).toMatch(/ connected, the user /);
    expect(both && isRefusedOnly(both)).toBe(false);
    const [many] = foundIn([{ by: "OrdersApi", at, outcome: "refused", count: 80 }]);
    expect(many && isRefusedOnly(many)).toBe(true);
    const [then] = foundIn([
      { by: "OrdersApi", at, outcome: "refused", count: 80 },
      { by: "OrdersApi", at: at + MINUTE },
    ]);
    expect(then && isRefusedOnly(then)).toBe(false);
  });
});
