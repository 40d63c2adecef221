// What happens to a deployment in its life: retention, removal, and another deployment that goes on with the old table.
import { deepEqual, equal, match } from "node:assert/strict";
import { admitFunction } from "./cluster.ts";
import { REGION } from "./emulator.ts";
import type { Readme } from "./follow-readme.ts";
import type { Mailbox } from "./mailbox.ts";
import { type Report, until } from "./report.ts";
import { historyOf, type Snapshot } from "./watch-checks.ts";
import { asked, type Deployed, deployedIn, ran, STACK, STAGE, type World } from "./world.ts";

type Retained = {
  readonly applied: boolean;
  readonly keptSnapshots: number;
  readonly removedSnapshots: number;
};

const checkRetention = async (world: World, report: Report, deployed: Deployed): Promise<void> => {
  await report.check("retain called, and `history retain`: all of today is kept, and verified", async () => {
    const before = await historyOf(world, deployed);
    deepEqual(await deployed.call("retain"), { clusters: 1 });
    const { applied, keptSnapshots, removedSnapshots } = await asked<Retained>(
      world,
      deployed,
      "history retain --keep-days 1 --apply",
    );
    deepEqual(
      { applied, keptSnapshots, removedSnapshots },
      {
        applied: true,
        keptSnapshots: before.length,
        removedSnapshots: 0,
      },
    );
    deepEqual(await historyOf(world, deployed), before);
    await asked(world, deployed, "history verify");
    return `${before.length} snapshots`;
  });
};

const removeAll = async (world: World, report: Report, deployed: Deployed): Promise<readonly Snapshot[]> => {
  let left: readonly Snapshot[] = [];
  await report.must("npx serverless remove --stage prod: the stack is gone, the table stays", async () => {
    const before = await historyOf(world, deployed);
    await ran(world, `npx serverless remove --stage ${STAGE}`);
    await deployed.call("plan").then(
      () => Promise.reject(new Error("the function plan is still there")),
      () => undefined,
    );
    left = await historyOf(world, deployed);
    deepEqual(left, before);
  });
  return left;
};

/** A role that is made anew under its name is refused until it is mapped again: docs/operations.md, Rotate. */
const mapAgain = async (world: World, readme: Readme): Promise<void> => {
  const said = await ran(world, readme.setupSql);
  const [grant = "", roleArn = ""] = /AWS IAM GRANT .* TO '(arn:[^']*)';/.exec(said) ?? [];
  const revoke = grant.replace(" GRANT ", " REVOKE ").replace(" TO ", " FROM ");
  await admitFunction(world.company, world.clients, { name: `${STACK}-snapshot`, roleArn });
  await world.company.asAdmin([revoke, grant]);
};

const checkAgain = async (
  world: World,
  report: Report,
  { readme, table, before }: { readme: Readme; table: string; before: readonly Snapshot[] },
): Promise<Deployed> => {
  let again: Deployed | undefined;
  await report.must("deployed again with existingTable", async () => {
    await ran(world, `npx dsql-audit init --stage ${STAGE} --existing-table ${table} --yes --force`);
    await ran(world, readme.deploy);
    await mapAgain(world, readme);
    again = await deployedIn(world, table);
  });
  if (!again) throw new Error("nothing was deployed");
  const now = again;
  await report.check("the new deployment goes on with the old history", async () => {
    deepEqual(await now.call("plan"), { planned: 1 });
    const all = await until("a new snapshot", 90, async () => {
      const found = await historyOf(world, now);
      return found.length > before.length ? found : undefined;
    });
    const old = new Set(before.map(({ manifestHash }) => manifestHash));
    equal(all.filter(({ manifestHash }) => old.has(manifestHash)).length, before.length);
    equal(Math.max(...all.map(({ seq }) => seq)), Math.max(...before.map(({ seq }) => seq)) + 1);
    return `${before.length} old snapshots, ${all.length - before.length} new`;
  });
  return now;
};

export const checkLife = async (
  world: World,
  report: Report,
  { readme, deployed }: { readonly readme: Readme; readonly deployed: Deployed },
): Promise<Deployed> => {
  await checkRetention(world, report, deployed);
  const before = await removeAll(world, report, deployed);
  return checkAgain(world, report, { readme, table: deployed.table, before });
};

type Row = {
  readonly link: string;
  readonly state: string;
  readonly says: string;
  readonly next: string | null;
};

/** Links that cannot be ok here, and why. One that is not ok and not among them is a failure. */
const NOT_HERE: Readonly<Record<string, string>> = {
  API: "the emulator answers at another host than the one that the stack's URL names",
  "canary login": "the deployment is some minutes old, and CloudTrail has hours to deliver",
};

/** The README's last command; its lines are printed. */
export const checkDoctor = async (
  world: World,
  report: Report,
  {
    readme,
    deployed,
    mailbox,
    say,
  }: {
    readonly readme: Readme;
    readonly deployed: Deployed;
    readonly mailbox: Mailbox;
    readonly say: (line: string) => void;
  },
): Promise<void> => {
  const line = readme.doctor.replace("TABLE", deployed.table).replace("REGION", REGION);
  await report.check(`${line}: every link that can be ok here is`, async () => {
    await mailbox.subscribeTo(deployed.topic);
    say(await ran(world, line));
    const rows = await asked<Row[]>(world, deployed, "doctor");
    const bad = rows.filter(({ state, link }) => state !== "ok" && !(link in NOT_HERE));
    for (const [link, why] of Object.entries(NOT_HERE)) say(`  ${link} cannot be ok here: ${why}`);
    deepEqual(bad, []);
  });
  await report.check("its test mail comes", async () => {
    const { subject } = await mailbox.find(/\[TEST\]/, 30);
    match(subject, /^\[TEST\]/);
    return subject;
  });
};
