// The commands that list findings and decide on them, on an embedded store.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cluster, Principal } from "../../../lib/core/base/ids.ts";
import { DAY, HOUR, iso } from "../../../lib/core/base/time.ts";
import { type Observation, Severity, Status } from "../../../lib/core/findings/finding.ts";
import { findingId } from "../../../lib/core/findings/finding-id.ts";
import { reconcileFindings } from "../../../lib/core/findings/reconcile-findings.ts";
import { createFindingStore } from "../../../lib/store/findings/findings.ts";
import { registerCluster } from "../../../lib/store/history/clusters.ts";
import { cliIn } from "../../support/cli.ts";
import { fillStore } from "../../support/table.ts";

const T = Date.UTC(2026, 5, 1);
const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/abc");
let cwd: string;
let now = T + HOUR;
const cli = cliIn(
  () => cwd,
  () => now,
);
const onTerminal = cliIn(
  () => cwd,
  () => now,
  { NO_COLOR: "1" },
  80,
);
const shortOf = (id: string): string => id.slice(-16, -8);

const observation = (
  detector: string,
  change: Partial<Observation> & { role?: string } = {},
): Observation => {
  const { role = "app_ro", ...more } = change;
  const subject = { principal: Principal.parse("arn:aws:iam::111122223333:role/Job"), role, facet: "" };
  return {
    id: findingId(detector, cluster, subject),
    detector,
    category: "dormant",
    life: "state",
    severity: "medium",
    cluster,
    subject,
    title: `Job as ${role}: not used`,
    evidence: { lastUseAt: null },
    firstSeenAt: T - DAY,
    lastSeenAt: T,
    ...more,
  };
};
const hostile = '=HYPERLINK("http://x")\u202e\u001b[31m';
const planted = [
  observation("dormant-mapping"),
  observation("never-used-mapping", { role: hostile, title: hostile, severity: "high" }),
  observation("new-network", { category: "anomalous", life: "episode", title: "Job came from elsewhere" }),
];
/** Found once, and no longer there at the next look. */
const gone = observation("dormant-mapping", { role: "gone" });
/** Over after a day of quiet, and closed two weeks later. */
const ended = observation("off-hours", {
  ...{ role: "night", category: "anomalous", life: "episode", title: "Job came at night" },
  ...{ firstSeenAt: T - 20 * DAY, lastSeenAt: T - 20 * DAY },
});

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "findings-"));
  await fillStore(join(cwd, "dsql-audit.db"), async (table) => {
    await registerCluster(table, cluster);
    const findings = createFindingStore(table);
    await findings.update(cluster, (existing) =>
      reconcileFindings(existing, [...planted, gone, ended], [], T),
    );
    await findings.update(cluster, (existing) =>
      existing.map((one) => {
        if (one.id === ended.id) return { ...one, status: "ended", closedAt: T - 5 * DAY };
        return one.id === gone.id ? { ...one, status: "resolved", closedAt: T } : one;
      }),
    );
    await findings.looked(cluster, { at: T, snapshotAt: null });
  });
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

type Row = { id: string; status: string; role: string; firstSeenAt: string };

describe("the commands on findings", () => {
  it("list the worst first, by what was asked for", async () => {
    const all = (await cli("findings --json")).json() as Row[];
    expect(all.map(({ id }) => id.replace(/-[0-9a-f]{16}$/, ""))).toEqual(
      expect.arrayContaining(["never-used-mapping", "new-network", "dormant-mapping"]),
    );
    expect(all[0]).toMatchObject({ severity: "high", role: hostile, firstSeenAt: iso(T - DAY) });
    expect((await cli("findings --json --detector new-network")).json()).toHaveLength(1);
    expect((await cli("findings --json --status resolved")).json()).toMatchObject([{ id: gone.id }]);
    expect((await cli("findings --json --severity high,low")).json()).toHaveLength(1);
    expect((await cli("findings --exit-code")).code).toBe(2);
  });

  it("hide what is resolved from people, say so, and say as of when", async () => {
    const { out } = await cli("findings");
    expect(out).not.toContain(shortOf(gone.id));
    expect(out).toContain("1 resolved finding is not shown: --all shows them.");
    expect(out).toContain("As of the evaluation of 2026-06-01 00:00Z, less than two hours ago.");
    for (const args of ["findings --all", "findings --status resolved"]) {
      const asked = (await cli(args)).out;
      expect(asked).toContain(shortOf(gone.id));
      expect(asked).not.toContain("not shown");
    }
    const ids = ((await cli("findings --json")).json() as Row[]).map(({ id }) => id);
    expect(ids.at(-1)).toBe(gone.id);
    const onlyGone = "findings --detector dormant-mapping --severity high";
    expect((await cli(`${onlyGone} --exit-code`)).code).toBe(0);
    expect((await cli("findings --status resolved --exit-code")).code).toBe(2);
  });

  it("offer the states and severities that there are", async () => {
    const { out } = await cli("findings --help");
    expect(out).toContain(`only these: ${Severity.options.join(", ")}`);
    expect(out.replaceAll(/\s+/g, " ")).toContain(`only these: ${Status.options.join(", ")}`);
  });

  it("print no hostile name raw, neither in a table nor in CSV nor alone", async () => {
    const [bad] = planted.filter(({ title }) => title === hostile);
    for (const args of [
      "findings",
      "findings --json",
      "findings --ndjson",
      `finding ${bad?.id}`,
      `finding ${bad?.id} --json`,
      "findings --format csv",
    ]) {
      const { out, code } = await onTerminal(args);
      expect(code).toBe(0);
      expect(out.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }
    const { out } = await cli("findings --format csv");
    expect(out).toContain("\u202e\u001b[31m");
    const cells = out.split("\r\n").flatMap((line) => line.match(/"(?:[^"]|"")*"/g) ?? []);
    expect(cells.length).toBeGreaterThan(30);
    expect(cells.filter((cell) => /^"[=+\-@]/.test(cell))).toEqual([]);
  });

  it("say when a finding was over, and not when it was closed", async () => {
    const statusOf = async ({ id }: Observation) =>
      /^status +(.*)$/m.exec((await cli(`finding ${id}`)).out)?.[1];
    expect(await statusOf(ended)).toBe("ended at 2026-05-13 00:00 UTC");
    expect(await statusOf(gone)).toBe("resolved at 2026-06-01 00:00 UTC");
    expect(await statusOf(planted[0] as Observation)).toBe("open");
  });

  it("say until when one is accepted, and that one is over", async () => {
    const accept = async (id: string) =>
      (await cli(["exempt", id, "--owner", "ops", "--reason", "yearly job", "--until", "30d"])).out.trim();
    const until = "accepted until 2026-07-01 01:00 UTC";
    expect(await accept(ended.id)).toBe(`${until}: Job came at night (it is ended)`);
    const { id, title } = planted[2] as Observation;
    expect(await accept(id)).toBe(`${until}: ${title}`);
    for (const one of [ended.id, id]) expect((await cli(`unexempt ${one}`)).code).toBe(0);
  });

  it("show one finding by the id that lists show", async () => {
    const id = planted[0]?.id ?? "";
    const { out, code } = await cli(`finding ${shortOf(id)}`);
    expect(code).toBe(0);
    expect(out).toContain(id);
    expect(out).toContain("AWS IAM REVOKE");
    expect((await cli(`finding ${id} --json`)).json()).toMatchObject({
      id,
      status: "open",
    });
  });

  it("acknowledge: an anomaly is closed, anything else is only marked", async () => {
    const { id } = planted[2] as Observation;
    expect((await cli(`ack ${id} --json`)).json()).toMatchObject({
      status: "acknowledged",
      closedAt: iso(now),
    });
    const again = (await cli(["ack", id, "--by", "ben", "--json"])).json();
    expect(again).toMatchObject({
      status: "acknowledged",
      acknowledged: { by: expect.stringContaining("@") },
    });
    const { id: other } = planted[1] as Observation;
    const document = (await cli(["ack", other, "--by", "ana", "--note", "asked the owner", "--json"])).json();
    expect(document).toMatchObject({
      status: "acknowledged",
      acknowledged: { by: "ana", note: "asked the owner", at: iso(now) },
    });
    expect((await cli(`finding ${other}`)).out).toContain(
      `taken by   ana, 2026-06-01 01:00 UTC: asked the owner`,
    );
    expect(document).not.toHaveProperty("closedAt");
  });

  it("say that a finding was resolved meanwhile, and fail nobody for it", async () => {
    const { id } = gone;
    const done = await cli(`ack ${id}`);
    expect([done.code, done.err]).toEqual([0, ""]);
    expect(done.out).toContain("Already resolved (2026-06-01T00:00:00.000Z), nothing to acknowledge");
    expect((await cli(`ack ${id} --json`)).json()).toMatchObject({ id, status: "resolved" });
  });

  it("exempt until an end, and take it back", async () => {
    const { id } = planted[0] as Observation;
    const done = await cli([
      "exempt",
      id,
      "--owner",
      "ops",
      "--reason",
      "yearly job",
      "--until",
      "30d",
      "--json",
    ]);
    expect(done.json()).toMatchObject({
      status: "exempt",
      exemption: { owner: "ops", reason: "yearly job", until: iso(now + 30 * DAY) },
    });
    now += HOUR;
    const shown = await cli(`finding ${id} --json`);
    expect(shown.json()).toMatchObject({ exemption: (done.json() as { exemption: object }).exemption });
    const until = iso(now - HOUR + 30 * DAY)
      .slice(0, 16)
      .replace("T", " ");
    expect((await cli(`finding ${id}`)).out).toMatch(
      new RegExp(`\naccepted   by ops until ${until} UTC \\(.*\\): yearly job\n`),
    );
    const before = now;
    now += 31 * DAY;
    expect((await cli(`finding ${id}`)).out).toContain(
      `by ops until ${until} UTC, which is over: the next evaluation opens it again`,
    );
    now = before;
    expect((await cli(`unexempt ${id} --json`)).json()).toMatchObject({ status: "open" });
    expect((await cli(`finding ${id} --json`)).json()).not.toHaveProperty("exemption");
  });

  it.each([
    ["finding nothing-there", 1, /there is no finding nothing-there/],
    ["ack nothing-there", 1, /there is no finding/],
    ["findings --status gone", 64, /there is no status "gone"/],
    ["findings --detector magic", 64, /there is no detector "magic"/],
    ["exempt abc --owner x --reason y", 64, /--until/],
    ["detect --at never", 64, /cannot read the time/],
    ["detect --at 7d", 64, /2026-05-2\d.* is in the past[\s\S]*dsql-audit replay/],
    ["detect --at 2027-01-01", 64, /has not come yet/],
    ["findings --store nowhere", 1, /there is no store/],
  ])("%s: one clear line", async (args, code, message) => {
    const done = await cli(args);
    expect(done.code).toBe(code);
    expect(done.err).toMatch(message);
  });

  it("judge what is stored, and name what could not be looked at", async () => {
    const done = await cli("detect --json");
    expect(done.code).toBe(0);
    expect(done.err).toMatch(/Not evaluated: .*dormant-mapping.* \(no mappings were read yet\)/);
    const live = done.json() as Row[];
    expect(live.find(({ id }) => id === planted[0]?.id)).toMatchObject({ status: "open" });
  });
});
