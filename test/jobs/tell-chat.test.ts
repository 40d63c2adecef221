// A chat beside the mails, over days: told by the same rule, each by a memory of its own, and each although the other fails.
import { afterAll, describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../lib/core/base/time.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { AuditError } from "../../lib/errors.ts";
import { noteHealth } from "../../lib/jobs/channel-health.ts";
import { settleChannels } from "../../lib/jobs/feed-channels.ts";
import { sendNotices, tellChat } from "../../lib/jobs/send-notices.ts";
import { isAnythingDue, isToldGone } from "../../lib/jobs/standing.ts";
import type { Notice } from "../../lib/notices/notice.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { cluster } from "../support/catalogs.ts";
import { findingOf } from "../support/query-world.ts";
import { sharedSns } from "../support/shared-sns.ts";
import { sqliteTables } from "../support/table.ts";

/** A Thursday, after the summary of the day. */
const T = Date.UTC(2026, 8, 10, 8);
const topicArn = "arn:aws:sns:us-east-1:111122223333:access-findings";
const mail = sharedSns({ now: () => T, topics: [topicArn] });
const sqlite = sqliteTables();
afterAll(() => sqlite.stop());

const begun = (id: string, at: number, more: Partial<Finding> = {}): Finding =>
  findingOf(id, {
    ...{ firstSeenAt: at, lastSeenAt: at, detectedAt: at, confirmedAt: at, severity: "high", ...more },
  });

/** A cluster that was looked at, with mail and a chat that is on from the beginning. */
const worldOf = async () => {
  let now = T;
  const store = openStore(await sqlite.fresh(), { now: () => now });
  await store.clusters.register(cluster);
  const posted: Notice[] = [];
  const fault: { code?: "denied" | "config" } = {};
  const chat = async (notice: Notice): Promise<void> => {
    if (fault.code) throw new AuditError(fault.code, "the chat's topic refused");
    posted.push(notice);
  };
  const look = async (at: number, change: (all: readonly Finding[]) => readonly Finding[]) => {
    now = at;
    await settleChannels(store, cluster, ["chat"], now);
    await store.findings.looked(cluster, { at: now, snapshotAt: now });
    await store.findings.update(cluster, change);
  };
  const tell = async () => {
    const [mails, chats] = [mail.local.published.length, posted.length];
    const failed = await tellChat({ store, chat }, cluster, now).then(
      () => undefined,
      (error: unknown) => error,
    );
    await sendNotices({ store, sns: mail.sns, topicArn }, cluster, now);
    return {
      failed,
      mails: mail.local.published.slice(mails).map(({ subject }) => subject?.split(" ")[0]),
      chats: posted.slice(chats).map(({ tag }) => `[${tag}]`),
    };
  };
  return {
    store,
    look,
    tell,
    fault,
    due: async () => isAnythingDue(store, cluster, await store.findings.list(cluster), now),
  };
};

describe("a chat beside the mails", () => {
  it("is told the same: first at once, what follows together, one end, the day and the week", async () => {
    const { look, tell } = await worldOf();
    const all: string[][] = [];
    const step = async (at: number, change: (all: readonly Finding[]) => readonly Finding[]) => {
      await look(at, change);
      const { mails, chats } = await tell();
      expect(chats, new Date(at).toISOString()).toEqual(mails);
      all.push(chats);
    };
    const incident = "inc-00000001";
    await step(T, () => []);
    await step(T + HOUR, () => [begun("a-1", T + HOUR, { incident })]);
    // Two more within the hour wait, and come together.
    await step(T + HOUR + 10 * MINUTE, (was) => [...was, begun("a-2", T + HOUR + 10 * MINUTE, { incident })]);
    await step(T + HOUR + 50 * MINUTE, (was) => [...was, begun("a-3", T + HOUR + 50 * MINUTE, { incident })]);
    await step(T + 2 * HOUR, (was) => was);
    await step(T + 3 * HOUR, (was) => [...was, begun("m-1", T + 3 * HOUR, { severity: "medium" })]);
    await step(T + 4 * HOUR, (was) =>
      was.map((one) => (one.incident ? { ...one, status: "resolved", closedAt: T + 4 * HOUR } : one)),
    );
    await step(T + DAY, (was) => was);
    await step(T + 4 * DAY, (was) => was);
    expect(all).toEqual([
      ["[OK]"],
      ["[HIGH]"],
      [],
      [],
      ["[UPDATE]"],
      [],
      ["[RESOLVED]"],
      ["[DAILY]"],
      ["[WEEKLY]"],
    ]);
  });

  it("lists many at once in one message", async () => {
    const { look, tell } = await worldOf();
    await look(T, () => []);
    await tell();
    await look(T + HOUR, () => Array.from({ length: 30 }, (_, n) => begun(`f-${n}`, T + HOUR)));
    expect((await tell()).chats).toEqual(["[HIGH]"]);
  });

  it("that fails leaves the mails on time, and is told later, once", async () => {
    const { look, tell, fault, due } = await worldOf();
    await look(T, () => []);
    await tell();
    await look(T + HOUR, () => [begun("a-1", T + HOUR)]);
    fault.code = "denied";
    expect(await tell()).toMatchObject({ failed: { code: "denied" }, mails: ["[HIGH]"], chats: [] });
    expect(await due()).toBe(true);
    delete fault.code;
    expect(await tell()).toEqual({ failed: undefined, mails: [], chats: ["[HIGH]"] });
    expect(await tell()).toEqual({ failed: undefined, mails: [], chats: [] });
    expect(await due()).toBe(false);
  });

  it("goes on being due where the mails have failed, and the other way round", async () => {
    const { look, tell } = await worldOf();
    await look(T, () => []);
    await tell();
    await look(T + HOUR, () => [begun("a-1", T + HOUR)]);
    mail.local.failNext("denied");
    await expect(tell()).rejects.toMatchObject({ code: "denied" });
    expect(await tell()).toEqual({ failed: undefined, mails: ["[HIGH]"], chats: [] });
  });

  it("hears nothing of the past when it is switched on later, and of the end in the summary of the day", async () => {
    const { store, tell, look } = await worldOf();
    await store.notices.note(cluster, { firstAt: T - 9 * DAY, dailyAt: T - HOUR, weeklyAt: T - HOUR });
    await store.findings.update(cluster, () => [begun("old", T - DAY)]);
    await look(T, (was) => was);
    expect(await tell()).toMatchObject({ chats: [] });
    await look(T + HOUR, (was) => [
      ...was.map((one) => ({ ...one, status: "resolved" as const, closedAt: T + HOUR })),
      begun("new", T + HOUR),
    ]);
    expect((await tell()).chats).toEqual(["[HIGH]"]);
    await look(T + DAY, (was) => was);
    expect((await tell()).chats).toEqual(["[DAILY]"]);
  });

  it("that an earlier release told hears the day and the week at their time, and not all at once", async () => {
    const { store, tell, look } = await worldOf();
    await store.notices.note(cluster, { firstAt: T - 20 * DAY, dailyAt: T - HOUR, weeklyAt: T - HOUR });
    await store.notices.switchChannels(cluster, { chat: { since: T - 20 * DAY } });
    await look(T + HOUR, () => [begun("new", T + HOUR)]);
    expect((await tell()).chats).toEqual(["[HIGH]"]);
    await look(T + 2 * HOUR, (was) => was);
    expect((await tell()).chats).toEqual([]);
    await look(T + 4 * DAY, (was) => was);
    expect((await tell()).chats).toEqual(["[WEEKLY]"]);
  });

  it("is told that the cluster is gone before that counts as told everywhere", async () => {
    const { store, tell, look, fault } = await worldOf();
    await look(T, () => []);
    await tell();
    await store.clusters.note(cluster, { kind: "deleted", at: T + HOUR });
    const gone = (await store.clusters.entry(cluster))?.gone;
    if (!gone) throw new Error("not gone");
    fault.code = "denied";
    await look(T + 7 * DAY, (was) => was);
    expect((await tell()).mails).toEqual(["[WEEKLY]"]);
    expect(await isToldGone(store, cluster, gone)).toBe(false);
    delete fault.code;
    expect((await tell()).chats).toEqual(["[WEEKLY]"]);
    expect(await isToldGone(store, cluster, gone)).toBe(true);
  });
});

describe("what is kept of a channel", () => {
  it("says since when it refuses and what helps, and that it takes what is due again", async () => {
    const { store, look } = await worldOf();
    await look(T, () => []);
    const failure = new AuditError("denied", "Cannot publish.", { hint: "Allow sns:Publish." });
    const kept = async () => (await store.notices.read(cluster)).channels?.chat;
    const note = (at: number, taken: number, why?: unknown) =>
      noteHealth(store, cluster, { name: "chat", taken, failure: why }, at);
    expect(await note(T, 1)).toBeUndefined();
    expect(await note(T + HOUR, 0, failure)).toBe("ChatRefused");
    expect(await note(T + 2 * HOUR, 0, failure)).toBe("ChatRefused");
    expect(await kept()).toMatchObject({
      tookAt: T,
      refused: { since: T + HOUR, says: "Cannot publish.", next: "Allow sns:Publish." },
    });
    // That it is busy passes by itself: kept, and no alarm.
    expect(await note(T + 3 * HOUR, 0, new AuditError("throttled", "Slow down."))).toBeUndefined();
    expect((await kept())?.refused).toMatchObject({ since: T + HOUR, says: "Slow down." });
    await note(T + 4 * HOUR, 0);
    expect((await kept())?.refused).toBeUndefined();
  });

  it("stays out of a store whose channel is off, and is not written again while nothing changes", async () => {
    const { store, look } = await worldOf();
    await look(T, () => []);
    await noteHealth(store, cluster, { name: "event-bus", taken: 3, failure: undefined }, T);
    expect(Object.keys((await store.notices.read(cluster)).channels ?? {})).toEqual(["chat"]);
    await noteHealth(store, cluster, { name: "chat", taken: 3, failure: undefined }, T);
    await noteHealth(store, cluster, { name: "chat", taken: 3, failure: undefined }, T + MINUTE);
    expect((await store.notices.read(cluster)).channels?.chat?.tookAt).toBe(T);
  });
});
