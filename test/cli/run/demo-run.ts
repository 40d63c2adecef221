// One run of the demonstration, shortened to 30 days, for all the tests that look at what came of it.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import PostalMime, { type Email } from "postal-mime";
import { afterAll, beforeAll } from "vitest";
import { Principal } from "../../../lib/core/base/ids.ts";
import type { Table } from "../../../lib/store/table/table.ts";
import { simulatedClock } from "../../../local/clock.ts";
import { ACCOUNT, principals, REGION } from "../../../local/demo/estate.ts";
import { type DemoResult, runDemo } from "../../../local/demo/run.ts";
import { story as wholeStory } from "../../../local/demo/story.ts";
import { type Stack, startStack } from "../../../local/stack.ts";

export const story = wholeStory(0.25);
export const changed = (sql: string): number =>
  story.changes.find((change) => change.sql === sql)?.at ?? Number.NaN;
/** The bad grant, and its end. */
export const GRANTED = changed("GRANT DELETE ON public.orders TO api_readonly");
export const REVOKED = changed("REVOKE DELETE ON public.orders FROM api_readonly");
export const REVOKE_CONTRACTOR = `AWS IAM REVOKE ${principals.contractor.role} FROM '${principals.contractor.arn}'`;
/** In the evening: the last hours of the story lie on the day that it ends in. */
export const NOW = Date.UTC(2026, 9, 14, 18, 3);

type Mail = Email & { readonly sentAt: number };

/** What came of the run: the stack once more, over the store that the demonstration left, and the mails in their order. */
type Outcome = {
  readonly result: DemoResult;
  readonly stack: Stack;
  readonly table: Table;
  readonly emails: readonly Mail[];
};

export type Demo = Outcome & {
  readonly folder: string;
  /** A time of the story. */
  readonly at: (offset: number) => number;
  /** The mails whose subject says so. */
  readonly about: (text: RegExp) => readonly Mail[];
  /** Summaries that name it as new. */
  readonly newInSummaries: (text: RegExp) => readonly Mail[];
};

const runIn = async (folder: string): Promise<Outcome> => {
  const result = await runDemo({ folder, now: () => NOW, story });
  const stack = await startStack({
    folder,
    clock: simulatedClock(NOW),
    random: Math.random,
    account: ACCOUNT,
    region: REGION,
    clusters: [],
    credentials: { accessKeyId: "local", secretAccessKey: "local", sessionToken: "local" },
    auditor: Principal.parse(principals.auditor.arn),
  });
  const outbox = join(folder, "outbox");
  const emails = await Promise.all(
    readdirSync(outbox)
      .sort()
      .map(async (file) => {
        const email = await PostalMime.parse(readFileSync(join(outbox, file)));
        return { ...email, sentAt: Date.parse(email.date ?? "") };
      }),
  );
  return { result, stack, table: stack.table, emails };
};

/** Runs before the tests of the file; what came of it is not there earlier. */
export const demoRun = (): Demo => {
  const folder = mkdtempSync(join(tmpdir(), "demo-"));
  let outcome: Outcome | undefined;
  const made = (): Outcome => {
    if (!outcome) throw new Error("the demonstration has not been run");
    return outcome;
  };
  beforeAll(async () => {
    outcome = await runIn(folder);
  }, 900_000);
  afterAll(async () => {
    await outcome?.stack.stop().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  });

  const about: Demo["about"] = (text) => made().emails.filter(({ subject }) => text.test(subject ?? ""));
  return {
    folder,
    get result() {
      return made().result;
    },
    get stack() {
      return made().stack;
    },
    get table() {
      return made().table;
    },
    get emails() {
      return made().emails;
    },
    at: (offset) => made().result.midnight + offset,
    about,
    newInSummaries: (text) =>
      about(/^\[(?:DAILY|WEEKLY)\]/).filter((mail) =>
        text.test(/\nNEW\n([\s\S]*?)\n\n/.exec(mail.text ?? "")?.[1] ?? ""),
      ),
  };
};
