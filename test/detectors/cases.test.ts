// Every detector against its own examples, and every detector's documents.
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { principalName } from "../../lib/core/base/visible-text.ts";
import type { Case } from "../../lib/core/findings/example-facts.ts";
import type { Observation } from "../../lib/core/findings/finding.ts";
import { judgeWith } from "../../lib/core/findings/judge.ts";
import { auditView } from "../../lib/core/findings/view.ts";
import { detectors } from "../../lib/detectors/index.ts";
import { texts, titles } from "../../lib/detectors/word-tables.ts";
import { detectorIds, titleOf, wordsOf } from "../../lib/detectors/words.ts";
import { detectorsPage } from "../../scripts/detectors-page.ts";

const folder = join(import.meta.dirname, "../../lib/detectors");
const files = globSync("*/*.ts", { cwd: folder });
const modules = await Promise.all(
  files.map(async (file) => ({
    id: basename(file, ".ts"),
    module: (await import(join(folder, file))) as { cases?: () => Case[] },
  })),
);

const label = ({ subject: { role, principal, object, facet } }: Observation): string =>
  role ?? (principal ? principalName(principal) : (object ?? facet));

/** Commands within a text, by their words before the first option. */
const commandsIn = (text: string): string[] =>
  [...text.matchAll(/`dsql-audit ((?:[a-z][a-z-]* ?)+)/g)].map(([, words = ""]) => words.trim());
/** A mail shows commands in full: it finds them by their quotes. */
const outsideQuotes = (text: string): string => text.replaceAll(/`dsql-audit [^`]*`/g, "");

describe("the registry", () => {
  it("holds exactly the files of the folder", () => {
    expect(detectors.map(({ id }) => id)).toEqual(modules.map(({ id }) => id).toSorted());
  });

  it("has the four documents of every detector, each a sentence at least", () => {
    for (const { id, docs } of detectors) {
      expect(Object.keys(docs), id).toEqual(["why", "fix", "falsePositives", "blindSpots"]);
      for (const text of Object.values(docs)) {
        expect(text, id).toMatch(/^\S.{20,}[.!]$/);
        expect(outsideQuotes(text), id).not.toContain("dsql-audit");
      }
    }
  });

  it("is what docs/detectors.md says", () => {
    // When this fails: node scripts/detectors-page.ts
    const page = readFileSync(join(folder, "../../docs/detectors.md"), "utf8");
    expect(page).toBe(detectorsPage(detectors));
  });

  it("is what those are told who only tell of findings", () => {
    expect(detectorIds()).toEqual(detectors.map(({ id }) => id));
    for (const { id, title, short, thread, docs, evidence } of detectors) {
      const name = { title, ...(short !== undefined && { short }), ...(thread && { thread }) };
      expect(titleOf(id), id).toStrictEqual(name);
      expect(wordsOf(id), id).toStrictEqual({ ...name, docs, evidence });
      expect(Object.keys(wordsOf(id)?.evidence ?? {}), id).toEqual(Object.keys(evidence));
    }
    for (const id of ["", "gone-detector", "constructor", "__proto__"]) expect(wordsOf(id)).toBeUndefined();
  });

  it("has words that a bundle can carry as data", () => {
    for (const table of [titles, texts]) expect(JSON.parse(JSON.stringify(table))).toStrictEqual(table);
  });

  it("takes no options to mean the defaults", () => {
    for (const { id, options } of detectors) expect(options.safeParse({}).success, id).toBe(true);
  });
});

describe.each(modules)("$id", ({ id, module }) => {
  const cases = module.cases?.() ?? [];

  it("has examples that fire, near misses and one that clears", () => {
    const names = cases.map(({ name }) => name).join("\n");
    expect(names).toMatch(/^fires /m);
    expect(names).toMatch(/^is quiet (?:while|for|where) /m);
    expect(names).toMatch(/^clears /m);
    expect(cases.length).toBeGreaterThanOrEqual(4);
    for (const { name, expect: expected } of cases)
      expect(expected.length > 0, name).toBe(/^fires/.test(name));
  });

  it.each(cases)("$name", ({ facts, options, expect: expected }) => {
    const judge = judgeWith(detectors, options ? { [id]: options } : {});
    const found = judge(auditView(facts)).observations.filter(({ detector }) => detector === id);
    expect(found.map(label).toSorted()).toEqual([...expected].toSorted());
    for (const { title, evidence, fix = "", firstSeenAt, lastSeenAt } of found) {
      // A fix holds names that others choose: only what the document names is shown as a command.
      expect(commandsIn(detectors.find((one) => one.id === id)?.docs.fix ?? "")).toEqual(
        expect.arrayContaining(commandsIn(fix)),
      );
      expect(outsideQuotes(fix)).not.toMatch(/dsql-audit(?!-)/);
      expect(title).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(JSON.parse(JSON.stringify(evidence))).toEqual(evidence);
      expect(firstSeenAt).toBeLessThanOrEqual(lastSeenAt);
      expect(lastSeenAt).toBeLessThanOrEqual(facts.now);
    }
  });
});
