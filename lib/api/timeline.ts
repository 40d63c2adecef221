// GET /history/timeline: what happened to a role, a principal or an object; since when a role holds a privilege.
import { type Instant, iso } from "../core/base/time.ts";
import * as z from "../core/base/zod.ts";
import { basisOf } from "../queries/basis.ts";
import { newestSnapshot, timelineOf, timelineQuestion } from "../queries/timeline.ts";
import { toldRecord } from "../queries/told-change.ts";
import { besideTimelines } from "../wording/not-told-text.ts";
import { RecordedChangeAnswer } from "./change-answer.ts";
import { readCursor } from "./cursor.ts";
import { type Placed, takePage } from "./page.ts";
import { clusterParam, optionalText, pageParams, pickCluster } from "./params.ts";
import { type Route, route } from "./route.ts";
import { pinnedSnapshot, Section, Side, Time } from "./snapshot-ref.ts";

const path = "/history/timeline";

const HeldPeriod = z
  .object({
    holds: z.enum(["yes", "no", "unknown"]),
    columns: z.nullable(z.array(z.string())).check(
      z.meta({
        description:
          "Of a table on whose whole it is not held: the columns on which it is; null: it is not known.",
      }),
    ),
    after: z.nullable(Time).check(
      z.meta({
        description: "The last snapshot that showed the state before; null: so from the first snapshot on.",
      }),
    ),
    before: Time.check(z.meta({ description: "The first snapshot that showed this state." })),
    seq: z.int(),
    roleOid: z
      .nullable(z.int())
      .check(z.meta({ description: "The role that bore the name then; null: none did." })),
    objectOid: z
      .nullable(z.int())
      .check(z.meta({ description: "The object that bore the name then; null: none did." })),
    by: z.array(RecordedChangeAnswer).check(z.meta({ description: "What changed between the two." })),
  })
  .register(z.globalRegistry, {
    id: "HeldPeriod",
    description: "A stretch in which the answer stayed the same.",
  });

const Ambiguity = z
  .object({
    what: z.enum(["role", "object"]),
    name: z.string(),
    bearers: z.array(
      z.object({
        oid: z.int(),
        since: z.nullable(Time).check(
          z.meta({
            description: "The first snapshot that showed it under the name; null: the very first did.",
          }),
        ),
        until: z.nullable(Time).check(
          z.meta({
            description: "The first snapshot that no longer did; null: the newest still does.",
          }),
        ),
        ended: z.nullable(z.enum(["dropped", "renamed", "moved"])),
      }),
    ),
  })
  .register(z.globalRegistry, {
    id: "Namesakes",
    description: "The bearers of one name, in the order of their times.",
  });

const CouldGrant = z
  .object({
    after: Time,
    before: Time,
    admins: z.array(z.string()).check(z.meta({ description: "Principals that were connected as admin." })),
    grantors: z.array(z.object({ role: z.string(), principals: z.array(z.string()) })).check(
      z.meta({
        description: "Principals mapped to a grantor that were connected.",
      }),
    ),
    hours: z.int(),
    unprovenHours: z
      .int()
      .check(z.meta({ description: "Of these hours capture is not proven: there may be others." })),
    peersUnread: z.nullable(z.string()).check(
      z.meta({
        description:
          "Why it is not known whether the database has a peer in another Region, through which others may have connected; null: it is known.",
      }),
    ),
  })
  .register(z.globalRegistry, {
    id: "CouldGrant",
    description: "Who could have made the changes between two snapshots.",
  });

const TimelineAnswer = z
  .object({
    cluster: z.string(),
    from: Time.check(z.meta({ description: "The first snapshot: what was before is not known." })),
    last: Side.check(z.meta({ description: "The newest snapshot that the timeline reaches to." })),
    held: z.optional(z.array(HeldPeriod)).check(
      z.meta({
        description:
          "On the first page, where role, object and privilege are given: since when it is held, by what change.",
      }),
    ),
    namesakes: z.array(Ambiguity).check(
      z.meta({
        description: "Names that meant several roles or objects in this time: identity is the OID.",
      }),
    ),
    couldGrant: z.array(CouldGrant).check(
      z.meta({
        description:
          "Of the newest stretches with changes: who could have made them. A connection proves no grant.",
      }),
    ),
    unknown: z.array(z.object({ section: Section, from: z.nullable(Time), to: z.nullable(Time) })).check(
      z.meta({
        description: "Stretches in which a section could not be read: what happened there is not known.",
      }),
    ),
    iamNotWeighedBefore: z.nullable(Time).check(
      z.meta({
        description: "Whom IAM let in was not compared before this time; null: all of it was.",
      }),
    ),
    items: z.array(RecordedChangeAnswer),
    next: z.nullable(z.string()),
  })
  .register(z.globalRegistry, {
    id: "TimelineAnswer",
    description: `Changes of one subject, the oldest first. ${besideTimelines}`,
  });

/** The newest snapshot that the first page reached to, and the number of the change. */
const ChangePlace = z.tuple([z.int().check(z.positive()), z.int().check(z.nonnegative())]);

const orNull = (at: Instant | null): string | null => (at === null ? null : iso(at));

export const historyTimeline: Route = route({
  path,
  summary: "What happened to a role, a principal or an object",
  description:
    "Also to one that is gone. Of a role and an object what concerns both; of a principal its mappings, what happened to its roles meanwhile, and what changed in IAM for it: policies, the identity itself, and whether it may connect; of a role also who could no longer connect as it, or could from then on.",
  params: z.strictObject({
    ...clusterParam,
    role: optionalText("Changes of this role."),
    principal: optionalText("Changes of this principal's mappings and roles, by its IAM ARN or by its name."),
    object: optionalText(
      "Changes of schema.table, schema.table.column, schema.function(arguments) or schema.",
    ),
    privilege: optionalText("With role and object: since when it is held, and by what change."),
    ...pageParams,
  }),
  answer: TimelineAnswer,
  run: async (deps, params) => {
    const question = { path, params };
    const asked = timelineQuestion(params);
    const place = readCursor(ChangePlace, question);
    const cluster = await pickCluster(deps, params.cluster);
    const newest = place
      ? await pinnedSnapshot(deps, cluster, deps.now, place[0])
      : await newestSnapshot(deps.store, cluster);
    const { seq } = newest.manifest;
    const { changes, held, namesakes, couldGrant, unknown, first, notWeighedBefore } = await timelineOf(
      deps.store,
      cluster,
      asked,
      {
        newest,
        now: deps.now,
      },
    );
    const begin = place ? place[1] + 1 : 0;
    const placed = changes
      .slice(begin)
      .map(
        (change, i): Placed<z.input<typeof RecordedChangeAnswer>> => [toldRecord(change), [seq, begin + i]],
      );
    return {
      cluster,
      from: iso(first),
      last: await basisOf(deps.store, cluster, newest, deps.now),
      ...(held &&
        !place && {
          held: held.map((period) => ({
            holds: period.holds,
            columns: period.columns && [...period.columns],
            after: orNull(period.after),
            before: iso(period.since),
            seq: period.seq,
            roleOid: period.roleOid,
            objectOid: period.objectOid,
            by: period.by.map(toldRecord),
          })),
        }),
      namesakes: namesakes.map(({ what, name, bearers }) => ({
        what,
        name,
        bearers: bearers.map(({ oid, since, until, ended }) => ({
          oid,
          since: orNull(since),
          until: orNull(until),
          ended,
        })),
      })),
      couldGrant: couldGrant.map(({ from, to, admins, grantors, ...known }) => ({
        after: iso(from),
        before: iso(to),
        admins: [...admins],
        grantors: grantors.map(({ role, principals }) => ({ role, principals: [...principals] })),
        ...known,
      })),
      iamNotWeighedBefore: orNull(notWeighedBefore),
      unknown: unknown.map(({ section, from, to }) => ({ section, from: orNull(from), to: orNull(to) })),
      ...(await takePage(placed, question)),
    };
  },
});
