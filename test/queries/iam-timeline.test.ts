// What timelines tell of IAM: whose way in opened or closed, between which snapshots, and never "lost" of what was not read.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import type { IamFacts } from "../../lib/core/catalog/iam-facts.ts";
import { newestSnapshot, timelineOf, timelineQuestion } from "../../lib/queries/timeline.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { changeText } from "../../lib/wording/change-text.ts";
import { cluster, estate } from "../support/catalogs.ts";
import { allow, deny, everybody, type FactsGiven, iamFacts, policy, roleArn } from "../support/iam-facts.ts";
import { testTables } from "../support/table.ts";

let tables: Awaited<ReturnType<typeof testTables>>;
beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());

const T = Date.UTC(2026, 9, 3, 10, 6);
const NOW = T + 2 * DAY;
const READER = roleArn("reader");

/** The same database all along, beside IAM as it is said; undefined: nothing of IAM was read. */
const withIam = (iam: IamFacts | undefined): Catalog => ({ ...estate(), ...(iam && { iam }) });
const may = (...actions: readonly string[]) => ({
  policies: [policy(allow({ Action: actions }))],
});
const facts = (given: FactsGiven): IamFacts => iamFacts(given, cluster);
const unreadable = (iam: IamFacts, ...parts: readonly (keyof IamFacts["parts"])[]): IamFacts => ({
  ...iam,
  parts: {
    ...iam.parts,
    ...Object.fromEntries(
      parts.map((part) => [part, { status: "unreadable", reason: "AccessDenied", code: "AccessDenied" }]),
    ),
  },
});

const timeline = async (
  asked: Parameters<typeof timelineQuestion>[0],
  states: readonly (IamFacts | undefined)[],
) => {
  const store = openStore(await tables.fresh(), { now: () => NOW });
  for (const [n, iam] of states.entries()) await store.snapshots.save(cluster, withIam(iam), T + n * HOUR);
  const { changes } = await timelineOf(store, cluster, timelineQuestion(asked), {
    newest: await newestSnapshot(store, cluster),
    now: NOW,
  });
  return changes.flatMap(({ from, to, change }) =>
    change.kind === "iam"
      ? [{ from: (from - T) / HOUR, to: (to - T) / HOUR, says: changeText(change), change }]
      : [],
  );
};
const verdicts = (found: Awaited<ReturnType<typeof timeline>>): string[] =>
  found
    .filter(({ change }) => change.what === "access")
    .map(
      ({ from, to, change }) =>
        `${from}-${to} ${change.arn?.split("/").at(-1)} ${change.name} ${change.before} > ${change.after}`,
    );

const open = facts({ roles: { reader: may("dsql:DbConnect"), ops: may("dsql:DbConnectAdmin") } });
const shut = facts({ roles: { reader: may("s3:GetObject"), ops: may("dsql:DbConnectAdmin") } });

describe("the timeline of a principal", () => {
  it("says that it lost DbConnect, between which snapshots, beside the policy that changed", async () => {
    const found = await timeline({ principal: READER }, [open, shut, shut]);
    expect(found.map(({ from, to, says }) => `${from}-${to} ${says}`)).toEqual([
      "0-1 inline policy p0 was changed in IAM role reader",
      "0-1 IAM role reader lost dsql:DbConnect",
    ]);
  });

  it("says that the identity is gone, and that another one came under its name", async () => {
    const again = facts({ roles: { reader: { ...may("dsql:DbConnect"), id: "AROAOTHER" } } });
    const found = await timeline({ principal: READER }, [open, facts({ roles: { ops: {} } }), again]);
    expect(found.map(({ says }) => says)).toEqual([
      "IAM role reader was deleted (AROAREADER)",
      "IAM role reader lost dsql:DbConnect",
      "IAM role reader was created (AROAOTHER)",
      "IAM role reader gained dsql:DbConnect",
    ]);
    const remade = await timeline({ principal: READER }, [open, again]);
    expect(remade.map(({ says }) => says)).toEqual([
      "IAM role reader was deleted and made again: its unique ID went from AROAREADER to AROAOTHER",
    ]);
  });

  it("never says lost of what could not be read, and tells what is true when it can be read again", async () => {
    const blind = unreadable(open, "roles", "managedPolicies");
    const found = await timeline({ principal: READER }, [open, blind, shut]);
    expect(verdicts(found)).toEqual([
      "0-1 reader dsql:DbConnect allowed > unknown",
      "0-1 reader dsql:DbConnectAdmin denied > unknown",
      "1-2 reader dsql:DbConnect unknown > denied",
      "1-2 reader dsql:DbConnectAdmin unknown > denied",
      // It went while nobody could look: between the two snapshots that could read it.
      "0-2 reader dsql:DbConnect allowed > denied",
    ]);
    const same = await timeline({ principal: READER }, [open, blind, open]);
    expect(same.filter(({ says }) => / lost /.test(says))).toEqual([]);
    expect(verdicts(same).filter((text) => text.includes("dsql:DbConnect "))).toEqual([
      "0-1 reader dsql:DbConnect allowed > unknown",
      "1-2 reader dsql:DbConnect unknown > allowed",
    ]);
  });

  it("begins to be known when IAM is first read", async () => {
    const found = await timeline({ principal: READER }, [undefined, open]);
    expect(verdicts(found)).toContain("0-1 reader dsql:DbConnect unknown > allowed");
  });

  it("follows managed policies, groups and the cluster's policy, and no policy of others", async () => {
    const managed = (action: string) =>
      facts({
        roles: { reader: { attached: ["arn:aws:iam::111122223333:policy/connect"] } },
        managed: { connect: policy(allow({ Action: action })) },
      });
    expect(
      verdicts(await timeline({ principal: READER }, [managed("dsql:DbConnect"), managed("s3:*")])),
    ).toEqual(["0-1 reader dsql:DbConnect allowed > denied"]);
    const closed = facts({
      roles: { reader: may("dsql:DbConnect"), ops: may("dsql:DbConnectAdmin") },
      clusterPolicy: policy(deny({ ...everybody, Action: "dsql:DbConnect" })),
    });
    expect((await timeline({ principal: READER }, [open, closed])).map(({ says }) => says)).toEqual([
      `the cluster ${cluster} was given a policy`,
      "IAM role reader lost dsql:DbConnect",
    ]);
    const other = facts({ roles: { reader: may("dsql:DbConnect"), ops: may("s3:GetObject") } });
    expect(await timeline({ principal: READER }, [open, other])).toEqual([]);
  });

  it("knows an administrator who was never mapped, and nobody of whom nothing was ever seen", async () => {
    const found = await timeline({ principal: roleArn("ops") }, [open, facts({ roles: { reader: {} } })]);
    expect(verdicts(found)).toEqual(["0-1 ops dsql:DbConnectAdmin allowed > denied"]);
    await expect(timeline({ principal: roleArn("never") }, [open])).rejects.toThrow(/no mapping of/);
  });
});

describe("the timeline of a role", () => {
  it("says which of its principals could no longer connect", async () => {
    expect(verdicts(await timeline({ role: "app_ro" }, [open, shut]))).toEqual([
      "0-1 reader dsql:DbConnect allowed > denied",
    ]);
    expect(await timeline({ role: "app_rw" }, [open, shut])).toEqual([]);
  });

  it("of admin says whom IAM let in and kept out, without a mapping, and leaves the rest of the account out", async () => {
    const more = facts({
      roles: { reader: may("dsql:DbConnect"), ops: may("s3:GetObject"), build: may("dsql:*") },
    });
    const states = [open, more, unreadable(more, "roles"), more];
    expect(verdicts(await timeline({ role: "admin" }, states))).toEqual([
      "0-1 build dsql:DbConnectAdmin denied > allowed",
      "0-1 ops dsql:DbConnectAdmin allowed > denied",
      "1-2 build dsql:DbConnectAdmin allowed > unknown",
      "1-2 ops dsql:DbConnectAdmin denied > unknown",
      "2-3 build dsql:DbConnectAdmin unknown > allowed",
      "2-3 ops dsql:DbConnectAdmin unknown > denied",
    ]);
  });
});
