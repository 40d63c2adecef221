import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { OTHERS } from "../../lib/core/activity/principal.ts";
import { renderReport } from "../../lib/report/render-report.ts";
import type { ReportData } from "../../lib/report/report-data.ts";
import { hostileNames, hostileReport } from "./hostile-report.ts";
import { END, principal, START } from "./sample-estate.ts";
import { sampleReport } from "./sample-report.ts";

/** All tags with their attribute names, without values and text. */
const tagsOf = (page: string): string[] =>
  [
    ...page
      .replace(/<style>[\s\S]*?<\/style>/, "")
      .matchAll(/<[a-z!/][^\s>]*(?:\s+[\w:-]+(?:="[^"]*")?)*\s*\/?>/gi),
  ].map(([tag]) => tag.replace(/="[^"]*"/g, ""));
/** The text that a reader sees. */
const textOf = (page: string): string =>
  page
    .replace(/<style>[\s\S]*?<\/style>/, "")
    .replace(/<[^>]*>/g, "")
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");

let sample: string;
let hostile: string;
beforeAll(async () => {
  sample = await renderReport(sampleReport());
  hostile = await renderReport(hostileReport());
});

describe("what a role is for", () => {
  it("is shown as declared, as it looks by name and grants, or as unknown", () => {
    const text = textOf(sample);
    expect(text).toContain("Looks like service: it may read and write all 4 tables and views.");
    expect(text).toContain("Declared as read-only.");
    expect(text).toContain(
      "What it is for is unknown: what it may do is not known: columns could not be read.",
    );
    expect(sample).not.toContain("<b>ro");
  });
});

describe("the report's file", () => {
  it("loads nothing and runs nothing, and forbids both", () => {
    for (const page of [sample, hostile]) {
      const tags = tagsOf(page);
      expect(
        tags.filter((tag) => /^<(?:script|iframe|object|embed|img|form|base|video|audio)\b/i.test(tag)),
      ).toEqual([]);
      expect(tags.filter((tag) => /\s(?:on\w+|style|src|action|srcset|xlink:href)\b/i.test(tag))).toEqual([]);
      const links = [...page.matchAll(/\shref="([^"]*)"/g)].map(([, target]) => target);
      expect(links.filter((target) => !/^#[a-z]+$/.test(target ?? "") && target !== "data:,")).toEqual([]);
      const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? "";
      expect(style).not.toMatch(/url\(|@import|expression/);
      const hash = createHash("sha256").update(style).digest("base64");
      expect(page).toContain(`content="default-src 'none'; style-src 'sha256-${hash}'; img-src data:;`);
    }
  });

  it("has only tags of its own, whatever names the database holds", () => {
    const own = new Set(tagsOf(sample));
    // Fields and sections that only the other one fills may be missing, never new.
    const strange = tagsOf(hostile).filter((tag) => !own.has(tag));
    expect([...new Set(strange)]).toEqual([]);
  });

  it("shows every hostile name in full, made visible", () => {
    const text = textOf(hostile);
    for (const name of hostileNames) {
      const shown = name.replace(/[\p{Cc}\p{Cf}]/gu, (c) => `\\u{${c.codePointAt(0)?.toString(16)}}`);
      expect(text).toContain(shown);
    }
    expect(hostile.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it("escapes names inside the charts", () => {
    const charts = hostile.match(/<svg viewBox[\s\S]*?<\/svg>/g) ?? [];
    expect(charts.length).toBe(4);
    expect(charts.join("")).toContain("&lt;/style&gt;");
    for (const chart of charts) expect(chart).not.toMatch(/<(?:script|style|image|foreignObject|a)\b/i);
  });

  it("gives each chart a title and a description, each table a caption, each header cell a scope", () => {
    expect(
      sample.match(
        /role="img" aria-labelledby="([\w-]+)-title \1-desc"><title id="\1-title">[^<]+<\/title><desc id="\1-desc">[^<]+</g,
      )?.length,
    ).toBe(4);
    expect(sample.match(/<table/g)?.length).toBe(sample.match(/<caption>/g)?.length);
    expect(sample.match(/<th(?![^>]*scope=)[ >]/g)).toBeNull();
    expect(sample.match(/<h1/g)?.length).toBe(1);
    const ids = [...sample.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("is the same for the same data", async () => {
    expect(await renderReport(sampleReport())).toBe(sample);
  });

  it("stays below a megabyte for an ordinary estate", () => {
    expect(Buffer.byteLength(sample)).toBeLessThan(500_000);
  });
});

describe("what the report says", () => {
  it("opens with the counts by severity and the most urgent finding", () => {
    expect(textOf(sample)).toContain(
      "4 findings are open: 1 critical, 1 high, 2 medium. The most urgent: api_readonly is read-only by name but can DELETE from public.orders.",
    );
  });

  it("puts the worst open finding first and folds what is over", () => {
    const cards = [...sample.matchAll(/<article[\s\S]*?<\/article>/g)].map(([card]) => textOf(card));
    expect(cards.length).toBe(4);
    expect(cards[0]).toContain("critical");
    expect(cards[0]).toContain('REVOKE DELETE ON TABLE "public"."orders" FROM "api_readonly";');
    expect(cards[0]).toContain(
      "dsql-audit finding privilege-exceeds-archetype-7f3a91c2 --store ./dsql-audit-demo/store",
    );
    expect(sample).toMatch(/<details class="fold"><summary>Ended/);
    expect(sample).toMatch(/<details class="fold"><summary>Resolved/);
  });

  it("names what could not be read and which hours are not proven", () => {
    const text = textOf(sample);
    expect(text).toContain(
      "Catalog section “functions” could not be read: permission denied for table pg_proc (SQLSTATE 42501)",
    );
    expect(text).toContain("79 hours without proof of capture");
    expect(text).toContain("proven for 2,801 of 2,880 hours (97.2 %)");
  });

  it("shows a role that nobody used with its verdict and since when that is known", () => {
    const row =
      /<tr>\s*<th scope="row" data-label="Principal"><b>contractor-2024[\s\S]*?<\/tr>/.exec(sample)?.[0] ??
      "";
    expect(textOf(row)).toContain("use unknown");
    expect(textOf(row)).toContain("not seen in 120 days on record, 72 hours of them unproven");
    expect(textOf(row)).toContain("writes 3");
  });

  it("shows the declared access: what differs, what was accepted, emergencies and ends that are past", () => {
    const text = textOf(sample);
    const section = text.slice(
      text.indexOf("Version 3 of access.yml"),
      text.indexOf("Who did connect", text.indexOf("Version 3 of access.yml")),
    );
    expect(section).toContain("The database differs in 1 place. 1 part could not be read.");
    expect(section).toMatch(/planned\s*none\s*contractor\s*contractor holds SELECT on public\.payments/);
    expect(section).toMatch(/contractor\s*2026-05-31\s*3 entries\s*2/);
    expect(section).toMatch(/intern\s*2026-03-31\s*1 entry\s*not known/);
    expect(section).toMatch(/breakglass\s*2026-06-29 to 2026-06-29 \(over\)\s*restore drill/);
    expect(section).toContain("no window: any use is a finding");
    expect(section).toMatch(/2026-06-29 \(past\)\s*dormant-mapping.*yearly restore/s);
  });

  it("says what is not known of peers, and calls nothing never used while it is not", async () => {
    const { mappings, ...rest } = sampleReport();
    const data = { ...rest, mappings: mappings?.map((one) => ({ ...one, unprovenHours: 0 })) ?? null };
    const coverage = { ...data.coverage, peers: ["Its peer counts."], peersUnread: "IAM was not read" };
    const text = textOf(await renderReport({ ...data, coverage }));
    expect(text).toContain("Its peer counts.");
    expect(text).toContain("through which somebody may have connected, is not known: IAM was not read.");
    expect(textOf(await renderReport(data))).toContain("never in ");
    expect(text).not.toContain("never in ");
  });

  it("says unknown, and never none, of a cluster about which nothing is known", async () => {
    const nothing: ReportData = {
      ...sampleReport(),
      snapshot: null,
      basis: null,
      history: null,
      unreadable: [],
      judgedAt: null,
      findings: [],
      roles: null,
      schemas: null,
      mappings: null,
      reach: null,
      activity: null,
      coverage: { window: { from: END, to: END }, covered: [], doubts: [], peers: [], peersUnread: null },
      changes: [],
      olderChanges: 0,
    };
    const text = textOf(await renderReport(nothing));
    expect(text).toContain("No snapshot was taken at or before");
    expect(text).toContain("The detectors have not run yet.");
    expect(text).toContain("Who is mapped to which database role is not known.");
    expect(text).toContain("That is not “nobody”.");
    expect(text).toContain("No connection was ever ingested.");
    expect(text).not.toContain("100 %");
  });

  it("stays readable with 200 roles and 1,000 tables, and says what it left off", async () => {
    const roles = Array.from({ length: 200 }, (_, i) => ({
      oid: 20_000 + i,
      name: `role_${i}`,
      canLogin: true,
      superuser: false,
    }));
    const reach = roles.flatMap(({ oid, name }) =>
      Array.from({ length: 1_000 }, (_, i) => ({
        roleOid: oid,
        schema: `schema_${i % 12}`,
        object: `table_${i}`,
        column: null,
        access: ["read" as const],
        path: [name],
        setRole: false,
        usable: true,
      })).filter((_, i) => (i + oid) % 3 === 0),
    );
    const ordinary = sampleReport();
    const [mapping] = ordinary.mappings ?? [];
    const [finding] = ordinary.findings;
    if (!mapping || !finding) throw new Error("the sample has a mapping and a finding");
    const page = await renderReport({
      ...ordinary,
      roles,
      schemas: Array.from({ length: 12 }, (_, i) => ({ name: `schema_${i}`, objects: 84 })),
      mappings: roles.map(({ oid, name }, i) => ({
        ...mapping,
        principal: principal(`service-${i}`),
        roleOid: oid,
        role: name,
      })),
      reach,
      findings: Array.from({ length: 500 }, (_, i) => ({ ...finding, id: `f-${i}` })),
    });
    expect(Buffer.byteLength(page)).toBeLessThan(1_300_000);
    const text = textOf(page);
    expect(text).toContain("and 50 more lines");
    expect(text).toContain("and 160 more roles");
    expect(text).toContain("and 175 more");
    expect(text).toContain("8 other schemas");
  });

  it("says how many could not be kept apart, and shows them however many others there are", async () => {
    const data = sampleReport();
    if (data.activity === null) throw new Error("the sample has activity");
    const [row, ...rows] = data.activity.principals;
    if (row === undefined) throw new Error("the sample has principals");
    const many = Array.from({ length: 60 }, (_, n) => ({ ...row, principal: principal(`Busy${n}`) }));
    const others = { ...row, principal: OTHERS, allowed: 3, refused: 1, role: null };
    const hours = data.activity.hours.map((hour, n) => (n === 0 ? { ...hour, others: 412 } : hour));
    const page = await renderReport({
      ...data,
      activity: { ...data.activity, hours, principals: [others, row, ...rows, ...many] },
    });
    const text = textOf(page);
    expect(text).toContain(
      "At least 412 more principals were too many to be kept apart: 3 connections and 1 refused attempt stand together as unknown:others",
    );
    // Once in the sentence, and once or twice in a row of the table, where it is never cut off.
    expect(text.split(OTHERS).length - 1).toBeGreaterThan(1);
    expect(sample).not.toContain(OTHERS);
  });

  it("draws the outage as a band where capture is not proven", () => {
    const chart =
      /<svg viewBox(?:(?!<\/svg>)[\s\S])*connections-chart[\s\S]*?<\/svg>/.exec(sample)?.[0] ?? "";
    expect(chart.match(/fill="url\(#gap\)"/g)?.length).toBe(3);
    expect(sample).toContain('<pattern id="gap"');
    expect(END - START).toBe(120 * 86_400_000);
  });
});
