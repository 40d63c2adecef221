// `dsql-audit history retain`: thins old days to their first snapshot, and removes what is kept of people and is too old. Says
// what it would remove, and does it with --apply.
import { counted } from "../../lib/core/base/counted.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { dayOf, iso } from "../../lib/core/base/time.ts";
import {
  type RetentionDays,
  type RetentionName,
  retentionNames,
} from "../../lib/core/findings/retention-days.ts";
import { KEEP_DAYS } from "../../lib/core/history/retention.ts";
import { AuditError } from "../../lib/errors.ts";
import { retentionAsked } from "../../lib/queries/retention.ts";
import type { RetentionResult } from "../../lib/store/history/retention.ts";
import type { RemovedOfPeople } from "../../lib/store/retain-people.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, pickKeptCluster, type StoreOptions, withStore } from "../context.ts";
import { printable, printDocument } from "../output.ts";

type Options = StoreOptions & {
  readonly keepDays: string;
  readonly activityDays?: string;
  readonly findingDays?: string;
  readonly noticeDays?: string;
  readonly actDays?: string;
  readonly apply?: boolean;
  readonly json?: boolean;
};

const flags = {
  activityDays: "--activity-days",
  findingDays: "--finding-days",
  noticeDays: "--notice-days",
  actDays: "--act-days",
} as const satisfies Readonly<Record<RetentionName, string>>;

/** NaN for anything but digits. */
const wholeNumber = (text: string): number => (/^\d+$/.test(text) ? Number(text) : Number.NaN);

/** `--keep-days` as a number; AuditError("usage") for anything but a whole number from 1 on. */
export const parseKeepDays = (text: string): number => {
  const days = wholeNumber(text);
  if (!(days >= 1)) throw new AuditError("usage", "--keep-days wants a whole number of days");
  return days;
};

/** What the options say in the place of the deployment. */
const askedOf = (options: Options): Partial<RetentionDays> =>
  Object.fromEntries(
    retentionNames.flatMap((name) => {
      const text = options[name];
      return text === undefined ? [] : [[name, wholeNumber(text)]];
    }),
  );

/** What to type to do the same. */
const flagsOf = ({ keepDays, days }: Document, options: Options): string =>
  [
    ...(keepDays === KEEP_DAYS ? [] : [` --keep-days ${keepDays}`]),
    ...retentionNames.flatMap((name) =>
      options[name] === undefined ? [] : [` ${flags[name]} ${days[name]}`],
    ),
  ].join("");

type Document = Omit<RetentionResult, "before"> &
  RemovedOfPeople & {
    readonly cluster: Cluster;
    readonly keepDays: number;
    readonly days: RetentionDays;
    readonly applied: boolean;
    readonly before: string | null;
  };

const both = (snapshots: number, chunks: number): string =>
  `${counted(snapshots, "snapshot")} and ${counted(chunks, "chunk")}`;

const forDays = (days: number): string => (days === 0 ? "as long as the table" : counted(days, "day"));

/** What goes of connections, findings, mails and acts, and for how long the rest stays. */
const peopleText = ({ applied, days, ...n }: Document): string[] => [
  `${applied ? "Removed" : "Would remove"} ${counted(n.removedActivity, "item")} of connections, ${counted(n.removedFindings, "closed finding")}, ${counted(n.removedNotices, "record")} of mails and ${counted(n.removedActs, "act")}.`,
  `Kept: connections for ${forDays(days.activityDays)}, closed findings for ${forDays(days.findingDays)}, records of mails for ${forDays(days.noticeDays)}, who decided what ${days.actDays === 0 ? "" : "for "}${forDays(days.actDays)}.`,
];

const retainedText = (document: Document, options: Options): string => {
  const { cluster, keepDays, applied, before, ...n } = document;
  const removed = [n.removedSnapshots, n.removedChunks, n.removedActivity, n.removedFindings];
  const nothing = [...removed, n.removedNotices, n.removedActs].every((count) => count === 0);
  return [
    ...(before === null
      ? [`There is no snapshot of ${cluster}.`]
      : [
          `${applied ? "Removed" : "Would remove"} ${both(n.removedSnapshots, n.removedChunks)} of ${cluster}.`,
          `${both(n.keptSnapshots, n.keptChunks)} stay: before ${dayOf(Date.parse(before))} the first snapshot of each day, from then on all.`,
          ...(applied && keepDays !== KEEP_DAYS
            ? ["dsql-audit history verify knows of it, and reports no thinned day as missing."]
            : []),
        ]),
    ...peopleText(document),
    ...(applied || nothing
      ? []
      : [
          `Nothing was removed yet. To do it: dsql-audit history retain${flagsOf(document, options)} --apply`,
        ]),
  ]
    .map(printable)
    .join("\n");
};

export const addRetain: AddCommand = (history, io) => {
  const command = history
    .command("retain")
    .summary(
      "thin old days to their first snapshot, and remove connections, findings, mails and acts that are too old",
    )
    .description(
      "Keeps every snapshot of the last days, and the first of each day before. A snapshot that last read a section which " +
        "is unreadable now is kept, with those of its day before it. Connections, closed findings, records of mails and acts " +
        "go when they are older than the days that the deployment or an option gives them. Hours of which nothing is kept " +
        "count as unknown. Shows what it would remove. With --apply it removes it for good.",
    )
    .option("--keep-days <n>", "how many days to keep in full", String(KEEP_DAYS))
    .option("--activity-days <n>", "for how long connections are kept (default: as deployed, else 400)")
    .option("--finding-days <n>", "for how long closed findings are kept (likewise)")
    .option("--notice-days <n>", "for how long records of mails are kept (likewise)")
    .option("--act-days <n>", "for how long it is kept who decided what; 0: as long as the table")
    .option("--apply", "remove it")
    .option("--json", "one JSON document on stdout")
    .addHelpText("after", "\nExample:\n  $ dsql-audit history retain --keep-days 90 --apply");
  addStoreOptions(command).action(async (options: Options) => {
    const keepDays = parseKeepDays(options.keepDays);
    const applied = options.apply ?? false;
    const document = await withStore(io, options, { mustExist: true }, async (store): Promise<Document> => {
      const cluster = await pickKeptCluster(io, store, options.cluster);
      const days = await retentionAsked(store, askedOf(options));
      const result = await store.archive.retain(cluster, { keepDays, days, apply: applied });
      return {
        ...{ cluster, keepDays, days, applied },
        ...result,
        before: result.before === null ? null : iso(result.before),
      };
    });
    printDocument(io, options, document, (one) => retainedText(one, options));
  });
};
