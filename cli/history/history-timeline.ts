// `dsql-audit history timeline`: what happened to a role, a principal or an object; since when a role holds a privilege.

import type { Cluster } from "../../lib/core/base/ids.ts";
import { iso } from "../../lib/core/base/time.ts";
import { type Basis, basisOf } from "../../lib/queries/basis.ts";
import type { HeldPeriod } from "../../lib/queries/held-history.ts";
import {
  newestSnapshot,
  type Timeline,
  type TimelineQuestion,
  timelineOf,
  timelineQuestion,
} from "../../lib/queries/timeline.ts";
import { toldRecord } from "../../lib/queries/told-change.ts";
import type { Store } from "../../lib/store/open-store.ts";
import { couldGrantText } from "../../lib/wording/could-grant-text.ts";
import { namesakeText } from "../../lib/wording/namesake-text.ts";
import { besideTimelines } from "../../lib/wording/not-told-text.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, pickCluster, type StoreOptions, withStore } from "../context.ts";
import type { Io } from "../io.ts";
import { paragraph, printable, table } from "../output.ts";
import { changeColumns, stamp } from "./history-basis.ts";

type Options = StoreOptions & {
  readonly role?: string;
  readonly principal?: string;
  readonly object?: string;
  readonly privilege?: string;
  readonly json?: boolean;
};

type Answer = Timeline & { readonly last: Basis };

const ask = async (store: Store, cluster: Cluster, asked: TimelineQuestion, now: number): Promise<Answer> => {
  const newest = await newestSnapshot(store, cluster);
  const timeline = await timelineOf(store, cluster, asked, { newest, now });
  return { ...timeline, last: await basisOf(store, cluster, newest, now) };
};

/** Which role and object the answer is of, where a name meant several. */
const ofWhom = ({ roleOid, objectOid }: HeldPeriod, { namesakes }: Timeline): string => {
  const oids = { role: roleOid, object: objectOid };
  const said = namesakes.map(({ what }) =>
    oids[what] === null ? `no ${what} had the name` : `${what} OID ${oids[what]}`,
  );
  return said.length ? ` (${said.join(", ")})` : "";
};

/** What columns give where the whole table is not held. */
const columnsText = (columns: HeldPeriod["columns"]): string => {
  if (columns === null) return "; on which columns is not known";
  return columns.length ? `; on columns: ${columns.map(printable).join(", ")}` : "";
};

const heldText = ({ holds, columns, after, since }: HeldPeriod): string => {
  const when =
    after === null
      ? `from the first snapshot on (${stamp(since)}); since when before that is not known`
      : `between the snapshots of ${stamp(after)} and ${stamp(since)}`;
  const held = { yes: "HELD     ", no: "not held ", unknown: "unknown  " }[holds];
  return `${held} ${when}${columnsText(columns)}`;
};

const print = (io: Io, answer: Answer): void => {
  const { changes, held, namesakes, couldGrant, unknown, first, last, notWeighedBefore } = answer;
  io.stdout.write(
    `From the first snapshot, ${stamp(first)}, to the newest, snapshot ${last.snapshot.seq} of ${stamp(Date.parse(last.snapshot.takenAt))}.\n`,
  );
  io.stdout.write('Each change happened after the snapshot "after" and was first seen at "seen at".\n\n');
  for (const { name, bearers } of namesakes) {
    io.stdout.write(`${paragraph(io, namesakeText(name, bearers))}\n`);
  }
  if (namesakes.length) io.stdout.write("\n");
  for (const period of held ?? []) {
    io.stdout.write(`${heldText(period)}${ofWhom(period, answer)}\n`);
    for (const recorded of period.by)
      io.stdout.write(`            ${printable(toldRecord(recorded).text)}\n`);
  }
  if (held) io.stdout.write("\n");
  table(io, changes.map(toldRecord), changeColumns, "No change since the first snapshot.");
  if (couldGrant.length) io.stdout.write("\n");
  for (const one of couldGrant) io.stdout.write(`${paragraph(io, couldGrantText(one))}\n`);
  if (notWeighedBefore !== null)
    io.stdout.write(
      `NOT KNOWN: whom IAM let in before ${stamp(notWeighedBefore)}: it was not compared so far back.\n`,
    );
  for (const { section, from, to } of unknown) {
    const start = from === null ? "from the first snapshot" : `from ${stamp(from)}`;
    io.stdout.write(
      `NOT KNOWN: ${section}, ${start} to ${to === null ? "now" : stamp(to)}: it could not be read.\n`,
    );
  }
  io.stdout.write(`\n${paragraph(io, besideTimelines)}\n`);
};

export const addTimeline: AddCommand = (history, io) => {
  const command = history
    .command("timeline")
    .summary("what happened to a role, a principal or an object")
    .option("--role <name>", "changes of this role, also of one that is gone")
    .option(
      "--principal <who>",
      "by its ARN or its name: its mappings, what happened to its roles meanwhile, and what IAM changed for it",
    )
    .option(
      "--object <name>",
      "changes of schema.table, schema.table.column, schema.function(arguments) or schema",
    )
    .option("--privilege <name>", "with --role and --object: since when it is held, and by what change")
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      "\nExample:\n  $ dsql-audit history timeline --role app_ro --object public.orders --privilege DELETE",
    );
  addStoreOptions(command).action(async (options: Options) => {
    const asked = timelineQuestion(options);
    const answer = await withStore(io, options, { mustExist: true }, async (store) =>
      ask(store, await pickCluster(store, options.cluster), asked, io.now()),
    );
    if (!options.json) return print(io, answer);
    const when = (at: number | null): string | null => (at === null ? null : iso(at));
    const document = {
      from: iso(answer.first),
      to: answer.last.snapshot.takenAt,
      last: answer.last,
      namesakes: answer.namesakes.map(({ what, name, bearers }) => ({
        what,
        name,
        bearers: bearers.map(({ oid, since, until, ended }) => ({
          oid,
          since: when(since),
          until: when(until),
          ended,
        })),
      })),
      changes: answer.changes.map(toldRecord),
      ...(answer.held && {
        held: answer.held.map(({ holds, columns, roleOid, objectOid, after, since, seq, by }) => ({
          holds,
          columns,
          roleOid,
          objectOid,
          after: when(after),
          before: iso(since),
          seq,
          by: by.map(toldRecord),
        })),
      }),
      couldGrant: answer.couldGrant.map(({ from, to, ...rest }) => ({
        after: iso(from),
        before: iso(to),
        ...rest,
      })),
      iamNotWeighedBefore: when(answer.notWeighedBefore),
      unknown: answer.unknown.map(({ section, from, to }) => ({ section, from: when(from), to: when(to) })),
    };
    io.stdout.write(`${JSON.stringify(document, null, 1)}\n`);
  });
};
