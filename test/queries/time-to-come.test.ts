// A time that has not come yet: every answer about it says that it ends with the newest snapshot or with now, or is refused.
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { commands } from "../../cli/commands.ts";
import { processIo } from "../../cli/io.ts";
import { routePlaces } from "../../lib/api/routes.ts";
import { DAY, iso } from "../../lib/core/base/time.ts";
import { contractWorld } from "../support/contract-world.ts";
import { allow, policy } from "../support/iam-facts.ts";
import { NOW, READER } from "../support/query-world.ts";

const times = ["--at", "--from", "--to"];
const [soon, later] = [NOW + DAY, NOW + 300 * DAY].map(iso) as [string, string];

/** Each command with such an option, by its name, as one asks it; `null`: it knows no now, or another test asks it. */
const lines: Readonly<Record<string, readonly string[] | null>> = {
  "who-can": [`who-can SELECT users --at ${soon}`],
  explain: [`explain app_ro SELECT users --at ${soon}`],
  privileges: [`privileges --at ${soon}`],
  escalations: [`escalations --at ${soon}`],
  "default-privileges": [`default-privileges --at ${soon}`],
  "who-may": [`who-may --at ${soon}`],
  "policy try": [
    `policy try policy.json --from 8h --to ${later}`,
    `policy try policy.json --from ${soon} --to ${later}`,
  ],
  activity: [`activity --from 8h --to ${later}`, `activity --from ${soon} --to ${later}`],
  coverage: [`coverage --from 8h --to ${later}`, `coverage --from ${soon} --to ${later}`],
  "baseline init": [`baseline init --out access.yml --at ${soon}`],
  "baseline diff": [`baseline diff --published --at ${soon}`],
  history: [`history --from ${soon}`],
  "history show": [`history show --at ${soon}`],
  "history diff": [`history diff --from 8h --to ${later}`, `history diff --from ${soon} --to ${later}`],
  report: [`report --out page.html --at ${soon}`],
  detect: [`detect --at ${soon}`],
  backtest: [
    `backtest --detector capture-gap --from 8h --to ${later}`,
    `backtest --detector capture-gap --from ${soon} --to ${later}`,
  ],
  // cli/run/ingest.test.ts: it asks S3.
  ingest: null,
  // It goes by the files that it is given.
  replay: null,
};
const all = Object.values(lines).flatMap((asked) => asked ?? []);
const { answered, ask } = contractWorld(all, [], { "policy.json": policy(allow()) });

/** The commands below `command`, itself included, each by its whole name. */
const below = (command: Command, name = command.name()): [string, Command][] => [
  [name, command],
  ...command.commands.flatMap((one) => below(one, `${name} ${one.name()}`)),
];

const SAYS = /no later snapshot was taken|has not come yet|in the future|from \S+ is after to/;
/** The instants and days of an answer that are later than now: what it asserts of them, nobody can know. */
const toCome = (text: string): string[] =>
  [...text.matchAll(/"(?:day|to|hour|from)": ?"([^"]+)"/g)].flatMap(([, at = ""]) =>
    Date.parse(at) > NOW ? [at] : [],
  );

describe("a time that has not come yet", () => {
  it("is asked of every command that takes a time", async () => {
    const found: string[] = [];
    for (const { load } of commands) {
      const program = new Command();
      (await load())(program, processIo(new AbortController().signal), () => {});
      for (const [name, command] of program.commands.flatMap((one) => below(one)))
        if (command.options.some(({ long }) => times.includes(long ?? ""))) found.push(name);
    }
    expect(Object.keys(lines).sort()).toEqual(found.sort());
  });

  it.each(all)("%s: is said, refused, or left out", (line) => {
    const { code, out, err } = answered(line);
    expect([0, 64]).toContain(code);
    const isCut = line.includes(" 8h ") && !line.startsWith("history");
    if (isCut) expect([code, toCome(out), err.match(later.slice(0, 10))]).toEqual([0, [], null]);
    else expect(out + err).toMatch(SAYS);
  });
});

/** What each question needs besides its time. */
const more: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "/who-can": { privilege: "SELECT", object: "users" },
  "/explain": { who: READER, privilege: "SELECT", object: "users" },
};

describe("a time that has not come yet, asked of the API", async () => {
  const routes = await Promise.all(
    routePlaces.map(async ({ method, load }) => ({ method, ...(await load()) })),
  );
  const taking = (name: string) => routes.filter(({ params }) => name in (params?.def?.shape ?? {}));
  const sent = (method: string): unknown => (method === "POST" ? { policy: policy(allow()) } : undefined);

  it.each(taking("at").map(({ path, method }) => [path, method]))("%s: is said", async (path, method) => {
    const { status, body } = await ask(path, { ...more[path], at: soon }, sent(method));
    expect([status, JSON.stringify(body)]).toEqual([200, expect.stringMatching(SAYS)]);
  });

  it.each(taking("to").map(({ path, method }) => [path, method]))(
    "%s: is said, refused, or left out",
    async (path, method) => {
      const { status, body } = await ask(path, { from: "8h", to: later }, sent(method));
      const text = JSON.stringify(body);
      expect(status, text).toBe(200);
      if (!SAYS.test(text)) expect(toCome(text)).toEqual([]);
      const none = await ask(path, { from: soon, to: later }, sent(method));
      if (path !== "/snapshots") expect(JSON.stringify(none.body)).toMatch(SAYS);
      else expect(none.body.items).toEqual([]);
    },
  );
});
