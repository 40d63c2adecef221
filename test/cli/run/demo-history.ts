// What the demonstration left in the history: access before and after, over HTTP too, and its heads.
import { expect, it } from "vitest";
import { parseHead } from "../../../cli/history/history-verify.ts";
import { DAY, HOUR, iso, MINUTE } from "../../../lib/core/base/time.ts";
import { diffCatalogs } from "../../../lib/core/history/diff.ts";
import { createActivityStore } from "../../../lib/store/activity/activity.ts";
import { tableHistory } from "../../../lib/store/history/export.ts";
import { createSnapshotStore, requireAsOf } from "../../../lib/store/history/snapshots.ts";
import { verifyHistory } from "../../../lib/store/history/verify-history.ts";
import { principals } from "../../../local/demo/estate.ts";
import { type Demo, GRANTED, NOW, REVOKED, story } from "./demo-run.ts";

/** Registers the tests. */
export const historyTests = (demo: Demo): void => {
  it("shows access before and after the grant that differs by exactly that grant", async () => {
    const snapshots = createSnapshotStore(demo.table, { now: () => NOW });
    const granted = demo.at(GRANTED);
    const before = await requireAsOf(snapshots, demo.result.cluster, granted - HOUR);
    const after = await requireAsOf(snapshots, demo.result.cluster, granted + HOUR);
    const changes = diffCatalogs(before.catalog, after.catalog);
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ kind: "grant" });
    expect(JSON.stringify(changes[0])).toMatch(/api_readonly.*/);
    // An hour before and an hour after, and what a refused first login adds to either.
    expect(after.manifest.takenAt - before.manifest.takenAt).toBeLessThanOrEqual(2 * HOUR + MINUTE);
  });

  it("answers over HTTP as the store does: before the grant, after it, and in the role's timeline", async () => {
    const snapshots = createSnapshotStore(demo.table, { now: () => NOW });
    const [granted, revoked] = [demo.at(GRANTED), demo.at(REVOKED)];
    const holders: string[][] = [];
    for (const moment of [(granted ?? 0) - HOUR, (granted ?? 0) + HOUR]) {
      const asked = { cluster: demo.result.cluster, at: iso(moment) };
      const { manifest, hash, catalog } = await requireAsOf(snapshots, demo.result.cluster, moment);
      const { relations } = catalog.sections;
      expect(await demo.stack.query("/snapshots/as-of", { ...asked, section: "relations" })).toMatchObject({
        status: 200,
        body: {
          snapshot: { seq: manifest.seq, takenAt: iso(manifest.takenAt), manifestHash: hash },
          items: relations.status === "read" && relations.rows.map((row) => ({ row })),
        },
      });
      const holding = { ...asked, privilege: "DELETE", object: "public.orders" };
      const { body } = await demo.stack.query("/who-can", holding);
      holders.push((body as { items: { role: string }[] }).items.map(({ role }) => role));
    }
    expect(holders[0]).not.toContain("api_readonly");
    expect(holders[1]).toEqual([...(holders[0] ?? []), "api_readonly"].sort());

    const head = (await snapshots.asOf(demo.result.cluster, NOW))?.catalog.sections.roles;
    const oid = head?.status === "read" ? head.rows.find(({ name }) => name === "api_readonly")?.oid : 0;
    const timeline = await snapshots.roleTimeline(demo.result.cluster, oid ?? 0);
    const { status, body } = await demo.stack.query("/history/timeline", { role: "api_readonly" });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      items: timeline.map(({ from, to, toSeq, change }) => ({
        after: { takenAt: iso(from) },
        before: { seq: toSeq, takenAt: iso(to) },
        change: { kind: change.kind },
      })),
    });
    const planted = timeline.slice(-2);
    expect(planted.map(({ change }) => change.kind)).toEqual(["grant", "grant"]);
    for (const [n, moment] of [granted ?? 0, revoked ?? 0].entries()) {
      expect(planted[n]?.from).toBeLessThan(moment);
      expect(planted[n]?.to).toBeGreaterThan(moment);
    }
  });

  it("ends each mail with a head that the history still holds", async () => {
    const expectedHeads = demo.emails.map(({ text }) =>
      parseHead(/ --head (\S+)/.exec(text ?? "")?.[1] ?? ""),
    );
    expect(new Set(expectedHeads.map(({ seq }) => seq)).size).toBeGreaterThan(3);
    const report = await verifyHistory(await tableHistory(demo.table, demo.result.cluster), {
      expectedHeads,
    });
    expect(report.faults).toEqual([]);
  });

  it("sees its own last login come back, and what real clients did", async () => {
    const today = await createActivityStore(demo.table).hours(demo.result.cluster, {
      from: demo.at(story.days * DAY),
      to: NOW + DAY,
    });
    const tallies = today.flatMap((hour) => hour.tallies);
    expect(tallies.some(({ principal }) => principal === principals.auditor.arn)).toBe(true);
    expect(tallies).toContainEqual(
      expect.objectContaining({ principal: principals.analytics.arn, outcome: "refused", count: 1 }),
    );
    expect(demo.result.live.at(-1)).toMatch(/refused: .*access denied/);
  });
};
