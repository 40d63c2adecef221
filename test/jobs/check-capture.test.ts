// What AWS answers about capture, turned into doubts and findings: never into proof, and never into a failed judgement.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TrailRead } from "../../lib/cloudtrail/trail-config.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { DAY, floorTo, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import { uncoveredOf } from "../../lib/core/coverage/uncovered.ts";
import type { CapturePorts } from "../../lib/jobs/check-capture.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { loadFacts } from "../../lib/jobs/load-facts.ts";
import { topicListeners } from "../../lib/notices/channels/subscriptions.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { connection } from "../support/connections.ts";
import { readTrail as trail } from "../support/read-trail.ts";
import { CLUSTER } from "../support/records.ts";
import { sharedSns } from "../support/shared-sns.ts";
import { testTables } from "../support/table.ts";

const cluster = CLUSTER as Cluster;
const T = Date.parse("2026-11-02T09:10:00Z");

const stopped: TrailRead = { ...trail, logging: false };
const denied = (): never => {
  throw Object.assign(new Error("no"), { name: "AccessDeniedException" });
};

let tables: Awaited<ReturnType<typeof testTables>>;
let store: Store;
let asked: string[];
beforeAll(async () => {
  tables = await testTables();
});
beforeEach(async () => {
  store = openStore(await tables.fresh(), { now: () => T });
  asked = [];
});
afterAll(() => tables.stop());

const ports = (answers: Partial<CapturePorts> = {}): CapturePorts => ({
  trails: async () => {
    asked.push("trails");
    return answers.trails ? answers.trails() : [trail];
  },
  calls: async (...question) => {
    asked.push("calls");
    return answers.calls ? answers.calls(...question) : new Map();
  },
  events: async (...question) => {
    asked.push("events");
    return answers.events ? answers.events(...question) : [];
  },
});
const judge = async (at: number, answers: Partial<CapturePorts> = {}) => {
  const { findings, looks } = await detectCluster(store, cluster, at, { capture: ports(answers) });
  const own = findings.filter(({ detector }) => detector === "capture-configuration");
  return {
    own: own.map(({ subject, severity, status }) => `${subject.object} ${severity} ${status}`),
    look: looks.find(({ detector }) => detector === "capture-configuration"),
  };
};
const doubtsAt = async (at: number) => (await loadFacts(store, cluster, at)).doubts;

describe("asking AWS about capture", () => {
  it("happens once in an hour of the clock, however often it is judged", async () => {
    for (const minutes of [0, 1, 30, 49]) await judge(T + minutes * MINUTE);
    expect(asked.toSorted()).toEqual(["calls", "events", "trails"]);
    await judge(T + 50 * MINUTE);
    expect(asked).toHaveLength(6);
  });

  it("is not done without ports, and nothing is claimed", async () => {
    const { findings, looks } = await detectCluster(store, cluster, T);
    expect(findings).toEqual([]);
    expect(looks.find(({ detector }) => detector === "capture-configuration")).toMatchObject({
      complete: false,
    });
    expect(await doubtsAt(T)).toEqual([]);
  });

  it("doubts the time since the last good answer while no trail takes the connects, until one does", async () => {
    await store.activity.markHours(
      cluster,
      [0, 1, 2, 3, 4].map((n) => floorTo(HOUR, T) + n * HOUR),
      "digest",
    );
    expect((await judge(T)).own).toEqual([]);
    expect((await judge(T + HOUR, { trails: async () => [stopped] })).own).toEqual(["trail high open"]);
    await judge(T + 2 * HOUR, { trails: async () => [stopped] });
    expect((await judge(T + 3 * HOUR)).own).toEqual(["trail high resolved"]);
    await judge(T + 4 * HOUR);
    expect(await doubtsAt(T + 4 * HOUR)).toEqual([
      { from: T, to: T + 3 * HOUR, reason: `${trail.arn} is not logging` },
    ]);
    const { coverage, doubts } = await loadFacts(store, cluster, T + 4 * HOUR);
    const day = { from: floorTo(HOUR, T), to: floorTo(HOUR, T) + 5 * HOUR };
    expect(uncoveredOf(coverage, doubts).hoursIn(day)).toBe(4);
  });

  it("takes a refusal for unknown: said, no doubt, no end of a doubt, no end of the judgement", async () => {
    const silent = { trails: denied, calls: denied, events: denied };
    const { own, look } = await judge(T, silent);
    expect(own.toSorted()).toEqual(["call-count low open", "management-events low open", "trails low open"]);
    expect(look).toMatchObject({ complete: true, unjudged: [expect.any(String)] });
    expect(await doubtsAt(T)).toEqual([]);

    await judge(T + HOUR, { trails: async () => [] });
    const later = await judge(T + 2 * HOUR, silent);
    expect(later.own).toContain("trail high open");
    expect(await doubtsAt(T + 2 * HOUR)).toMatchObject([{ from: floorTo(HOUR, T + HOUR), to: T + 2 * HOUR }]);
  });

  it("takes no proof away for a trail that may not be read", async () => {
    const hidden = { arn: "arn:aws:cloudtrail:us-east-1:9:trail/org", unreadable: "AccessDeniedException" };
    expect((await judge(T, { trails: async () => [hidden] })).own).toEqual(["trail low open"]);
    expect(await doubtsAt(T)).toEqual([]);
  });

  it("doubts an hour with more calls than events, and believes it again when the events come", async () => {
    const hour = floorTo(HOUR, T - 20 * HOUR);
    const calls = async () => new Map([[hour, 3]]);
    const { activity } = store;
    const came = (...n: number[]) =>
      activity.count(
        n.map((id) => connection(`e${id}`, hour + 20 * MINUTE + id, { cluster })),
        T,
      );
    await came(1, 2);
    await judge(T, { calls });
    const reason = "within an hour CloudWatch counted 3 connections, and CloudTrail delivered 2";
    expect(await doubtsAt(T)).toEqual([{ from: hour, to: hour + HOUR, reason }]);
    // A week later the hour is no longer among those compared each time; its doubt is looked at all the same.
    await judge(T + 7 * DAY, { calls });
    expect(await doubtsAt(T + 7 * DAY)).toHaveLength(1);
    await came(3);
    await judge(T + 7 * DAY + HOUR, { calls });
    expect(await doubtsAt(T + 7 * DAY + HOUR)).toEqual([]);
  });

  it("waits for no answer for ever", async () => {
    const never = () => new Promise<never>(() => {});
    const capture = { ...ports({ trails: never, calls: never, events: never }), limitMs: 20 };
    await detectCluster(store, cluster, T, { capture });
    expect((await store.captureChecks.last(cluster))?.unanswered).toEqual(
      ["management-events", "trails", "call-count"].map((call) => ({ call, why: "TimeoutError" })),
    );
  });

  it("looks further back for events after a Region that did not answer", async () => {
    const from: number[] = [];
    const events: CapturePorts["events"] = async (interval) => {
      from.push(interval.from);
      if (from.length < 3) throw new Error("silent");
      return [];
    };
    for (const n of [0, 1, 2, 3]) await judge(T + n * HOUR, { events });
    const week = (n: number) => T + n * HOUR - 7 * DAY;
    expect(from).toEqual([T - DAY - HOUR, week(1), week(2), T + HOUR]);
  });

  it("keeps the events that EventBridge did not bring", async () => {
    const event = {
      eventId: "stop",
      at: T - HOUR,
      kind: "stopped" as const,
      name: "StopLogging",
      scope: "111122223333/us-east-1",
      principal: "arn:aws:iam::111122223333:role/x" as never,
      target: "main",
    };
    let interval = { from: 0, to: 0 };
    await judge(T, {
      events: async (asked) => {
        interval = asked;
        return [event];
      },
    });
    expect(interval).toEqual({ from: T - DAY - HOUR, to: T });
    expect(await doubtsAt(T)).toMatchObject([{ reason: "a trail was stopped" }]);
  });
});

describe("asking SNS who gets the notices", () => {
  const topic = "arn:aws:sns:us-east-1:111122223333:access-findings";
  let isConfirmed: boolean | null = true;
  const mail = sharedSns({ now: () => T, topics: [topic], isConfirmed: () => isConfirmed });
  const look = async (hours: number, arn = topic) => {
    const listeners = () => topicListeners(mail.sns, arn);
    const capture = { ...ports(), listeners };
    const { findings } = await detectCluster(store, cluster, T + hours * HOUR, { capture });
    return findings
      .filter(({ detector }) => detector === "nobody-listens")
      .map(({ title, severity, status }) => `${severity} ${status}: ${title}`)
      .sort();
  };

  it("finds that nobody does until somebody confirms, and says so", async () => {
    isConfirmed = null;
    expect(await look(0)).toEqual(["high open: Nobody gets the notices: their topic has no subscription"]);
    isConfirmed = false;
    expect(await look(1)).toEqual([
      "high open: Nobody gets the notices: the only subscription waits to be confirmed",
    ]);
    isConfirmed = true;
    expect(await look(2)).toEqual([expect.stringContaining("high resolved:")]);
    expect(await look(3, `${topic}-typo`)).toEqual([
      "high open: Nobody gets the notices: their topic does not exist",
    ]);
  });

  it("says that it does not know where SNS refuses, and resolves nothing by that", async () => {
    isConfirmed = null;
    await look(0);
    mail.local.failNext("denied");
    expect(await look(1)).toEqual([
      "high open: Nobody gets the notices: their topic has no subscription",
      "low open: Unknown whether anybody gets the notices",
    ]);
    isConfirmed = true;
    expect(await look(2)).toEqual([
      expect.stringContaining("high resolved"),
      expect.stringContaining("low resolved"),
    ]);
  });

  it("claims nothing where there is no topic to ask about", async () => {
    expect((await judge(T)).own).toEqual([]);
    const { findings } = await detectCluster(store, cluster, T + HOUR, { capture: ports() });
    expect(findings).toEqual([]);
  });
});
