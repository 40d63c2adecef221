// Random lives of findings and the mails about them, with a topic that refuses, processes that die and repeats: nobody is told
// twice of a beginning, nothing that matters stays untold, and every rise and every end is told.
import type { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { HOUR } from "../../lib/core/base/time.ts";
import { acknowledge } from "../../lib/core/findings/acknowledge.ts";
import { type Finding, Severity, worstFirst } from "../../lib/core/findings/finding.ts";
import { isOver, ownIncident } from "../../lib/core/incidents/threads.ts";
import { sendNotices } from "../../lib/jobs/send-notices.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { cluster } from "../support/catalogs.ts";
import { Crash, dyingTable } from "../support/faulty-table.ts";
import { findingOf } from "../support/query-world.ts";
import { sqliteTables } from "../support/table.ts";

const sqlite = sqliteTables();
afterAll(() => sqlite.stop());

const START = Date.UTC(2026, 3, 1, 9);
const topicArn = "arn:aws:sns:us-east-1:111122223333:access-findings";
type Fresh = Awaited<ReturnType<typeof sqlite.fresh>>;
type Death = { readonly at: number; readonly after: boolean };
type Mail = { readonly subject: string; readonly body: string; readonly unsure: boolean };

/** One cluster, its topic, and what came out of it. */
class World {
  now = START;
  count = 0;
  /** How many more mails the topic takes; undefined: all. */
  takes: number | undefined;
  readonly mails: Mail[] = [];
  /** Incidents that somebody takes care of as less than people were told: back to that is a rise, and told by the same subject. */
  readonly takenForLess = new Set<string>();
  readonly table: Fresh;
  constructor(table: Fresh) {
    this.table = table;
  }
  store(dies?: Death): Store {
    const table = dies ? dyingTable(this.table, dies.at, dies.after) : this.table;
    return openStore(table, { now: () => this.now });
  }
  async look(by: (all: readonly Finding[]) => readonly Finding[]): Promise<void> {
    this.now += 60_000;
    await this.store().findings.update(cluster, by);
  }
  /** A process that may die: what it sent before that may come again. */
  async send(dies?: Death): Promise<void> {
    const before = this.mails.length;
    const sns = {
      send: async ({ input }: PublishCommand) => {
        if (this.takes === 0) throw Object.assign(new Error("no"), { name: "ThrottledException" });
        if (this.takes !== undefined) this.takes -= 1;
        const { email = "" } = JSON.parse(input.Message ?? "{}") as { email?: string };
        this.mails.push({ subject: input.Subject ?? "", body: email, unsure: false });
        return { MessageId: `m-${this.mails.length}` };
      },
    } as unknown as SNSClient;
    try {
      await sendNotices({ store: this.store(dies), sns, topicArn }, cluster, this.now);
    } catch (error) {
      if (error instanceof Crash)
        for (const [n, mail] of this.mails.entries())
          if (n >= before) this.mails[n] = { ...mail, unsure: true };
    }
  }
}

type Command = fc.AsyncCommand<object, World>;
const step = (name: string, run: (world: World) => Promise<void>): Command => ({
  check: () => true,
  run: async (_, world) => run(world),
  toString: () => name,
});
const changing = (name: string, n: number, by: (finding: Finding, now: number) => Finding): Command =>
  step(`${name}(${n})`, (world) =>
    world.look((all) => all.map((one, at) => (at === n % all.length ? by(one, world.now) : one))),
  );

const n = fc.nat(9);
const severity = fc.constantFrom(...Severity.options);
const commands = fc.commands(
  [
    severity.map((of) =>
      step(`opens(${of})`, (world) =>
        world.look((all) => {
          const times = {
            firstSeenAt: world.now,
            lastSeenAt: world.now,
            detectedAt: world.now,
            confirmedAt: world.now,
          };
          const id = `grant-option-${(0xa000_0000 + world.count++).toString(16)}00000000`;
          return [...all, findingOf(id, { severity: of, ...times })];
        }),
      ),
    ),
    n.map((at) =>
      changing("resolves", at, (one, now) =>
        isOver(one) ? one : { ...one, status: "resolved", closedAt: now },
      ),
    ),
    fc
      .tuple(n, severity)
      .map(([at, to]) =>
        changing(`becomes ${to}`, at, (one) => (isOver(one) ? one : { ...one, severity: to })),
      ),
    n.map((at) =>
      step(`acks(${at})`, (world) =>
        world.look((all) =>
          all.map((one, of) => {
            if (of !== at % all.length || one.status !== "open") return one;
            if (worstFirst(one.noticedSeverity ?? "low", one.severity) < 0)
              world.takenForLess.add(ownIncident(one));
            return acknowledge(one, world.now, { by: "ana" });
          }),
        ),
      ),
    ),
    n.map((at) =>
      changing("exempts", at, (one) => (one.status === "open" ? { ...one, status: "exempt" } : one)),
    ),
    fc
      .option(fc.record({ at: fc.nat(8), after: fc.boolean() }), { nil: undefined })
      .map((dies) => step(`sends(${dies ? JSON.stringify(dies) : ""})`, (world) => world.send(dies))),
    fc.nat(2).map((takes) =>
      step(`refuses after ${takes}`, async (world) => {
        world.takes = takes;
      }),
    ),
    fc.constant(
      step("takes all", async (world) => {
        world.takes = undefined;
      }),
    ),
    fc.nat(30).map((hours) =>
      step(`waits ${hours} h`, async (world) => {
        world.now += hours * HOUR;
      }),
    ),
  ],
  { maxCommands: 50, size: "max" },
);

const short = (id: string): string => id.slice(-16, -8);
/** Mails about one incident, by its reference at the end of the subject. */
const incidentsOf = (mails: readonly Mail[]) =>
  Map.groupBy(
    mails.filter(({ subject }) => / inc-[0-9a-f]{8}$/.test(subject)),
    ({ subject }) => subject.slice(-12),
  );
const isEnd = ({ subject }: Mail): boolean => /^\[(?:RESOLVED|ENDED)\]/.test(subject);

describe("whatever happens", () => {
  it("each incident is told of once when it begins and when it is over, each rise is told, and nothing is lost", async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (steps) => {
        const world = new World(await sqlite.fresh());
        const long = START - 9000 * HOUR;
        await world.store().notices.note(cluster, { firstAt: long, dailyAt: START, weeklyAt: START });
        await fc.asyncModelRun(() => ({ model: {}, real: world }), steps);
        // The topic is well again, and processes live: over two days all that waits is due.
        world.takes = undefined;
        for (let day = 0; day < 3; day++) {
          await world.send();
          world.now += 25 * HOUR;
        }
        const findings = await world.store().findings.list(cluster);
        for (const { id, severity: now, status, noticedSeverity, noticedAt, closeNoticedAt } of findings) {
          // What was taken care of, accepted or mended before anybody heard of it is told to nobody.
          if (noticedAt === undefined) expect(["acknowledged", "exempt", "resolved"]).toContain(status);
          else
            expect(
              world.mails.some(({ body }) => body.includes(short(id))),
              id,
            ).toBe(true);
          if (noticedAt !== undefined && status === "open")
            expect(worstFirst(noticedSeverity ?? "low", now), `${id} rose`).toBeLessThanOrEqual(0);
          if (noticedAt !== undefined && status === "resolved")
            expect(closeNoticedAt, `${id} is over`).toBeDefined();
        }
        for (const [reference, mails] of incidentsOf(world.mails)) {
          expect(isEnd(mails[0] as Mail), `${reference} begins`).toBe(false);
          // One that was sent while its process died may come again: at least once, and no more otherwise.
          const sure = mails.filter(({ unsure }) => !unsure);
          expect(sure.filter(isEnd).length, `${reference} ends`).toBeLessThanOrEqual(1);
          const subjects = sure.map(({ subject }) => subject);
          const again = world.takenForLess.has(reference) ? 1 : 0;
          expect(subjects.length - new Set(subjects).size, subjects.join("\n")).toBeLessThanOrEqual(again);
        }
        const before = world.mails.length;
        await world.send();
        expect(world.mails.slice(before).filter(({ subject }) => !subject.startsWith("[WEEKLY]"))).toEqual(
          [],
        );
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
