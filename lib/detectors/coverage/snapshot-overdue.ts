// Snapshots have stopped: what every other detector says of roles and privileges is as old as the last one.

import { lengthOf } from "../../core/base/counted.ts";
import { DAY, HOUR, type Instant, iso, minute } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import { isLeftAsleep } from "../../core/coverage/asleep.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, daily, daysAgo, EXAMPLE_NOW, exampleFacts } from "../../core/findings/example-facts.ts";

/** Longer a cluster is never left asleep. */
const LONGEST_SLEEP_HOURS = 24;

/** Longer than this it is no hiccup: nobody knows any more who can reach what. */
const HIGH_HOURS = 24;

type OverdueEvidence = {
  readonly lastSnapshotAt: string;
  readonly hoursSince: number;
  readonly allowedHours: number;
  readonly connectionsSince: number;
  readonly lastConnectionAt: string | null;
};

/** Connections that let somebody in since the snapshot, as far as they are told apart from those before it. */
const connectionsSince = ({ activity, now }: DetectorView, takenAt: Instant) => {
  const seen = activity.principals.flatMap((principal) =>
    activity
      .talliesWithin(principal, { from: takenAt, to: now })
      .filter(({ outcome, firstAt }) => outcome === "allowed" && firstAt > takenAt && firstAt < now),
  );
  const lastAt = Math.max(0, ...seen.map(({ firstAt, lastAt }) => (lastAt < now ? lastAt : firstAt)));
  return { count: seen.reduce((sum, { count }) => sum + count, 0), lastAt: lastAt || null };
};

export const snapshotOverdue = /* @__PURE__ */ defineDetector({
  id: "snapshot-overdue",
  category: "coverage",
  metric: "SnapshotOverdue",
  title: "Snapshot overdue",
  severity: "medium",
  life: "state",
  docs: {
    why: "Roles, mappings and privileges are known only as of the last snapshot. What was granted since does not show, and no finding about it can open.",
    fix: "Find out why the snapshot function fails: look at its alarm, its dead-letter queue and its log. A refused login, an unreachable endpoint and a stopped schedule are the usual reasons. Then take one: dsql-audit snapshot.",
    falsePositives:
      "A store that gets its snapshots by hand: set afterHours, or exempt the finding. A cluster that is not to be watched any more: retire it with dsql-audit clusters --retire. One that was deleted is no longer evaluated once AWS has said so.",
    blindSpots:
      "A cluster without any snapshot has no finding; its evaluation is named as incomplete. An idle cluster that is left asleep (idleHours) has none either, for a day at most. If the detect function has stopped too, only its alarm shows it.",
  },
  evidence: {
    lastSnapshotAt: "Last snapshot",
    hoursSince: { label: "Since then", unit: ["hour", "hours"] },
    allowedHours: { label: "Expected within", unit: ["hour", "hours"] },
    connectionsSince: { label: "Connections since then", unit: ["connection", "connections"] },
    lastConnectionAt: { label: "The last of them", whenEmpty: "" },
  },
  options: z.object({
    /** Snapshots are taken every hour: three missing in a row are no accident. */
    afterHours: z._default(z.int().check(z.positive()), 3),
  }),
  needs: ["snapshots"],
  detect: (view, { afterHours }): Judgement<OverdueEvidence>[] => {
    const { snapshot } = view.privileges;
    if (!snapshot) return [];
    const { takenAt } = snapshot;
    const hours = Math.floor((view.now - takenAt) / HOUR);
    if (hours < afterHours) return [];
    // The schedule still says by the hour that it left the scan out; once that stops, nobody knows any more.
    const asleep = { snapshotAt: takenAt, now: view.now, withinMs: Math.max(afterHours, 2) * HOUR };
    if (hours < LONGEST_SLEEP_HOURS + afterHours && isLeftAsleep(view.coverage.asleep, asleep)) return [];
    const { count, lastAt } = connectionsSince(view, snapshot.takenAt);
    return [
      {
        subject: {},
        title: `Snapshot overdue: none for ${lengthOf(hours * HOUR)}, the last at ${minute(snapshot.takenAt)}`,
        severity: hours >= Math.max(HIGH_HOURS, 2 * afterHours) ? "high" : "medium",
        evidence: {
          lastSnapshotAt: iso(snapshot.takenAt),
          hoursSince: hours,
          allowedHours: afterHours,
          connectionsSince: count,
          lastConnectionAt: lastAt === null ? null : iso(lastAt),
        },
        firstSeenAt: snapshot.takenAt,
        lastSeenAt: view.now,
      },
    ];
  },
  gone: ({ privileges: { snapshot } }) =>
    snapshot ? `A snapshot was taken at ${minute(snapshot.takenAt)}.` : undefined,
});

export const cases = (): Case[] => {
  const taken = (ago: number, more: Parameters<typeof exampleFacts>[0] = {}) => {
    const facts = exampleFacts({ catalog: {}, ...more });
    return {
      ...facts,
      live: true,
      snapshot: facts.snapshot && { ...facts.snapshot, takenAt: EXAMPLE_NOW - ago },
    };
  };
  const asleep = (hours: number, saidAgo: number) => ({
    ...taken(hours * HOUR),
    asleep: { at: EXAMPLE_NOW - saidAgo * HOUR, snapshotAt: EXAMPLE_NOW - hours * HOUR },
  });
  return [
    {
      name: "fires after ten days without a snapshot while connections go on",
      facts: taken(10 * DAY, { connections: daily("OrdersApi", 30, daysAgo(0)) }),
      expect: [""],
    },
    { name: "fires after three hours, nobody connecting", facts: taken(3 * HOUR), expect: [""] },
    {
      name: "is quiet for a snapshot of two hours ago: one scan may fail",
      facts: taken(3 * HOUR - 1),
      expect: [],
    },
    {
      name: "is quiet while the snapshot is younger than what was set",
      facts: taken(23 * HOUR),
      options: { afterHours: 24 },
      expect: [],
    },
    {
      name: "is quiet while the cluster is left asleep: the schedule said so an hour ago",
      facts: asleep(20, 1),
      expect: [],
    },
    {
      name: "fires once the schedule has not said so for three hours",
      facts: asleep(20, 3),
      expect: [""],
    },
    { name: "fires where it was left asleep for more than a day", facts: asleep(27, 1), expect: [""] },
    {
      name: "fires where the scan was left out after an earlier snapshot",
      facts: { ...asleep(5, 1), asleep: { at: EXAMPLE_NOW - HOUR, snapshotAt: EXAMPLE_NOW - 6 * HOUR } },
      expect: [""],
    },
    {
      name: "is quiet for recorded files, which nobody scans",
      facts: { ...taken(10 * DAY), live: false },
      expect: [],
    },
    { name: "clears when a snapshot is taken", facts: taken(HOUR / 4), expect: [] },
  ];
};
