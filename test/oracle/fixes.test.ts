// Every fix that is printed for random estates is run on the real server: it is taken, and the finding is gone.
// FIXES sets how many findings at least.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quoteIdentifier } from "../../lib/core/base/quote.ts";
import { exampleFacts } from "../../lib/core/findings/example-facts.ts";
import type { Observation } from "../../lib/core/findings/finding.ts";
import { judgeWith } from "../../lib/core/findings/judge.ts";
import { auditView } from "../../lib/core/findings/view.ts";
import type { Archetype } from "../../lib/core/privileges/archetype.ts";
import type { AccessEngine } from "../../lib/core/privileges/effective.ts";
import { leftoverRole } from "../../lib/detectors/over-privileged/leftover-role.ts";
import { privilegeExceedsArchetype } from "../../lib/detectors/over-privileged/privilege-exceeds-archetype.ts";
import { readCatalogFrom } from "../../lib/dsql/read-catalog.ts";
import { cluster, inWorld, withinTransaction } from "./compare.ts";
import { ownServer } from "./own-server.ts";
import { script, type World, worlds } from "./world.ts";

const wanted = Number(process.env.FIXES ?? 120);
const judge = judgeWith([privilegeExceedsArchetype, leftoverRole]);

const { client } = ownServer();

const findingsOf = (
  catalog: AccessEngine["catalog"],
  archetypes: Record<string, Archetype>,
): readonly Observation[] => {
  const plain = exampleFacts({});
  const facts = {
    ...plain,
    archetypes,
    snapshot: { ...plain.snapshot, catalog, takenAt: plain.now, seq: 1 },
  };
  return judge(auditView(facts as typeof plain)).observations;
};

type Counts = {
  findings: number;
  leftovers: number;
  works: number;
  sentences: number;
  refused: string[];
  withoutEffect: string[];
};

/** Two of three roles are there to read; the others may own. */
const declared = (world: World): Record<string, Archetype> =>
  Object.fromEntries(world.roles.map((role, i) => [role, i % 3 === 0 ? "owner" : "read-only"]));

/** With some roles that nobody needs any more, whatever they own and have passed on. */
const withLeftovers = ({ roles, statements }: World): World => ({
  roles,
  statements: [
    ...statements,
    ...roles.slice(0, 3).map((role, i) => ({
      sql: `alter role ${quoteIdentifier(role)} rename to ${quoteIdentifier(`old "role" ${i}`)}`,
    })),
  ],
});

const isSentence = (fix: string): boolean => fix.split("\n").every((line) => line.startsWith("--"));

const tryFixes = async (world: World, counts: Counts): Promise<void> =>
  inWorld(client(), world, async (engine) => {
    const archetypes = declared(world);
    for (const { id, detector, title, fix = "" } of findingsOf(engine.catalog, archetypes)) {
      counts.findings += 1;
      if (detector === "leftover-role") counts.leftovers += 1;
      if (isSentence(fix)) {
        counts.sentences += 1;
        expect(fix, title).toMatch(/pg_database_owner|server was made with|plan prints every statement/);
        continue;
      }
      await client().query("savepoint fix");
      try {
        // The estate lives in a transaction that is undone: the fix's own would end it.
        await client().query(fix.replaceAll(/^(?:BEGIN|COMMIT);$/gm, ""));
        const catalog = await readCatalogFrom(withinTransaction(client()), { cluster });
        if (findingsOf(catalog, archetypes).some((left) => left.id === id))
          counts.withoutEffect.push(`${script(world)}\n${title}\n${fix}`);
        else counts.works += 1;
      } catch (error) {
        counts.refused.push(`${script(world)}\n${title}\n${fix}\n${(error as Error).message}`);
      }
      await client().query("rollback to savepoint fix");
    }
  });

describe("a printed fix", () => {
  it(`is taken by the server and ends its finding, ${wanted} times at least`, {
    timeout: 3_600_000,
  }, async () => {
    const counts: Counts = {
      findings: 0,
      leftovers: 0,
      works: 0,
      sentences: 0,
      refused: [],
      withoutEffect: [],
    };
    let estates = 0;
    while (counts.findings < wanted) {
      const [world] = fc.sample(worlds({ roles: 10, relations: 8, actions: 110 }), 1);
      if (world) await tryFixes(withLeftovers(world), counts);
      estates += 1;
      await client().query("vacuum");
    }
    const { findings, leftovers, works, sentences, refused, withoutEffect } = counts;
    process.stdout.write(
      `${findings} findings in ${estates} estates: ${works} fixes work, ${refused.length} refused, ${withoutEffect.length} without effect, ${sentences} are a sentence\n`,
    );
    expect([...refused, ...withoutEffect].slice(0, 2)).toEqual([]);
    expect(leftovers).toBeGreaterThan(0);
  });
});
