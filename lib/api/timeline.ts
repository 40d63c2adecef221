// GET /history/timeline: what happened to a role, a principal or an object; since when a role holds a privilege.
import * as z from "zod";
import type { Cluster } from "../core/base/ids.ts";
import { type Instant, iso } from "../core/base/time.ts";
import type { KnownCatalog } from "../core/catalog/known-catalog.ts";
import type { RecordedChange } from "../core/history/change.ts";
import { MAPPINGS, roleSubject, subjectsOf } from "../core/history/change-subjects.ts";
import { mergeTimelines, principalTimeline } from "../core/history/timeline-principal.ts";
import { unknownStretches } from "../core/history/timeline-unknown.ts";
import { findPrivilege } from "../core/privileges/find-object.ts";
import { AuditError } from "../errors.ts";
import { heldHistory } from "../queries/held-history.ts";
import { findObjects, findRoles } from "../store/history/find-subject.ts";
import type { SnapshotStore } from "../store/history/snapshots.ts";
import { RecordedChangeAnswer, recordedChangeAnswer } from "./change-answer.ts";
import { readCursor } from "./cursor.ts";
import { type Placed, takePage } from "./page.ts";
import { clusterParam, optionalText, pageParams, pickCluster } from "./params.ts";
import { type Route, route } from "./route.ts";
import { basisOf, pinnedSnapshot, Section, Side, Time } from "./snapshot-ref.ts";

const path = "/history/timeline";

const HeldPeriod = z
  .object({
    holds: z.enum(["yes", "no", "unknown"]),
    after: z.nullable(Time).meta({
      description: "The last snapshot that showed the state before; null: so from the first snapshot on.",
    }),
    before: Time.meta({ description: "The first snapshot that showed this state." }),
    seq: z.int(),
    by: z.array(RecordedChangeAnswer).meta({ description: "What changed between the two." }),
  })
  .meta({ id: "HeldPeriod", description: "A stretch in which the answer stayed the same." });

const TimelineAnswer = z
  .object({
    cluster: z.string(),
    from: Time.meta({ description: "The first snapshot: what was before is not known." }),
    last: Side.meta({ description: "The newest snapshot that the timeline reaches to." }),
    held: z.optional(z.array(HeldPeriod)).meta({
      description:
        "On the first page, where role, object and privilege are given: since when it is held, by what change.",
    }),
    unknown: z.array(z.object({ section: Section, from: z.nullable(Time), to: z.nullable(Time) })).meta({
      description: "Stretches in which a section could not be read: what happened there is not known.",
    }),
    items: z.array(RecordedChangeAnswer),
    next: z.nullable(z.string()),
  })
  .meta({ id: "TimelineAnswer", description: "Changes of one subject, the oldest first." });

/** The newest snapshot that the first page reached to, and the number of the change. */
const ChangePlace = z.tuple([z.int().positive(), z.int().nonnegative()]);

type Store = Pick<SnapshotStore, "timeline" | "roleTimeline" | "mappingHistory" | "subjectsNamed">;

const ofPrincipal = async (store: Store, cluster: Cluster, principal: string): Promise<RecordedChange[]> => {
  const [{ periods }, mappings] = await Promise.all([
    store.mappingHistory(cluster),
    store.timeline(cluster, MAPPINGS),
  ]);
  const mapped = periods.filter(({ arn }) => arn === principal).map(({ roleOid }) => roleOid);
  if (!mapped.length) {
    throw new AuditError("not-found", `no mapping of ${JSON.stringify(principal)} was ever seen`, {
      hint: "Give the IAM ARN as it stands in sys.iam_pg_role_mappings. `admin` needs no mapping and has none.",
    });
  }
  const roles = new Map<number, RecordedChange[]>();
  for (const oid of new Set(mapped)) roles.set(oid, await store.roleTimeline(cluster, oid));
  return principalTimeline(principal, periods, mappings, roles);
};

type Subjects = { readonly roles: readonly string[]; readonly objects: readonly string[] };

const subjectsIn = async (
  store: Store,
  cluster: Cluster,
  catalog: KnownCatalog,
  { role, object }: { readonly role?: string | undefined; readonly object?: string | undefined },
): Promise<Subjects> => {
  const roles = role === undefined ? [] : await findRoles(store, cluster, catalog, role);
  const objects = object === undefined ? [] : await findObjects(store, cluster, catalog, object);
  return {
    roles: roles.map(({ subject }) => subject),
    objects: objects.map(({ subject }) => subject),
  };
};

/** Of several subjects each change once; of a role and an object what concerns both. */
const ofSubjects = async (
  store: Store,
  cluster: Cluster,
  { roles, objects }: Subjects,
): Promise<RecordedChange[]> => {
  const all = await Promise.all([...roles, ...objects].map((subject) => store.timeline(cluster, subject)));
  const changes = mergeTimelines(all);
  if (!roles.length || !objects.length) return changes;
  return changes.filter(({ change }) => {
    if ("grantee" in change && !roles.includes(roleSubject(change.grantee.oid))) return false;
    return !("object" in change) || subjectsOf(change).some((subject) => objects.includes(subject));
  });
};

const orNull = (at: Instant | null): string | null => (at === null ? null : iso(at));

/** What goes together: a principal alone, or a role, an object or both; a privilege only with both. */
const checkAsked = (asked: {
  readonly role?: string | undefined;
  readonly principal?: string | undefined;
  readonly object?: string | undefined;
  readonly privilege?: string | undefined;
}): void => {
  const { role, principal, object, privilege } = asked;
  if ((principal === undefined) === (role === undefined && object === undefined))
    throw new AuditError("usage", "give role, object or both, or else principal");
  if (privilege !== undefined && (role === undefined || object === undefined))
    throw new AuditError("usage", "privilege needs role and object");
};

export const historyTimeline: Route = route({
  path,
  summary: "What happened to a role, a principal or an object",
  description:
    "Also to one that is gone. Of a role and an object what concerns both; of a principal its mappings, and what happened to its roles meanwhile.",
  params: z.strictObject({
    ...clusterParam,
    role: optionalText("Changes of this role."),
    principal: optionalText("Changes of this principal's mappings and roles, by its IAM ARN."),
    object: optionalText("Changes of schema.table, schema.function(arguments) or schema."),
    privilege: optionalText("With role and object: since when it is held, and by what change."),
    ...pageParams,
  }),
  answer: TimelineAnswer,
  run: async (deps, params) => {
    const question = { path, params };
    checkAsked(params);
    const privilege = params.privilege === undefined ? undefined : findPrivilege(params.privilege);
    const place = readCursor(ChangePlace, question);
    const cluster = await pickCluster(deps, params.cluster);
    const { snapshots } = deps;
    const head = place ? undefined : await snapshots.head(cluster);
    const newest = head
      ? await snapshots.open(cluster, head)
      : await pinnedSnapshot(deps, cluster, deps.now, place?.[0]);
    const { seq } = newest.manifest;
    const [subjects, first] = await Promise.all([
      subjectsIn(snapshots, cluster, newest.catalog, params),
      snapshots.bySeq(cluster, 1),
    ]);
    const { principal } = params;
    const changes = (
      principal === undefined
        ? await ofSubjects(snapshots, cluster, subjects)
        : await ofPrincipal(snapshots, cluster, principal)
    ).filter(({ toSeq }) => toSeq <= seq);
    const [roleFound, objectFound] = [subjects.roles[0], subjects.objects[0]];
    const held =
      place === undefined && privilege !== undefined && roleFound !== undefined && objectFound !== undefined
        ? await heldHistory(snapshots, {
            cluster,
            roleSubject: roleFound,
            objectSubject: objectFound,
            privilege,
          })
        : undefined;
    const unknown = first ? unknownStretches(first.manifest, await snapshots.sectionTimeline(cluster)) : [];
    const begin = place ? place[1] + 1 : 0;
    const placed = changes
      .slice(begin)
      .map(
        (change, i): Placed<z.input<typeof RecordedChangeAnswer>> => [
          recordedChangeAnswer(change),
          [seq, begin + i],
        ],
      );
    return {
      cluster,
      from: iso((first ?? newest).manifest.takenAt),
      last: await basisOf(deps, cluster, newest),
      ...(held && {
        held: held.map((period) => ({
          holds: period.holds,
          after: orNull(period.after),
          before: iso(period.since),
          seq: period.seq,
          by: period.by.map(recordedChangeAnswer),
        })),
      }),
      unknown: unknown.map(({ section, from, to }) => ({ section, from: orNull(from), to: orNull(to) })),
      ...(await takePage(placed, question)),
    };
  },
});
