// Snapshots have stopped: what every other detector says of roles and privileges is as old as the last one.

import { lengthOf } from "../../core/base/counted.ts";
import { DAY, HOUR, type Instant, iso, minute } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import { isLeftAsleep } from "../../core/coverage/asleep.ts";
import { isUnchosen } from "../../core/coverage/chosen.ts";
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
  readonly notChosenSince?: string | null;
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

/** Whether no snapshot is due yet, or the schedule still says by the hour that it left the scan out. */
const isExpected = (
  { coverage, now }: DetectorView,
  snapshotAt: Instant,
  hours: number,
  afterHours: number,
): boolean => {
  if (hours < afterHours) return true;
  // Once that stops, nobody knows any more.
  const asleep = { snapshotAt, now, withinMs: Math.max(afterHours, 2) * HOUR };
  return hours < LONGEST_SLEEP_HOURS + afterHours && isLeftAsleep(coverage.asleep, asleep);
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
    fix: "Find out why the snapshot function fails: `dsql-audit doctor` looks at each link, and the function's alarm, dead-letter queue and log say more. A refused login, an unreachable endpoint and a stopped schedule are the usual reasons. Once that is mended, the schedule takes a snapshot within the hour. Where its tags no longer choose it: find out who took them away, and give it those of the parameter clusterTags again; or retire it, if it is not to be watched any more.",
    falsePositives:
      "A store that gets its snapshots by hand: take one, set afterHours, or exempt the finding. A cluster that is not to be watched any more: retire it with `dsql-audit clusters --retire CLUSTER --note decommissioned`. One that was deleted is no longer evaluated once AWS has said so.",
    blindSpots:
      "A cluster without any snapshot has no finding; its evaluation is named as incomplete. An idle cluster that is left asleep (idleHours) has none either, for a day at most. If the detect function has stopped too, only its alarm shows it.",
  },
  evidence: {
    lastSnapshotAt: "Last snapshot",
    hoursSince: { label: "Since then", unit: ["hour", "hours"] },
    allowedHours: { label: "Expected within", unit: ["hour", "hours"] },
    connectionsSince: { label: "Connections since then", unit: ["connection", "connections"] },
    lastConnectionAt: { label: "The last of them", whenEmpty: "" },
    notChosenSince: { label: "Not chosen by its tags since", whenEmpty: "" },
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
    // The schedule says by the hour that its tags do not choose it: nothing has to go wrong for hours first.
    const { unchosen } = view.coverage;
    const said = { snapshotAt: takenAt, now: view.now, withinMs: Math.max(afterHours, 3) * HOUR };
    const notChosenSince = isUnchosen(unchosen, said) ? unchosen.since : null;
    if (notChosenSince === null && isExpected(view, takenAt, hours, afterHours)) return [];
    const { count, lastAt } = connectionsSince(view, snapshot.takenAt);
    return [
      {
        subject: {},
        title:
          notChosenSince === null
            ? `Snapshot overdue: none for ${lengthOf(hours * HOUR)}, the last at ${minute(takenAt)}`
            : `Cluster no longer read: its tags have not chosen it since ${minute(notChosenSince)}; last snapshot at ${minute(takenAt)}`,
        // Whoever may untag a cluster could end its audit: that is told at once.
        severity:
          notChosenSince !== null || hours >= Math.max(HIGH_HOURS, 2 * afterHours) ? "high" : "medium",
        evidence: {
          lastSnapshotAt: iso(snapshot.takenAt),
          hoursSince: hours,
          allowedHours: afterHours,
          connectionsSince: count,
          lastConnectionAt: lastAt === null ? null : iso(lastAt),
          ...(notChosenSince !== null && { notChosenSince: iso(notChosenSince) }),
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
    {
      name: "fires at once where its tags no longer choose it, also for one that would be left asleep",
      facts: { ...asleep(1, 1), unchosen: { at: EXAMPLE_NOW - HOUR / 4, since: EXAMPLE_NOW - HOUR / 4 } },
      expect: [""],
    },
    {
      name: "is quiet where it was read after its tags did not choose it: they do again",
      facts: { ...taken(HOUR / 4), unchosen: { at: EXAMPLE_NOW - HOUR, since: EXAMPLE_NOW - DAY } },
      expect: [],
    },
    { name: "clears when a snapshot is taken", facts: taken(HOUR / 4), expect: [] },
  ];
};
