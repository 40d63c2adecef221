// `dsql-audit activity`: who connected when and from where, and the last use of each principal or mapping.

import type { ActivityRow, Grouping, LastUse } from "../../lib/core/activity/activity-row.ts";
import { parseInterval } from "../../lib/core/base/parse-time.ts";
import { DAY, iso } from "../../lib/core/base/time.ts";
import { principalName } from "../../lib/core/base/visible-text.ts";
import { type Activity, activityOf, parseGroupings } from "../../lib/queries/activity.ts";
import { peerLines } from "../../lib/queries/database.ts";
import { coverageText } from "../../lib/wording/coverage-text.ts";
import type { AddCommand } from "../command.ts";
import {
  addOutputOptions,
  addStoreOptions,
  type OutputFlags,
  pickCluster,
  type StoreOptions,
  withStore,
} from "../context.ts";
import type { Io } from "../io.ts";
import { type Column, paragraph, printRows } from "../output.ts";

type Options = StoreOptions &
  OutputFlags & {
    readonly principal?: string;
    readonly role?: string;
    readonly by?: string;
    readonly from?: string;
    readonly to?: string;
  };

const DAYS = 90;

const shown = (text: string | null | undefined): string => (text ? text.slice(0, 16).replace("T", " ") : "-");

const unseen: Readonly<Record<Exclude<LastUse, "seen">, string>> = {
  possible: "not certain: the role is not known",
  // Of the stretch alone: what was before it is not looked at.
  never: "none in this time",
  unknown: "unknown",
};

const roleOf = ({ role, possibleRoles }: ActivityRow): string =>
  role ?? (possibleRoles?.length ? `one of: ${possibleRoles.join(", ")}` : "no mapping");

const columnsFor = (by: readonly Grouping[]): Column<ActivityRow>[] => [
  { head: "principal", cell: ({ principal }) => principalName(principal), max: 28 },
  ...(by.includes("mapping") ? [{ head: "role", cell: roleOf, max: 22 }] : []),
  ...(by.includes("hour") ? [{ head: "hour", cell: ({ hour }: ActivityRow) => shown(hour) }] : []),
  { head: "allowed", cell: ({ allowed }) => allowed, align: "right" },
  { head: "refused", cell: ({ refused }) => refused, align: "right" },
  {
    head: "last use",
    cell: ({ lastUse, lastUseAt }) => (lastUse === "seen" ? shown(lastUseAt) : unseen[lastUse]),
    max: 18,
  },
  { head: "last attempt", cell: ({ lastAt }) => shown(lastAt) },
  { head: "from", cell: ({ networks }) => networks.join(", ") || null, max: 26 },
];

/** Of which stretch, how much of it is proven, what the roles rest on, and whether the cluster is gone. */
const basisOf = ({
  interval,
  hours,
  unprovenHours,
  others,
  settledUntil,
  mappingsAsOf,
  gone,
  ...peers
}: Activity): string[] => {
  const proof = coverageText({
    from: shown(iso(interval.from)),
    to: shown(iso(interval.to)),
    hours,
    unprovenHours,
    settledUntil: shown(iso(settledUntil)),
  });
  const { seq, takenAt } = mappingsAsOf?.manifest ?? {};
  const figure = others.toLocaleString("en-US");
  const crowd = `Too many principals to keep apart: at least ${figure} of them are listed together as unknown:others.`;
  return [
    proof,
    ...peerLines(peers),
    ...(others ? [crowd] : []),
    takenAt === undefined
      ? "Mappings are not known: there was no snapshot."
      : `Mappings as of snapshot ${seq} of ${shown(iso(takenAt))} UTC.`,
    ...(gone === null ? [] : [gone]),
  ];
};

const print = (io: Io, options: Options, found: Activity, by: readonly Grouping[]): void => {
  const nothing = found.unprovenHours
    ? "No connection was seen, but some may have been missed."
    : "No connection was made.";
  printRows(io, options, found.rows, columnsFor(by), nothing);
  const isJson = options.json || options.ndjson;
  const lines = basisOf(found).map((text) => paragraph(io, text));
  (isJson ? io.stderr : io.stdout).write(`${isJson ? "" : "\n"}${lines.join("\n")}\n`);
};

export const addActivity: AddCommand = (program, io) => {
  const command = program
    .command("activity")
    .summary("who connected, when and from where; the last use")
    .description(
      "Counts allowed connections and refused attempts apart: a refused attempt is not a use. Mapped principals that were " +
        "not seen are listed too; “none in this time” is said only where capture is proven.",
    )
    .option("--principal <who>", "of this principal only: its ARN, or its name as it is listed")
    .option("--role <name>", "connections that may have been as this role, and the principals mapped to it")
    .option("--by <what>", "principal, mapping, hour, network, or several with commas", "principal")
    .option("--from <time>", `from when (default: ${DAYS} days before --to)`)
    .option("--to <time>", "the end (default: now)")
    .addHelpText("after", "\nExample:\n  $ dsql-audit activity --by mapping --from 30d");
  addOutputOptions(addStoreOptions(command)).action(async (options: Options) => {
    const now = io.now();
    const by = parseGroupings(options.by);
    const { to } = parseInterval({ to: options.to }, now, { from: 0, to: now });
    const interval = parseInterval(options, now, { from: Math.max(0, to - DAYS * DAY), to: now });
    const asked = { interval, by, principal: options.principal, role: options.role };
    await withStore(io, options, { mustExist: true }, async (store) => {
      const cluster = await pickCluster(store, options.cluster);
      const found = await activityOf(store, cluster, asked, now);
      print(io, options, found, by);
    });
  });
};
