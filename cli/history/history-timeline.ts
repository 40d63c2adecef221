// `dsql-audit history timeline`: what happened to a role, a principal or an object; since when a role holds a privilege.

import type { Cluster } from "../../lib/core/base/ids.ts";
import { iso } from "../../lib/core/base/time.ts";
import { PRIVILEGES, type Privilege } from "../../lib/core/catalog/privileges.ts";
import type { RecordedChange } from "../../lib/core/history/change.ts";
import { MAPPINGS, roleSubject } from "../../lib/core/history/change-subjects.ts";
import { mergeTimelines, principalTimeline } from "../../lib/core/history/timeline-principal.ts";
import { type UnknownStretch, unknownStretches } from "../../lib/core/history/timeline-unknown.ts";
import { AuditError } from "../../lib/errors.ts";
import { type HeldPeriod, heldHistory } from "../../lib/queries/held-history.ts";
import { findObjects, findRoles } from "../../lib/store/history/find-subject.ts";
import { requireAsOf, type SnapshotStore } from "../../lib/store/history/snapshots.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, pickCluster, type StoreOptions, withStore } from "../context.ts";
import type { Io } from "../io.ts";
import { printable, table } from "../output.ts";
import { changeColumns, changeRow, stamp } from "./history-basis.ts";

type Options = StoreOptions & {
  readonly role?: string;
  readonly principal?: string;
  readonly object?: string;
  readonly privilege?: string;
  readonly json?: boolean;
};

const ofPrincipal = async (
  store: SnapshotStore,
  cluster: Cluster,
  principal: string,
): Promise<RecordedChange[]> => {
  const [{ periods }, mappings] = await Promise.all([
    store.mappingHistory(cluster),
    store.timeline(cluster, MAPPINGS),
  ]);
  const mine = periods.filter(({ arn }) => arn === principal);
  if (!mine.length) {
    throw new AuditError("not-found", `no mapping of ${JSON.stringify(principal)} was ever seen`, {
      hint: "Give the IAM ARN as it stands in sys.iam_pg_role_mappings. `admin` needs no mapping and has none.",
    });
  }
  const roles = new Map<number, RecordedChange[]>();
  for (const { roleOid } of mine) roles.set(roleOid, await store.roleTimeline(cluster, roleOid));
  return principalTimeline(principal, periods, mappings, roles);
};

const parsePrivilege = (text: string): Privilege => {
  const found = PRIVILEGES.find(({ name }) => name === text.toUpperCase());
  if (found) return found.name;
  throw new AuditError("usage", `there is no privilege ${JSON.stringify(text)}`, {
    hint: `Known are: ${PRIVILEGES.map(({ name }) => name).join(", ")}`,
  });
};

type Answer = {
  readonly changes: readonly RecordedChange[];
  readonly held: readonly HeldPeriod[] | undefined;
  readonly unknown: readonly UnknownStretch[];
  readonly first: number;
  readonly newest: number;
};

const ask = async (
  store: SnapshotStore,
  cluster: Cluster,
  options: Options,
  now: number,
): Promise<Answer> => {
  const newest = (await store.head(cluster)) ?? (await requireAsOf(store, cluster, now));
  const { catalog } = await store.open(cluster, newest);
  const roles = options.role === undefined ? [] : await findRoles(store, cluster, catalog, options.role);
  const objects =
    options.object === undefined ? [] : await findObjects(store, cluster, catalog, options.object);
  const subjects = [...roles, ...objects].map(({ subject }) => subject);
  const timelines = await Promise.all(subjects.map((subject) => store.timeline(cluster, subject)));
  const changes =
    options.principal !== undefined
      ? await ofPrincipal(store, cluster, options.principal)
      : mergeTimelines(timelines);
  const [role, object] = [roles[0], objects[0]];
  // With both, only what concerns both: the role's grants on the object, and what came of the object itself.
  const roleOids = new Set(roles.map(({ subject }) => subject));
  const narrowed = changes.filter(
    ({ change }) =>
      !role || !object || ("grantee" in change ? roleOids.has(roleSubject(change.grantee.oid)) : true),
  );
  const held =
    role && object && options.privilege
      ? await heldHistory(store, {
          cluster,
          roleSubject: role.subject,
          objectSubject: object.subject,
          privilege: parsePrivilege(options.privilege),
        })
      : undefined;
  const first = await store.bySeq(cluster, 1);
  const unknown = first ? unknownStretches(first.manifest, await store.sectionTimeline(cluster)) : [];
  const inObject = new Set(objects.map(({ subject }) => subject));
  const concerns = (recorded: RecordedChange): boolean =>
    !role || !object || !("object" in recorded.change)
      ? true
      : inObject.has(
          `${recorded.change.object.section === "columns" ? "relations" : recorded.change.object.section}:${recorded.change.object.oid}`,
        );
  return {
    changes: narrowed.filter(concerns),
    held,
    unknown,
    first: first?.manifest.takenAt ?? newest.manifest.takenAt,
    newest: newest.manifest.takenAt,
  };
};

const heldText = ({ holds, after, since }: HeldPeriod): string => {
  const when =
    after === null
      ? `from the first snapshot on (${stamp(since)}); since when before that is not known`
      : `between the snapshots of ${stamp(after)} and ${stamp(since)}`;
  return { yes: `HELD      ${when}`, no: `not held  ${when}`, unknown: `unknown   ${when}` }[holds];
};

const print = (io: Io, { changes, held, unknown, first, newest }: Answer): void => {
  io.stdout.write(`From the first snapshot, ${stamp(first)}, to the newest, ${stamp(newest)}.\n`);
  io.stdout.write('Each change happened after the snapshot "after" and was first seen at "seen at".\n\n');
  for (const period of held ?? []) {
    io.stdout.write(`${heldText(period)}\n`);
    for (const recorded of period.by) io.stdout.write(`            ${printable(changeRow(recorded).text)}\n`);
  }
  if (held) io.stdout.write("\n");
  table(io, changes.map(changeRow), changeColumns, "No change since the first snapshot.");
  for (const { section, from, to } of unknown) {
    const start = from === null ? "from the first snapshot" : `from ${stamp(from)}`;
    io.stdout.write(
      `NOT KNOWN: ${section}, ${start} to ${to === null ? "now" : stamp(to)}: it could not be read.\n`,
    );
  }
};

export const addTimeline: AddCommand = (history, io) => {
  const command = history
    .command("timeline")
    .summary("what happened to a role, a principal or an object")
    .option("--role <name>", "changes of this role, also of one that is gone")
    .option("--principal <arn>", "its mappings, and what happened to its roles meanwhile")
    .option("--object <name>", "changes of schema.table, schema.function(arguments) or schema")
    .option("--privilege <name>", "with --role and --object: since when it is held, and by what change")
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      "\nExample:\n  $ dsql-audit history timeline --role app_ro --object public.orders --privilege DELETE",
    );
  addStoreOptions(command).action(async (options: Options) => {
    const { role, principal, object, privilege } = options;
    if ((principal === undefined) === (role === undefined && object === undefined)) {
      throw new AuditError("usage", "give --role, --object or both, or else --principal");
    }
    if (privilege !== undefined && (role === undefined || object === undefined)) {
      throw new AuditError("usage", "--privilege needs --role and --object");
    }
    if (privilege !== undefined) parsePrivilege(privilege);
    const answer = await withStore(io, options, { mustExist: true }, async (store) =>
      ask(store.snapshots, await pickCluster(store, options.cluster), options, io.now()),
    );
    if (!options.json) return print(io, answer);
    const when = (at: number | null): string | null => (at === null ? null : iso(at));
    const document = {
      from: iso(answer.first),
      to: iso(answer.newest),
      changes: answer.changes.map(changeRow),
      ...(answer.held && {
        held: answer.held.map(({ holds, after, since, seq, by }) => ({
          holds,
          after: when(after),
          before: iso(since),
          seq,
          by: by.map(changeRow),
        })),
      }),
      unknown: answer.unknown.map(({ section, from, to }) => ({ section, from: when(from), to: when(to) })),
    };
    io.stdout.write(`${JSON.stringify(document, null, 1)}\n`);
  });
};
