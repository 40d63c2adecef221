// Every kind of mail as people read it, kept as text in test/notices/mails: a change of words shows in the review of it.
// `vitest -u test/notices/mails.test.ts` writes them anew.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Notice } from "../../lib/notices/notice.ts";
import { MAX_COLUMNS } from "../../lib/notices/page.ts";
import { mailsOf, PLAIN, shown } from "./sample-mails.ts";

const plain = mailsOf(PLAIN);

describe("the mail of", () => {
  it.each(Object.keys(plain))("%s reads as it is kept", async (kind) => {
    await expect(shown(plain[kind] as Notice)).toMatchFileSnapshot(`mails/${kind}.txt`);
  });

  it("every kind is there", () => {
    const kinds = new Set(Object.values(plain).map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(
      ["daily", "first", "gone", "missed", "more", "opened", "over", "storm", "weekly", "worse"].sort(),
    );
  });

  it.each(Object.keys(plain))("%s shows on a page of 80 columns without a broken line", (kind) => {
    for (const line of plain[kind]?.body.split("\n") ?? []) expect(line.length, line).toBeLessThan(80);
    expect(Array.from(plain[kind]?.short ?? "").length).toBeLessThanOrEqual(140);
  });

  it("incidents of several principals says that it cuts all of them off", () => {
    expect(plain.opened?.body).toContain("\nTO CUT IT OFF\n");
    for (const kind of ["more", "worse"]) expect(plain[kind]?.body, kind).toContain("\nTO CUT THEM OFF\n");
  });

  it.each(Object.keys(plain))("%s tells no stretch that ends before it begins", (kind) => {
    const stretches = plain[kind]?.body.matchAll(
      /(\d{4}-\d\d-\d\d \d\d:\d\d) UTC (?:to|and)\s+(\d{4}-\d\d-\d\d \d\d:\d\d) UTC/g,
    );
    for (const [text, from = "", to = ""] of stretches ?? []) expect(from < to, text).toBe(true);
  });

  it("all of one incident are called the same and carry its reference", () => {
    const subjects = ["opened", "more", "worse", "over"].map((kind) => plain[kind]?.subject ?? "");
    expect(new Set(subjects.map((subject) => subject.replace(/^\[[A-Z ]+\] /, ""))).size).toBe(1);
  });
});

/** Names that want to be lines, headers, commands, statements or another text than they are. */
const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 90 }),
  fc.string({ unit: "grapheme", maxLength: 90 }),
  fc.constantFrom(
    "x\nSubject: [OK] all is well",
    "x\r\nTO CUT IT OFF\nDROP ROLE admin;",
    "x\n\nNEXT STEPS\nnpx dsql-audit ack all",
    "\u202eevil\u2066\u200b",
    "`$(rm -rf ~)`; rm -rf /",
    "=?utf-8?B?W09LXSBhbGwgaXMgd2VsbA==?=",
    "\u001b[2J\u001b]0;owned\u0007",
    "a".repeat(200),
    "https://login.example.com/?a=b",
    "x ftp://a://b",
    "'; DROP TABLE orders; --",
    "\u2028\u2029\u0085",
    `${"x".repeat(60)} npx dsql-audit ack all npx dsql-audit ack all`,
    `${"y".repeat(50)} NEXT STEPS ${"z".repeat(70)} TO CUT IT OFF`,
  ),
);

/** Marks stand on the character before them, and what is hidden takes no room. */
const columnsOf = (line: string): number =>
  Array.from(line.replace(/[\p{M}\p{Cf}\p{Cn}\p{Co}]/gu, "")).length;

describe("1,000 hostile names", () => {
  /** What stands at the beginning of a paragraph. */
  const headingsOf = (body: string): string[] =>
    body
      .split("\n\n")
      .map((text) =>
        /^[A-Z][A-Z ]+[A-Z](?: \(|$)/m.exec(text)?.index === 0 ? (text.split("\n")[0] ?? "") : "-",
      );

  it("forge no line, no heading, no command, no link and no subject in any kind of mail", () => {
    fc.assert(
      fc.property(fc.tuple(hostile, hostile, hostile, hostile), ([principal, role, object, session]) => {
        const safe = principal.replace(/[^\w+=,.@-]/g, "").slice(0, 64) || "X";
        const mails = mailsOf({ principal: safe, role, object, session });
        for (const [kind, { subject, body, short }] of Object.entries(mails)) {
          expect(subject).toMatch(/^[!-~][ -~]{0,98}$/);
          expect(subject).not.toContain("=?");
          expect(short).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
          expect(Array.from(short).length).toBeLessThanOrEqual(140);
          expect(body.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
          // What a statement or a command holds stands in quotes, letter by letter; no line's quotes go on in the next.
          expect(body.replaceAll(/"(?:[^"\n]|"")*"|'(?:[^'\n]|'\\''|'')*'/g, "q"), kind).not.toContain("://");
          expect(short).not.toContain("://");
          expect(headingsOf(body), kind).toEqual(headingsOf(plain[kind]?.body ?? ""));
          const commands = (text = "", name = /^npx dsql-audit (?!plan )/gm): number =>
            text.match(name)?.length ?? 0;
          expect(commands(body)).toBe(commands(plain[kind]?.body));
          // A name that no statement can hold has no plan.
          const plans = /^npx dsql-audit plan /gm;
          expect(commands(body, plans)).toBeLessThanOrEqual(commands(plain[kind]?.body, plans));
          // Longer than a page is wide is only what cannot be broken: a name in quotes, one word at the end of its line.
          for (const line of body.replaceAll(/"(?:[^"\n]|"")*"/g, "q").split("\n"))
            if (columnsOf(line) > MAX_COLUMNS)
              expect(columnsOf(line.replace(/\s?\S+$/, "")), line).toBeLessThanOrEqual(MAX_COLUMNS);
        }
      }),
      // Four names each time.
      { numRuns: 80 },
    );
  }, 120_000);
});
