// Every command of every mail: made in one place, complete as pasted, and one that the command line knows.
import { Command } from "commander";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commands as entries } from "../../cli/commands.ts";
import type { Io } from "../../cli/io.ts";
import { Cluster, Principal } from "../../lib/core/base/ids.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { detectorIds } from "../../lib/detectors/words.ts";
import { commandsFor, spokenCommands } from "../../lib/notices/command-line.ts";
import { commandsIn, shellWordsOf } from "../support/mail-text.ts";
import { dueNow } from "../support/notices.ts";
import { mailsOf, PLAIN } from "./sample-mails.ts";

const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/k7abcdefghij1234567890orders");
const store = ["--table", "dsql-access-auditor", "--region", "us-east-1"];
const out = { write: () => {}, isTTY: false, columns: 80 };
const silentIo: Io = {
  ...{ stdout: out, stderr: out, env: {}, cwd: "/", now: () => T, random: () => 0 },
  ...{ sleep: async () => {}, signal: new AbortController().signal },
};
const T = Date.UTC(2026, 9, 29, 2, 7);

const findingOf = (detector: string): Finding => ({
  ...{ id: `${detector}-1ff6c16ffda73c13`, detector, cluster, category: "coverage", life: "state" },
  ...{ severity: "high", status: "open", reopened: 0, title: "t", evidence: {} },
  subject: { principal: Principal.parse("arn:aws:iam::111122223333:role/App"), role: "app", facet: "" },
  ...{ firstSeenAt: T, lastSeenAt: T, detectedAt: T, confirmedAt: T },
});

/** One of each kind of mail, and one about a finding of each detector, with all that its documents say. */
const bodies: readonly (readonly [string, string])[] = [
  ...Object.entries(mailsOf(PLAIN)).map(([kind, { body }]) => [kind, body] as const),
  ...detectorIds().map((id) => [id, dueNow([findingOf(id)], T, { store })[0]?.body ?? ""] as const),
];

describe("whatever in a mail looks like a command of ours", () => {
  it.each(bodies)("is complete in %s", (_, body) => {
    const all = commandsIn(body);
    expect(all.length).toBeGreaterThan(0);
    const rest = all.reduce((text, command) => text.replace(command, ""), body);
    expect(rest).not.toMatch(/dsql-audit(?!-cut-off-)/);
    for (const command of all) {
      expect(command).toMatch(
        /--(?:cluster|restore|retire) (?:\\\n +)?(?:\S*\/)?k7abcdefghij1234567890orders\b/,
      );
      if (!/^npx dsql-audit setup-sql/.test(command))
        expect(command).toMatch(/--table dsql-access-auditor(?: \\\n)? +--region us-east-1$/);
    }
  });

  it("is known to the command line, with these options", async () => {
    const words = shellWordsOf([...new Set(bodies.flatMap(([, body]) => commandsIn(body)))]);
    const kinds = new Set<string>();
    for (const [program, name = "", ...args] of words) {
      expect(program).toBe("dsql-audit");
      const root = new Command("dsql-audit");
      (await entries.find((entry) => entry.name === name)?.load())?.(root, silentIo, () => {});
      const group = root.commands.find((one) => one.name() === name);
      const command = group?.commands.find((one) => one.name() === args[0]) ?? group;
      const says = [name, ...args].join(" ");
      expect(command, says).toBeDefined();
      // Nothing is left to be filled in but who answers for it and why: that only a person knows.
      const blanks = args.filter((word) => /\b[A-Z]{2}[A-Z_]+\b|\.json$/.test(word));
      expect(blanks, says).toEqual(name === "exempt" ? ["YOUR-TEAM", "WHY"] : []);
      for (const option of args.filter((word) => word.startsWith("--")))
        expect(
          command?.options.map(({ long }) => long),
          says,
        ).toContain(option);
      kinds.add(name);
    }
    for (const kind of ["doctor", "ingest", "detect", "who-may", "unexempt", "setup-sql", "clusters"])
      expect(kinds).toContain(kind);
  });

  it("holds a name only where a shell takes it as it is", () => {
    const run = commandsFor(cluster, store);
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary" }), fc.constant("x`; rm -rf ~"), fc.constant("--json")),
        (ROLE) => {
          const [line = "", ...more] = spokenCommands("See `dsql-audit privileges --role ROLE`.", run, {
            ROLE,
          });
          const role = /--role (\S+)/.exec(line)?.[1];
          expect(more.every((one) => one.startsWith("  --"))).toBe(true);
          expect(role === ROLE ? /^[\w@%+=:,./][\w@%+=:,./-]*$/.test(ROLE) : role === "ROLE").toBe(true);
        },
      ),
    );
  });
});
