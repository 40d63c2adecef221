// What differs between two moments: beside what changed in IAM, whose way in it moved, by the timelines' own function.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import type { Change } from "../../lib/core/history/change.ts";
import type { IamFacts } from "../../lib/core/iam/facts.ts";
import { diffBetween } from "../../lib/queries/history-diff.ts";
import { newestSnapshot, timelineOf, timelineQuestion } from "../../lib/queries/timeline.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { changeText } from "../../lib/wording/change-text.ts";
import { cluster, estate } from "../support/catalogs.ts";
import { allow, deny, everybody, type FactsGiven, iamFacts, policy, roleArn } from "../support/iam-facts.ts";
import { sqliteTables } from "../support/table.ts";

const tables = sqliteTables();
afterAll(() => tables.stop());

const T = Date.UTC(2026, 9, 3, 10, 6);
const may = (action: string) => ({ policies: [policy(allow({ Action: action }))] });
const facts = (given: FactsGiven): IamFacts => iamFacts(given, cluster);
const roles = { reader: may("dsql:DbConnect"), ops: may("dsql:*"), build: may("s3:*") };
const states: readonly IamFacts[] = [
  facts({ roles }),
  facts({ roles: { ...roles, reader: may("s3:*") } }),
  facts({ roles: { ...roles, reader: may("s3:*"), ops: may("dsql:DbConnect") } }),
  facts({ roles: { ...roles, ops: may("dsql:DbConnect") } }),
];
const storeOf = async (of: readonly (IamFacts | undefined)[]) => {
  const store = openStore(await tables.fresh(), { now: () => T + DAY });
  for (const [n, iam] of of.entries())
    await store.snapshots.save(cluster, { ...estate(), ...(iam && { iam }) }, T + n * HOUR);
  return store;
};
const accessIn = (changes: readonly Change[]): string[] =>
  changes.flatMap((change) =>
    change.kind === "iam" && change.what === "access" ? [changeText(change)] : [],
  );

describe("the difference between two moments", () => {
  let store: Awaited<ReturnType<typeof storeOf>>;
  beforeAll(async () => {
    store = await storeOf(states);
  });

  it("says whom IAM let in then and does not now, after what changed", async () => {
    const { changes } = await diffBetween(store.snapshots, cluster, T, T + 2 * HOUR);
    expect(changes.map((change) => changeText(change))).toEqual([
      "inline policy p0 was changed in IAM role ops",
      "inline policy p0 was changed in IAM role reader",
      "IAM role ops lost dsql:DbConnectAdmin",
      "IAM role reader lost dsql:DbConnect",
    ]);
  });

  it("says nothing of what came and went in between", async () => {
    const { changes } = await diffBetween(store.snapshots, cluster, T, T + 3 * HOUR);
    expect(accessIn(changes)).toEqual(["IAM role ops lost dsql:DbConnectAdmin"]);
  });

  it("tells of a principal what its timeline tells", async () => {
    const newest = await newestSnapshot(store, cluster);
    const asked = timelineQuestion({ principal: roleArn("reader") });
    const { changes } = await timelineOf(store, cluster, asked, { newest, now: T + DAY });
    const inSteps = [0, 1, 2].map((n) =>
      diffBetween(store.snapshots, cluster, T + n * HOUR, T + (n + 1) * HOUR),
    );
    const all = (await Promise.all(inSteps)).flatMap((one) => one.changes);
    const mine = all.filter((change) => "arn" in change && change.arn === roleArn("reader"));
    expect(accessIn(mine)).toEqual(accessIn(changes.map(({ change }) => change)));
    expect(accessIn(mine)).toHaveLength(2);
  });

  it("tells of nobody where one of them holds nothing of IAM", async () => {
    const other = await storeOf([undefined, states[0]]);
    const { changes } = await diffBetween(other.snapshots, cluster, T, T + HOUR);
    expect(changes.map((change) => changeText(change))).toEqual(["IAM was read for the first time"]);
  });

  it("leaves those out of whom neither moment let anybody in, whatever the cluster's policy became", async () => {
    const closed = facts({ roles, clusterPolicy: policy(deny(everybody)) });
    const other = await storeOf([states[0], closed]);
    const { changes } = await diffBetween(other.snapshots, cluster, T, T + HOUR);
    expect(accessIn(changes)).toEqual([
      "IAM role ops lost dsql:DbConnect",
      "IAM role ops lost dsql:DbConnectAdmin",
      "IAM role reader lost dsql:DbConnect",
    ]);
  });

  it("calls unknown what one of them could not read, and never lost", async () => {
    const unread = { status: "unreadable", reason: "AccessDenied", code: "AccessDenied" } as const;
    const whole = facts({ roles });
    const other = await storeOf([whole, { ...whole, parts: { ...whole.parts, roles: unread } }]);
    const { changes } = await diffBetween(other.snapshots, cluster, T, T + HOUR);
    expect(accessIn(changes)).toEqual([
      'IAM role ops: dsql:DbConnect was "IAM allows it" and is "it is not known"',
      'IAM role ops: dsql:DbConnectAdmin was "IAM allows it" and is "it is not known"',
      'IAM role reader: dsql:DbConnect was "IAM allows it" and is "it is not known"',
    ]);
  });
});
