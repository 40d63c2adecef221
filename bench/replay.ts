// What judging a recorded stretch hour by hour costs, beside folding the same connections and beside judging from scratch; and the
// whole command over a folder of trail files.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tally } from "../lib/core/activity/activity.ts";
import { activityIndex } from "../lib/core/activity/activity-index.ts";
import type { Connection } from "../lib/core/activity/connection.ts";
import { addTally, sortedTallies, tallyOf } from "../lib/core/activity/tally.ts";
import { Cluster } from "../lib/core/base/ids.ts";
import { DAY, floorTo, HOUR } from "../lib/core/base/time.ts";
import { coverageOf } from "../lib/core/coverage/covered-hours.ts";
import { exampleArn } from "../lib/core/findings/example-facts.ts";
import type { Facts } from "../lib/core/findings/facts.ts";
import { judgeWith } from "../lib/core/findings/judge.ts";
import { replay } from "../lib/core/findings/replay.ts";
import { auditView } from "../lib/core/findings/view.ts";
import { detectors } from "../lib/detectors/index.ts";
import { seededRandom } from "../local/seeded-random.ts";
import type { Bench, BenchRow } from "./row.ts";
import { writeTrailFolder } from "./support/trail-folder.ts";
import { watchedCommand } from "./support/watched-command.ts";

export const name = "replay";

const START = Date.UTC(2026, 0, 1);
const DAYS = 120;
const PRINCIPALS = 300;
const CONNECTIONS = 500_000;
const SAMPLES = 20;

const cpuMs = <T>(work: () => T): { value: T; ms: number } => {
  const before = process.cpuUsage();
  const value = work();
  const { user, system } = process.cpuUsage(before);
  return { value, ms: (user + system) / 1000 };
};

const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/bench");

/** A quarter of the principals falls silent after a fifth of the time; each comes from three networks. */
const connections = (): Connection[] => {
  const random = seededRandom(7);
  return Array.from({ length: CONNECTIONS }, (_, i) => {
    const p = i % PRINCIPALS;
    const length = (p % 4 === 0 ? DAYS / 5 : DAYS) * DAY;
    return {
      eventId: `event-${i}`,
      at: START + Math.floor(random() * length),
      cluster,
      action: "DbConnect",
      outcome: "allowed",
      principal: exampleArn(`p${p}`),
      principalType: "role",
      sourceIp: `10.${p % 250}.${Math.floor(random() * 3)}.7`,
      userAgent: "aurora-dsql-nodejs-pg/0.1.9",
    };
  });
};

const fold = (all: readonly Connection[]) => {
  const hours = new Map<number, Map<string, Tally>>();
  for (const connection of all) {
    const hour = floorTo(HOUR, connection.at);
    const tallies = hours.get(hour) ?? new Map<string, Tally>();
    if (tallies.size === 0) hours.set(hour, tallies);
    addTally(tallies, tallyOf(connection));
  }
  return activityIndex([...hours.values()].map((tallies) => ({ tallies: sortedTallies(tallies) })));
};

/** Three months of a busy account, 288 files a day, judged by the whole command. */
const FOLDER = { files: 27_000, records: CONNECTIONS, start: Date.UTC(2026, 5, 1) };

const wholeCommand = async (): Promise<readonly BenchRow[]> => {
  const folder = mkdtempSync(join(tmpdir(), "bench-replay-"));
  try {
    const [trail, mappings] = [join(folder, "trail"), join(folder, "mappings.json")];
    writeTrailFolder({ folder: trail, ...FOLDER });
    const rows = Array.from({ length: 20 }, (_, i) => ({
      iam_oid: i,
      arn: `arn:aws:iam::111122223333:role/service/App${i}`,
      pg_role_oid: 20_000 + i,
      pg_role_name: `app${i}`,
      grantor_pg_role_oid: 10,
      grantor_pg_role_name: "admin",
    }));
    writeFileSync(mappings, JSON.stringify(rows));
    const args = ["replay", "--mappings", mappings, "--events", trail, "--json"];
    const { seconds, megabytes } = await watchedCommand(...args);
    const what = `the whole command (${FOLDER.records} records in ${FOLDER.files} files, by the hour)`;
    return [
      { name: what, value: seconds, unit: "s", target: { op: "<=", value: 12 } },
      { name: "the same: most memory of the process", value: megabytes, unit: "MB", target: { op: "<=", value: 400 } },
    ]; // biome-ignore format: one line a figure
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

export const run: Bench["run"] = async () => {
  const whole = await wholeCommand();
  const all = connections();
  const folded = cpuMs(() => fold(all));
  const end = START + DAYS * DAY;
  const facts: Facts = {
    cluster,
    now: end,
    snapshot: null,
    firstSnapshotAt: START,
    mappingPeriods: Array.from({ length: Math.floor(PRINCIPALS * 1.3) }, (_, i) => ({
      arn: exampleArn(`p${i % PRINCIPALS}`),
      iamOid: i,
      roleOid: 20_000 + i,
      roleName: `role${i}`,
      notSeenAt: null,
      firstSeenAt: START,
      lastSeenAt: end,
      goneAt: null,
    })),
    activity: folded.value,
    coverage: coverageOf(Array.from({ length: DAYS * 24 }, (_, i) => [START + i * HOUR, "folder"] as const)),
    doubts: [],
    captureExpectedFrom: START,
    settleMs: 0,
    archetypes: {},
    auditor: null,
  };
  const judge = judgeWith(detectors);
  const moments = DAYS * 24 + 1;
  const replayed = cpuMs(() => {
    const steps = replay(facts, judge, { from: START, to: end, stepMs: HOUR });
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value;
    }
  });
  const fresh = cpuMs(() => {
    for (let i = 1; i <= SAMPLES; i++)
      judge(auditView({ ...facts, now: START + (i * DAYS * DAY) / SAMPLES }));
  });
  return [
    ...whole,
    {
      name: `replay of ${moments} hours / folding its 500,000 connections`,
      value: replayed.ms / folded.ms,
      unit: "x",
      note: `${Math.round(replayed.ms)} ms CPU, ${replayed.value.length} findings`,
    },
    {
      name: "a moment judged from scratch / a moment of the replay",
      value: fresh.ms / SAMPLES / (replayed.ms / moments),
      unit: "x",
      target: { op: ">=", value: 20 },
    },
  ];
};
