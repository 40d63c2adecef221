import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DAY, HOUR } from "../../../lib/core/base/time.ts";
import { registerCluster } from "../../../lib/store/history/clusters.ts";
import { createSnapshotStore } from "../../../lib/store/history/snapshots.ts";
import { acl, cluster, estate, role, table } from "../../support/catalogs.ts";
import { type CliRun, cliIn } from "../../support/cli.ts";
import { fillStore } from "../../support/table.ts";

const T = Date.UTC(2026, 2, 1, 2);
const now = T + 2 * DAY;
const reader = "arn:aws:iam::111122223333:role/reader";
const orders = (...items: string[]) => table(1000, "orders", { acl: acl("10=arwdDxt/10", ...items) });

let folder: string;
let cli: (args: string | readonly string[]) => Promise<CliRun>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "history-"));
  cli = cliIn(
    () => folder,
    () => now,
  );
  await fillStore(join(folder, "dsql-audit.db"), async (db) => {
    const store = createSnapshotStore(db, { now: () => now });
    await registerCluster(db, cluster);
    const hostile = role(103, "evil\u202e\u001b[31m");
    const steps = [
      estate({ relations: [orders("100=r/10")] }),
      estate({ relations: [orders("100=rd/10")] }),
      estate({ relations: [orders("100=rd/10")], mappings: "unreadable" }),
      estate({ relations: [orders("100=r/10")], mappings: [] }),
      estate({
        relations: [],
        mappings: [],
        memberships: [],
        roles: [role(10, "admin"), role(101, "app_rw"), hostile],
      }),
    ];
    for (const [n, catalog] of steps.entries()) await store.save(cluster, catalog, T + n * HOUR);
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** On a terminal of 80 columns. */
const onTerminal = (args: string): Promise<CliRun> =>
  cliIn(
    () => folder,
    () => now,
    { NO_COLOR: "1" },
    80,
  )(args);
const everyLineFits = (out: string) => Math.max(...out.split("\n").map((line) => line.length));

describe("history", () => {
  it("lists snapshots, the newest first", async () => {
    const { code, out } = await cli("history");
    expect(code).toBe(0);
    expect(out).toContain("2026-03-01 06:00:00Z");
    expect(out.indexOf("06:00")).toBeLessThan(out.indexOf("02:00"));
    expect(everyLineFits((await onTerminal("history")).out)).toBeLessThanOrEqual(80);
    const rows = (await cli("history --json --limit 2")).json() as { seq: number }[];
    expect(rows.map(({ seq }) => seq)).toEqual([5, 4]);
    expect((await cli("history --limit no")).code).toBe(64);
  });

  it("shows the catalog as of a moment and says what it rests on", async () => {
    const { code, out } = await cli("history show --at 2026-03-01T04:30Z");
    expect(code).toBe(0);
    expect(out).toContain("snapshot 3 of 2026-03-01 04:00:00Z");
    expect(out.replaceAll(/\s+/g, " ")).toContain(
      "between the snapshots of 2026-03-01 04:00:00Z and 2026-03-01 05:00:00Z",
    );
    expect(out).toContain("NOT KNOWN: mappings could not be read; last read 2026-03-01 03:00:00Z.");
    expect(everyLineFits((await onTerminal("history show --at 2026-03-01T04:30Z")).out)).toBeLessThanOrEqual(
      80,
    );
    const json = (await cli("history show --at 2026-03-01T04:30Z --json")).json() as Record<string, never>;
    expect(json).toMatchObject({ snapshot: { seq: 3 }, uncertainty: { before: "2026-03-01T05:00:00.000Z" } });
    expect(json.lastKnown).toMatchObject({ mappings: { seq: 2 } });
    const section = await cli("history show --section relations --at 2026-03-01T02:00Z");
    expect(section.out).toContain('"name":"orders"');
  });

  it("never lets a hostile name reach the terminal", async () => {
    for (const args of [
      "history show",
      "history diff --from 2026-03-01T02:00Z",
      "history show --section roles",
    ]) {
      const { out } = await cli(args);
      expect(out).toContain("u{202e}");
      expect(out).not.toContain("\u202e");
      expect(out).not.toContain("\u001b");
    }
  });

  it("tells two moments apart, and with --all what happened in between", async () => {
    const args = "history diff --from 2026-03-01T02:00Z --to 2026-03-01T05:00Z";
    const net = (await cli(`${args} --json`)).json() as { changes: { text: string }[] };
    expect(net.changes.map(({ text }) => text)).toEqual([
      expect.stringContaining("no longer mapped to role app_ro"),
      expect.stringContaining("no longer mapped to role app_rw"),
    ]);
    const { out } = await cli(`${args} --all`);
    expect(out).toContain("app_ro gained DELETE");
    expect(out).toContain("app_ro lost DELETE");
    expect(everyLineFits((await onTerminal(`${args} --all`)).out)).toBeLessThanOrEqual(80);
  });

  it("tells a role's timeline, also of one that is gone, and what was not known", async () => {
    const { code, out } = await cli("history timeline --role app_ro");
    expect(code).toBe(0);
    expect(out).toContain("app_ro gained DELETE");
    expect(out).toContain("role app_ro was dropped");
    expect(out).toContain("NOT KNOWN: mappings, from 2026-03-01 03:00:00Z to 2026-03-01 05:00:00Z");
    expect((await cli("history timeline --object public.orders")).out).toContain(
      "table public.orders was dropped",
    );
  });

  it("tells a principal's timeline from its mappings and its roles", async () => {
    const json = (await cli(`history timeline --principal ${reader} --json`)).json() as {
      changes: { text: string }[];
    };
    const texts = json.changes.map(({ text }) => text);
    expect(texts).toContainEqual(expect.stringContaining("app_ro gained DELETE"));
    expect(texts).toContainEqual(expect.stringContaining("no longer mapped to role app_ro"));
    expect(texts.join()).not.toContain("role/writer");
  });

  it("says since when a role holds a privilege, and by what change", async () => {
    const args = "history timeline --role app_ro --object public.orders --privilege DELETE";
    const { held } = (await cli(`${args} --json`)).json() as { held: unknown[] };
    expect(held).toMatchObject([
      { holds: "no", after: null },
      {
        holds: "yes",
        after: "2026-03-01T02:00:00.000Z",
        before: "2026-03-01T03:00:00.000Z",
        by: [{ text: expect.stringContaining("gained DELETE") }],
      },
      {
        holds: "no",
        before: "2026-03-01T05:00:00.000Z",
        by: [{ text: expect.stringContaining("lost DELETE") }],
      },
    ]);
    const { out } = await cli(args);
    expect(out).toContain("HELD      between the snapshots of 2026-03-01 02:00:00Z and 2026-03-01 03:00:00Z");
  });

  it("exports, verifies the file against a head, and fails for a broken one", async () => {
    expect((await cli("history export --out all.ndjson")).code).toBe(0);
    const whole = await cli("history verify --file all.ndjson");
    expect(whole).toMatchObject({ code: 0, out: expect.stringContaining("Whole: 5 snapshots") });
    const head = /Head: (\S+)/.exec(whole.out)?.[1] ?? "";
    expect((await cli(`history verify --head ${head}`)).code).toBe(0);
    expect((await cli(`history verify --head ${head.slice(2, 20)}`)).code).toBe(0);
    const wrong = await cli(`history verify --json --head 5:${"0".repeat(64)}`);
    expect(wrong).toMatchObject({ code: 1 });
    expect(wrong.json()).toMatchObject({ whole: false, faults: [{ kind: "forked", seq: 5 }] });
    const text = readFileSync(join(folder, "all.ndjson"), "utf8");
    writeFileSync(
      join(folder, "cut.ndjson"),
      text
        .split("\n")
        .filter((line) => !line.includes('"manifest":3'))
        .join("\n"),
    );
    expect(await cli("history verify --file cut.ndjson")).toMatchObject({
      code: 1,
      out: expect.stringContaining("missing: snapshot 3 is missing"),
    });
  });

  it("ends in one clear line and the right code for what cannot be asked", async () => {
    const cases: readonly (readonly [string, number, string])[] = [
      ["history show --at yesterday", 64, "cannot read the time"],
      ["history show --at 2026-02-01", 1, "no snapshot at or before"],
      ["history diff --from 1d --to 2d", 64, "is after to"],
      ["history diff --from 2026-01-01", 1, "no snapshot at or before"],
      ["history timeline", 64, "give a role, an object or both"],
      ["history timeline --role nobody", 1, "no role was ever seen"],
      ['history timeline --role "APP_RW"', 1, "no role was ever seen"],
      ["history timeline --object nothing", 1, "no object was ever seen"],
      ["history timeline --principal arn:aws:iam::111122223333:role/x", 1, "no mapping of"],
      ["history timeline --principal arn:aws:iam::1:role/x", 64, "principal"],
      ["history timeline --role app_rw --privilege DELETE", 64, "a privilege needs"],
      ["history timeline --role app_rw --object public --privilege FLY", 64, "there is no privilege"],
      ["history retain --keep-days 0", 64, "whole number of days"],
      ["history retain --keep-days ten --apply", 64, "whole number of days"],
      ["history retain --cluster other", 1, "the store holds no cluster"],
      ["history verify --head xyz", 64, "cannot read the head"],
      ["history verify --file none.ndjson", 1, "cannot be read"],
      ["history --cluster other", 1, "the store holds no cluster"],
      ["history --store empty", 1, "there is no store"],
    ];
    for (const [args, code, message] of cases) {
      const run = await cli(args);
      expect([args, run.code]).toEqual([args, code]);
      expect(run.err.split("\n")[0]).toContain(message);
    }
  });

  it("leaves a signed note of a restore, and none for what is not lost", async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    writeFileSync(join(folder, "key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
    const args = ["history", "restored", "--private-key", "key.pem", "--reason", "wrong table", "--lost"];
    expect((await cli([...args, `4:${"a".repeat(64)}`])).code).toBe(64);
    expect(await cli([...args, `9:${"a".repeat(64)}`])).toMatchObject({
      code: 0,
      out: expect.stringContaining("6 to 9"),
    });
  });
});
