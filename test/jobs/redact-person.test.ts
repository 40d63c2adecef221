// A person's name taken out of what is kept: nowhere in the table any more, while counts, verdicts and the chain stay.
import { inflateRawSync } from "node:zlib";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import { Baseline } from "../../lib/core/baseline/baseline.ts";
import { firstStepAnew } from "../../lib/core/findings/first-step.ts";
import { redactor } from "../../lib/core/findings/redact.ts";
import { acknowledgeFinding, exemptFinding, unexemptFinding } from "../../lib/jobs/act-on-finding.ts";
import { retireCluster } from "../../lib/jobs/cluster-life.ts";
import { detectCluster } from "../../lib/jobs/judge-cluster.ts";
import { redactPerson } from "../../lib/jobs/redact-person.ts";
import { tableHistory } from "../../lib/store/history/export.ts";
import { verifyHistory } from "../../lib/store/history/verify-history.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import * as keys from "../../lib/store/table/keys.ts";
import type { Table } from "../../lib/store/table/table.ts";
import { cluster } from "../support/catalogs.ts";
import { connection } from "../support/connections.ts";
import { fillWorld, findingOf, NOW, READER, T } from "../support/query-world.ts";
import { sqliteTables } from "../support/table.ts";

const ANA = "ana@example.com";
const NOTHING = {
  ...{ segments: 0, profiles: 0, findings: 0, exemptions: 0 },
  ...{ acts: 0, register: 0, baselines: 0, mails: 0 },
};
const sqlite = sqliteTables();
afterAll(() => sqlite.stop());
let db: Table;
let store: Store;
const who = { by: "ops", via: "command line", at: NOW } as const;

beforeEach(async () => {
  db = await sqlite.fresh();
  await fillWorld(db);
  store = openStore(db, { now: () => NOW });
  const logins = [ANA, "ben@example.com", ANA, "robot-7f9c21"].map((sessionName, n) =>
    connection(`s-${n}`, T + n * HOUR + 1000, {
      cluster,
      principal: READER,
      sessionName,
      sourceIp: "192.0.2.1",
    }),
  );
  await store.activity.count(logins, NOW);
  await detectCluster(store, cluster, NOW);
  const seen = findingOf("seen-1", {
    title: `Connection of ${ANA}.`,
    evidence: { sessionNames: [ANA, "ben@example.com"], signs: [{ says: `${ANA}, twice` }], days: 3 },
  });
  const taken = findingOf("taken-1", { severity: "high" });
  await store.findings.update(cluster, (all) => [...all, seen, taken]);
  await acknowledgeFinding(
    store,
    taken,
    { ...who, by: `arn:aws:sts::1:assumed-role/OnCall/${ANA}` },
    `ask ${ANA}`,
  );
  const terms = { owner: ANA, reason: "her job", until: NOW + DAY };
  await exemptFinding(store, seen, { ...who, by: ANA }, terms);
});

/** Everything that the table holds under these keys, unpacked where it is packed. */
const textOf = async (table: Table): Promise<string> => {
  const hours = Array.from({ length: 48 }, (_, n) => keys.slots(cluster, T - DAY + n * HOUR));
  const pks = [
    ...[keys.hours(cluster), keys.days(cluster), keys.findings(cluster), keys.acts(cluster)],
    ...[keys.exemptions(cluster), keys.sentNotices(cluster).pk, keys.estates(cluster).pk, ...hours],
  ];
  const texts: string[] = [];
  for (const pk of pks)
    for await (const item of table.query({ pk })) {
      texts.push(JSON.stringify(item));
      for (const name of ["seen", "tallies", "singles"]) {
        const bytes = item[name];
        if (!(bytes instanceof Uint8Array)) continue;
        const packed = name === "seen" ? bytes : bytes.subarray(4);
        texts.push(inflateRawSync(packed).toString("utf8"));
      }
    }
  for (const finding of await openStore(table, { now: () => NOW }).findings.list(cluster))
    texts.push(JSON.stringify(finding));
  return texts.join("\n");
};
const counts = async () => {
  const days = await store.activity.days(cluster, { from: T - 30 * DAY, to: NOW });
  return days.map(({ from, folded, tallies }) => [
    from,
    folded,
    tallies.reduce((sum, { count }) => sum + count, 0),
  ]);
};

describe("a name that is taken out", () => {
  it("stands nowhere in the table any more, and what was counted stays counted", async () => {
    expect((await textOf(db)).toLowerCase()).toContain(ANA);
    const before = await counts();
    const done = await redactPerson(store, cluster, "Ana@Example.com", { apply: true, who });
    expect(done).toMatchObject({ segments: 2, findings: 2, exemptions: 1, acts: 2 });
    expect(done.profiles).toBeGreaterThan(0);
    const text = await textOf(db);
    expect(text.toLowerCase()).not.toContain(ANA);
    expect(text).toContain("ben@example.com");
    expect(await counts()).toEqual(before);
    // What was delivered before is still known as counted.
    const again = connection("s-0", T + 1000, { cluster, principal: READER, sessionName: ANA });
    expect(await store.activity.count([again], NOW)).toMatchObject({ counted: 0, duplicates: 1 });
    // Adding up anew from the segments gives the same.
    await store.activity.refold(cluster, { from: T - DAY, to: NOW });
    expect((await textOf(db)).toLowerCase()).not.toContain(ANA);
    expect(await counts()).toEqual(before);
  });

  it("is nobody to ask any more", async () => {
    const support = "role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Support_a1b2c3d4e5f60718";
    const subject = { principal: Principal.parse(`arn:aws:iam::111122223333:${support}`), facet: "h" };
    const asked = (names: readonly string[]) =>
      firstStepAnew(
        findingOf("asked-1", { life: "episode", subject, fix: "", evidence: { sessionNames: names } }),
      );
    await store.findings.update(cluster, (all) => [...all, asked([ANA, "ben@example.com"])]);
    await redactPerson(store, cluster, ANA, { apply: true, who });
    const left = (await store.findings.list(cluster)).find(({ id }) => id === "asked-1");
    expect(left?.fix).toBe(asked(["ben@example.com"]).fix);
  });

  it("leaves the history's chain whole, and evaluations go on", async () => {
    await redactPerson(store, cluster, ANA, { apply: true, who });
    expect((await verifyHistory(await tableHistory(db, cluster))).whole).toBe(true);
    await detectCluster(store, cluster, NOW + HOUR);
    expect((await textOf(db)).toLowerCase()).not.toContain(ANA);
  });

  it("leaves a record that somebody did it, and not of whom; running it again finds nothing more", async () => {
    await redactPerson(store, cluster, ANA, { apply: true, who });
    const acts = await store.acts.list(cluster);
    expect(acts.filter(({ kind }) => kind === "redact")).toEqual([
      { cluster, at: NOW, kind: "redact", by: "ops", via: "command line" },
    ]);
    expect(acts.map(({ by }) => by)).toContain("arn:aws:sts::1:assumed-role/OnCall/(redacted)");
    expect(await redactPerson(store, cluster, ANA, { apply: true, who })).toEqual(NOTHING);
  });

  it("is taken out of who retired the cluster and why, and it stays retired; who deleted it stays named", async () => {
    const user = "arn:aws:iam::111122223333:user/ana";
    await store.clusters.note(cluster, { kind: "deleted", at: NOW - 2 * HOUR, by: user });
    await store.clusters.note(cluster, { kind: "seen", at: NOW - HOUR });
    await retireCluster(store, cluster, { ...who, by: "arn:aws:sts::1:assumed-role/OnCall/ana" }, "ask ana");
    const would = await redactPerson(store, cluster, "ana", { apply: false, who });
    expect(would).toMatchObject({ acts: 1, register: 1 });
    expect((await store.clusters.entry(cluster))?.gone?.note).toBe("ask ana");
    await redactPerson(store, cluster, "ana", { apply: true, who });
    const entry = await store.clusters.entry(cluster);
    expect(entry?.gone).toMatchObject({
      reason: "retired",
      by: "arn:aws:sts::1:assumed-role/OnCall/(redacted)",
      note: "ask (redacted)",
    });
    expect(entry?.signs[0]?.by).toBe(user);
  });

  it("is taken out of who published the baseline, and the baseline stays", async () => {
    const baseline = Baseline.parse({ version: 1, components: [] });
    await store.baselines.publish(cluster, baseline, ANA, NOW);
    expect(await redactPerson(store, cluster, ANA, { apply: false, who })).toMatchObject({ baselines: 1 });
    expect((await store.baselines.read(cluster))?.by).toBe(ANA);
    await redactPerson(store, cluster, ANA, { apply: true, who });
    expect(await store.baselines.read(cluster)).toEqual({ version: 1, at: NOW, by: "(redacted)", baseline });
  });

  it("is only counted without apply: nothing changes", async () => {
    const before = await textOf(db);
    const would = await redactPerson(store, cluster, ANA, { apply: false, who });
    expect(would).toMatchObject({ segments: 2, findings: 2, exemptions: 1, acts: 2 });
    expect(await textOf(db)).toBe(before);
    expect(await redactPerson(store, cluster, "nobody", { apply: false, who })).toEqual(NOTHING);
  });

  it.each(["", " ", "a", "***", "(redacted)"])("is refused where it is no name: %j", async (name) => {
    await expect(redactPerson(store, cluster, name, { apply: true, who })).rejects.toMatchObject({
      code: "usage",
    });
  });
});

it("is taken out by nobody who has no name, nor is anything accepted or withdrawn so", async () => {
  const nobody = { ...who, by: " \u200b" };
  const [finding] = await store.findings.list(cluster);
  if (!finding) throw new Error("no finding");
  const terms = { owner: "o", reason: "r", until: NOW + DAY };
  const before = await store.acts.list(cluster);
  await expect(redactPerson(store, cluster, ANA, { apply: true, who: nobody })).rejects.toMatchObject({
    code: "usage",
  });
  await expect(exemptFinding(store, finding, nobody, terms)).rejects.toMatchObject({ code: "usage" });
  await expect(unexemptFinding(store, finding, nobody)).rejects.toMatchObject({ code: "usage" });
  expect(await store.acts.list(cluster)).toEqual(before);
});

it.each([
  ["asked ana.", "asked (redacted)."],
  ["Ana, ben", "(redacted), ben"],
  ["assumed-role/OnCall/ana", "assumed-role/OnCall/(redacted)"],
  ["anabel and juana", "anabel and juana"],
  ["ana.b and x.ana and ana@example.com", "ana.b and x.ana and ana@example.com"],
  ["ana_role", "ana_role"],
])("whole names alone: %s", (text, expected) => {
  expect(redactor("ana")(text)).toBe(expected);
});

it.each([
  [
    "ana",
    "connected in the session ANA in the same hour as x",
    "connected in the session (redacted) in the same hour as x",
  ],
  ["ana", "within one hour in the same session (Ana)", "within one hour in the same session ((redacted))"],
  ["ana", "client:Ana", "client:(redacted)"],
  ["nobody", "Nobody used it", "Nobody used it"],
  ["ana1990", "in the same session (ana*)", "in the same session ((redacted))"],
  ["Ana.Roth77", "client:ana.roth*", "client:(redacted)"],
  [
    "ana.roth@example.com",
    "used by a person, session ana.roth@exa...",
    "used by a person, session (redacted)...",
  ],
  ["ana.roth@example.com", "session ana.roth@example.co…", "session (redacted)…"],
  ["ana.roth@example.com", "asked ana.", "asked ana."],
])("of %s in our own sentences: %s", (person, text, expected) => {
  expect(redactor(person, { ownSentence: true })(text)).toBe(expected);
});
