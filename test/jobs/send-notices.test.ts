// Mails as they go out: each a witness of the history, whatever became of it in the table.

import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import PostalMime from "postal-mime";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseHead } from "../../cli/history/history-verify.ts";
import { Cluster } from "../../lib/core/base/ids.ts";
import { HOUR } from "../../lib/core/base/time.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { incidentOf } from "../../lib/core/incidents/threads.ts";
import { sendNotices } from "../../lib/jobs/send-notices.ts";
import { MAX_MESSAGE_BYTES } from "../../lib/notices/channels/sns.ts";
import { byteLength } from "../../lib/notices/message-size.ts";
import { proofText } from "../../lib/notices/proof-text.ts";
import { createFindingStore } from "../../lib/store/findings/findings.ts";
import { tableHistory } from "../../lib/store/history/export.ts";
import { createSnapshotStore } from "../../lib/store/history/snapshots.ts";
import { verifyHistory } from "../../lib/store/history/verify-history.ts";
import { openStore } from "../../lib/store/open-store.ts";
import * as keys from "../../lib/store/table/keys.ts";
import type { Table } from "../../lib/store/table/table.ts";
import { cluster, estate, role } from "../support/catalogs.ts";
import { findingOf } from "../support/query-world.ts";
import { sharedSns } from "../support/shared-sns.ts";
import { testTables } from "../support/table.ts";

const topicArn = "arn:aws:sns:us-east-1:111122223333:access-findings";
const T = Date.UTC(2026, 8, 12, 15, 6);
const mail = sharedSns({ now: () => T, topics: [topicArn] }, { maxAttempts: 3 });
const { outbox } = mail;
let tables: Awaited<ReturnType<typeof testTables>>;

beforeAll(async () => {
  tables = await testTables();
});
afterAll(() => tables.stop());
beforeEach(() => {
  for (const file of readdirSync(outbox)) rmSync(join(outbox, file));
});

/** Somebody was written to about this cluster before: what comes now is news. */
const known = (db: Table): Promise<void> =>
  openStore(db, { now: () => T }).notices.note(cluster, {
    firstAt: T - 9000 * HOUR,
    dailyAt: T,
    weeklyAt: T,
  });
const store = async (db: Table, names: readonly string[]): Promise<void> => {
  const snapshots = createSnapshotStore(db, { now: () => T });
  for (const [n, name] of names.entries())
    await snapshots.save(cluster, estate({ roles: [role(10, name)] }), T + (n - names.length + 1) * HOUR);
};
const find = async (db: Table, ...findings: Finding[]) => {
  await known(db);
  return createFindingStore(db).update(cluster, () =>
    findings.map((one) => ({ ...one, severity: "high" as const })),
  );
};
const send = async (db: Table, keepDays?: number): Promise<string[]> => {
  await sendNotices({ store: openStore(db, { now: () => T }), sns: mail.sns, topicArn }, cluster, T, {
    commandStore: ["--table", "audit", "--region", "us-east-1"],
    ...(keepDays !== undefined && { keepDays }),
  });
  const mails = readdirSync(outbox).sort();
  return Promise.all(
    mails.map(async (file) => (await PostalMime.parse(readFileSync(join(outbox, file)))).text ?? ""),
  );
};
const headIn = (text: string): string => / --head (\S+)/.exec(text)?.[1] ?? "";

describe("while nobody listens", () => {
  const heard = async (db: Table, at: number, confirmed: number | undefined): Promise<void> =>
    openStore(db, { now: () => at }).captureChecks.put(cluster, {
      ...{ at, captured: "yes", reasons: [], doubtSince: null, unanswered: [] },
      listeners: confirmed === undefined ? { why: "AuthorizationError" } : { confirmed, pending: 1 },
    });
  const sendAt = async (db: Table, at: number): Promise<string[]> => {
    const before = mail.local.published.length;
    await sendNotices({ store: openStore(db, { now: () => at }), sns: mail.sns, topicArn }, cluster, at);
    return mail.local.published.slice(before).map(({ subject }) => subject ?? "");
  };
  const missed = expect.stringContaining("What you missed");

  it("mails count as unheard, and come once more, in one, when somebody has subscribed", async () => {
    const db = await tables.fresh();
    await find(db, findingOf("a-1"), findingOf("b-1"), findingOf("over-1"));
    await heard(db, T, 0);
    expect(await sendAt(db, T)).toHaveLength(3);
    const store = openStore(db, { now: () => T });
    expect((await store.sentNotices.list(cluster)).map(({ unheard }) => unheard)).toEqual([true, true, true]);
    expect(await sendAt(db, T + HOUR)).toEqual([]);
    await store.findings.update(cluster, (all) =>
      all.map((one) => (one.id === "over-1" ? { ...one, status: "resolved", closedAt: T + HOUR } : one)),
    );
    // What SNS does not say is no listener.
    await heard(db, T + 2 * HOUR, undefined);
    expect(await sendAt(db, T + 2 * HOUR)).toEqual([expect.stringMatching(/^\[RESOLVED\]|OVER|ENDED/)]);
    await heard(db, T + 3 * HOUR, 1);
    expect(await sendAt(db, T + 3 * HOUR)).toEqual([missed]);
    const text = mail.local.published.at(-1)?.texts.email?.replace(/\s+/g, " ");
    expect(text).toContain("From 2026-09-12 15:06 UTC on, mails about 3 incidents went out");
    expect(text).toContain("1 of them no longer goes on, or was accepted.");
    expect(text?.match(/- HIGH /g)).toHaveLength(2);
    expect(await sendAt(db, T + 4 * HOUR)).toEqual([]);
  });

  it("a mail that is due at the same time goes out as well, and many missed ones are no storm", async () => {
    const db = await tables.fresh();
    await find(db, ...Array.from({ length: 9 }, (_, n) => findingOf(`f-${n}`)));
    await heard(db, T, 0);
    expect(await sendAt(db, T)).toHaveLength(9);
    await heard(db, T + 2 * HOUR, 1);
    const fresh = ["new-1", "new-2"].map((id) => findingOf(id, { severity: "high" }));
    await createFindingStore(db).update(cluster, (all) => [...all, ...fresh]);
    expect(await sendAt(db, T + 2 * HOUR)).toEqual([missed, expect.any(String), expect.any(String)]);
    const later = findingOf("new-3", { severity: "high" });
    await createFindingStore(db).update(cluster, (all) => [...all, later]);
    expect(await sendAt(db, T + 2.5 * HOUR)).toEqual([expect.stringMatching(/ inc-\w+$/)]);
  });

  it("are told again also where the function died right after it had noted that it told", async () => {
    const db = await tables.fresh();
    await find(db, findingOf("a-1"));
    await heard(db, T, 0);
    const store = openStore(db, { now: () => T });
    const dies: typeof store.findings.update = async (...change) => {
      await store.findings.update(...change);
      throw new Error("died");
    };
    const dying = { ...store, findings: { ...store.findings, update: dies } };
    await expect(sendNotices({ store: dying, sns: mail.sns, topicArn }, cluster, T)).rejects.toThrow("died");
    await heard(db, T + HOUR, 1);
    expect(await sendAt(db, T + HOUR)).toEqual([missed]);
  });

  it("says nothing where nothing was told, or what was told is gone", async () => {
    const db = await tables.fresh();
    await find(db, findingOf("a-1"));
    await heard(db, T, 0);
    await sendAt(db, T);
    await createFindingStore(db).update(cluster, (all) => all.map((one) => ({ ...one, cluster })));
    const store = openStore(db, { now: () => T });
    await db.remove(keys.finding(cluster, "a-1"));
    await heard(db, T + HOUR, 1);
    expect(await sendAt(db, T + HOUR)).toEqual([]);
    expect(await store.notices.read(cluster)).toMatchObject({ missedAt: T + HOUR });
  });

  it("takes an answer of more than a day ago for none", async () => {
    const db = await tables.fresh();
    await find(db, findingOf("a-1"));
    await heard(db, T - 25 * HOUR, 0);
    await sendAt(db, T);
    const [record] = await openStore(db, { now: () => T }).sentNotices.list(cluster);
    expect(record?.unheard).toBeUndefined();
  });
});

describe("every mail", () => {
  it("is kept in a record: when it went out, what it was called, and which incidents it told of", async () => {
    const db = await tables.fresh();
    const found = await find(db, findingOf("a-1"), findingOf("b-1"));
    await send(db);
    const sent = await openStore(db, { now: () => T }).sentNotices.list(cluster);
    expect(sent.map(({ incidents }) => incidents).sort()).toEqual(
      found.map((one) => [incidentOf(one)]).sort(),
    );
    for (const { incidents, ...mail } of sent)
      expect(mail).toEqual({
        ...{ at: T, kind: "opened", severity: "high", messageId: expect.stringMatching(/./) },
        subject: expect.stringMatching(new RegExp(`^\\[HIGH\\] .* ${incidents[0]}$`)),
      });
  });

  it("ends with the newest snapshot and the command that checks it: of its own, and of what is over", async () => {
    const db = await tables.fresh();
    await store(db, ["boss", "chief"]);
    const many = ["b-1"].map((id) => findingOf(id));
    const resolved = findingOf("a-1", { status: "resolved", closedAt: T, noticedAt: T - HOUR });
    await find(db, ...many, resolved);
    const head = await createSnapshotStore(db, { now: () => T }).head(cluster);
    const texts = await send(db);
    expect(texts).toHaveLength(2);
    for (const text of texts) {
      expect(text.trimEnd().split("\n").slice(-7)).toEqual([
        "",
        "PROOF OF HISTORY",
        "Snapshot 2 of 2026-09-12 15:06 UTC is the newest. To check that nothing up to",
        "it was rewritten since:",
        "npx dsql-audit history verify \\",
        `  --head 2:${head?.hash} \\`,
        "  --cluster abcdefghijklmnopqrstuvwxyz --table audit --region us-east-1",
      ]);
    }
  });

  it("convicts a history that was rewritten after it went out", async () => {
    const db = await tables.fresh();
    await store(db, ["boss", "chief"]);
    await find(db, findingOf("a-1"));
    const expectedHeads = [parseHead(headIn((await send(db))[0] ?? ""))];
    await store(db, ["boss", "chief", "later"]);
    expect((await verifyHistory(await tableHistory(db, cluster), { expectedHeads })).faults).toEqual([]);

    const forged = await tables.fresh();
    await store(forged, ["boss", "never chief"]);
    expect((await verifyHistory(await tableHistory(forged, cluster))).whole).toBe(true);
    const { faults } = await verifyHistory(await tableHistory(forged, cluster), { expectedHeads });
    expect(faults).toMatchObject([{ kind: "forked", seq: 2 }]);
  });

  it("says nothing of a history that is not there yet", async () => {
    const db = await tables.fresh();
    await find(db, findingOf("a-1"));
    const [text] = await send(db);
    expect(text).toContain("NEXT STEPS");
    expect(text).not.toContain("PROOF OF HISTORY");
  });

  it("goes out also where somebody broke the newest snapshot, and says so", async () => {
    const db = await tables.fresh();
    await store(db, ["boss"]);
    const key = keys.manifest(cluster, 1);
    const item = await db.get(key);
    for (const body of ["", "{}", String(item?.body).replace(/"t":\d+/, '"t":9007199254740991')]) {
      await db.put({ ...item, ...key, body });
      await find(db, findingOf("a-1"));
      const text = (await send(db)).at(-1) ?? "";
      expect(text).toContain("The newest snapshot CANNOT BE READ");
      expect(text).toContain("npx dsql-audit history verify --cluster");
      await createFindingStore(db).update(cluster, (all) =>
        all.map(({ noticedAt: _, toldAt: __, ...one }) => one),
      );
    }
    expect(readdirSync(outbox)).toHaveLength(3);
  });

  it("keeps the proof whole where the rest has to be cut", async () => {
    const db = await tables.fresh();
    await store(db, ["boss"]);
    const fix = Array.from({ length: 150 }, () => "é".repeat(1000)).join("\n");
    await find(db, findingOf("a-1", { fix }));
    const [text = ""] = await send(db);
    expect(text).toContain("[Cut short: ");
    expect(parseHead(headIn(text))).toMatchObject({ seq: 1 });
    expect(byteLength(text.trimEnd())).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
    // JSON holds the texts of all protocols together: line feeds count twice.
    expect(byteLength(text.trimEnd())).toBeGreaterThan(MAX_MESSAGE_BYTES - 3000);
  });

  it("gives verify what retention keeps, where that is not the usual", async () => {
    const db = await tables.fresh();
    await store(db, ["boss"]);
    await find(db, findingOf("a-1"));
    expect((await send(db, 90))[0]).toContain(" --keep-days 90 ");
  });

  it("puts no name into the command that a shell could take for more", async () => {
    const db = await tables.fresh();
    await store(db, ["boss"]);
    const head = await createSnapshotStore(db, { now: () => T }).head(cluster);
    if (!head) throw new Error("nothing was stored");
    const hostile = Cluster.parse("postgres://host:5432/x;rm -rf $HOME");
    expect(proofText(hostile, head, [])).not.toMatch(/--cluster|rm/);
  });
});
