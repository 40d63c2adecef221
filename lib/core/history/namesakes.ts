// Which roles or objects bore one name, and when: identity is the OID, a name may have meant several.

import type { Oid } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { Change, ChangeOf, RecordedChange } from "./change.ts";
import { namingsOf, objectSubject, renamedFrom } from "./change-subjects.ts";

/** One bearer of a name, as far as snapshots tell. */
export type Namesake = {
  /** "role:16384", "relations:16390". */
  readonly subject: string;
  readonly oid: number;
  /** The first snapshot that showed it under the name; null: the first snapshot of all already did. */
  readonly since: Instant | null;
  /** The first snapshot that no longer showed it so; null: the newest still does. */
  readonly until: Instant | null;
  /** How its time under the name ended; `renamed`: it was, or its schema. */
  readonly ended: "dropped" | "renamed" | "moved" | null;
};

/** Where something stands: its schema, null of what stands in none, and its name within it; a routine's with its arguments. */
export type Place = { readonly schema: Oid | null; readonly name: string };

/** What is known of one subject: its own timeline, and where the newest snapshot has it; undefined: nowhere. */
export type Life = { readonly timeline: readonly RecordedChange[]; readonly now: Place | undefined };

/** What schemas were called: a schema that is renamed renames what stands in it, and no change of theirs tells that. */
export type SchemaNames = {
  readonly nameAt: (schema: Oid, at: Instant | null) => string | undefined;
  readonly renamedAt: (schema: Oid) => readonly Instant[];
};

/** By the timelines of the schemas, and what the newest snapshot calls those that it has. */
export const schemaNames = (
  timelines: ReadonlyMap<Oid, readonly RecordedChange[]>,
  now: ReadonlyMap<Oid, string>,
): SchemaNames => {
  const renames = (schema: Oid) =>
    (timelines.get(schema) ?? []).flatMap(({ to: at, change }) =>
      change.kind === "object-renamed" && change.object.section === "schemas" ? [{ at, ...change }] : [],
    );
  const onlyName = (schema: Oid): string | undefined =>
    now.get(schema) ??
    (timelines.get(schema) ?? [])
      .flatMap(({ change }) => namingsOf(change))
      .find(({ subject }) => subject === `schemas:${schema}`)?.name;
  return {
    nameAt: (schema, at) => {
      const all = renames(schema);
      const last = all.findLast((one) => at !== null && one.at <= at);
      return last?.to ?? all[0]?.from ?? onlyName(schema);
    },
    renamedAt: (schema) => renames(schema).map(({ at }) => at),
  };
};

/** Where what was made or dropped stood. */
const placeIn = ({ entry: { row }, object }: ChangeOf<"object-created" | "object-dropped">): Place => ({
  schema: "schema" in row ? row.schema : null,
  name: object.name,
});

type Step = { readonly from: Place | undefined; readonly to: Place | undefined };

/** From where to where a change brings its subject; undefined: from or to nowhere. `after`: where it stood then, by what came later. */
const stepOf = (change: Change, after: Place | undefined): Step | undefined => {
  const role = (name: string): Place => ({ schema: null, name });
  switch (change.kind) {
    case "role-created":
      return { from: undefined, to: role(change.row.name) };
    case "role-dropped":
      return { from: role(change.row.name), to: undefined };
    case "role-renamed":
      return { from: role(change.from), to: role(change.to) };
    case "object-created":
      return { from: undefined, to: placeIn(change) };
    case "object-dropped":
      return { from: placeIn(change), to: undefined };
    case "object-renamed": {
      // Of what is no longer there and was not seen to be dropped: the whole names, as they were told.
      const [to = "", from = ""] = namingsOf(change).map(({ name }) => name);
      if (!after) return { from: role(from), to: role(to) };
      return { from: { ...after, name: renamedFrom(change) }, to: after };
    }
    case "object-moved": {
      const { name } = change.object;
      return { from: { schema: change.from, name }, to: { schema: change.to, name } };
    }
    default:
      return undefined;
  }
};

const endOf = ({ kind }: Change): Namesake["ended"] =>
  kind.endsWith("dropped") ? "dropped" : kind.endsWith("moved") ? "moved" : "renamed";

type Stretch = Pick<Namesake, "since" | "until" | "ended">;

/** A column's changes stand in its table's timeline, and say nothing of its name. */
const isOwn = (subject: string, change: Change): boolean =>
  !("object" in change) || (change.object.column === null && objectSubject(change.object) === subject);

/** Where a subject stood one after the other, oldest first; undefined: nothing is known of it. From the newest snapshot backwards. */
const placesOf = (subject: string, { timeline, now }: Life): (Stretch & { place: Place })[] | undefined => {
  const found: (Stretch & { place: Place })[] = [];
  let after = now;
  let end: Pick<Namesake, "until" | "ended"> = { until: null, ended: null };
  let told = now !== undefined;
  for (const { to: at, change } of timeline.toReversed()) {
    const step = isOwn(subject, change) ? stepOf(change, after) : undefined;
    if (!step) continue;
    told = true;
    if (step.to) found.push({ place: after ?? step.to, since: at, ...end });
    end = { until: at, ended: endOf(change) };
    after = step.from;
  }
  if (after) found.push({ place: after, since: null, ...end });
  return told ? found.reverse() : undefined;
};

/** The same by the whole names: in a schema that was renamed it bore several. */
const namesIn = (
  { place, since, until, ended }: Stretch & { readonly place: Place },
  schemas: SchemaNames,
): (Stretch & { readonly name: string })[] => {
  const { schema, name } = place;
  if (schema === null) return [{ name, since, until, ended }];
  const cuts = schemas
    .renamedAt(schema)
    .filter((at) => (since === null || at > since) && (until === null || at < until));
  return [since, ...cuts].map((from, i) => ({
    name: `${schemas.nameAt(schema, from) ?? schema}.${name}`,
    since: from,
    until: cuts[i] ?? until,
    ended: i < cuts.length ? "renamed" : ended,
  }));
};

/** The stretches in which `subject` bore one of `names`, oldest first. */
const stretches = (
  subject: string,
  names: ReadonlySet<string>,
  life: Life,
  schemas: SchemaNames,
): Namesake[] => {
  const oid = Number(subject.slice(subject.indexOf(":") + 1));
  const places = placesOf(subject, life);
  // Nothing is known of its name: it had it from the first snapshot on, and has it still.
  if (!places) return [{ subject, oid, since: null, until: null, ended: null }];
  const found: Namesake[] = [];
  for (const { name, ...stretch } of places.flatMap((place) => namesIn(place, schemas))) {
    if (!names.has(name)) continue;
    const last = found.at(-1);
    if (last && last.until !== null && last.until === stretch.since)
      found[found.length - 1] = { ...last, until: stretch.until, ended: stretch.ended };
    else found.push({ subject, oid, ...stretch });
  }
  return found;
};

/** All bearers of a name, in the order of their times. `lives`: of each subject that bears or bore it. */
export const namesakesOf = (
  names: ReadonlySet<string>,
  lives: ReadonlyMap<string, Life>,
  schemas: SchemaNames,
): Namesake[] =>
  [...lives]
    .flatMap(([subject, life]) => stretches(subject, names, life, schemas))
    .sort((a, b) => (a.since ?? 0) - (b.since ?? 0) || (a.until ?? Infinity) - (b.until ?? Infinity));

/** The schemas that a subject stood in. */
export const schemasOf = (subject: string, life: Life): Oid[] => [
  ...new Set((placesOf(subject, life) ?? []).flatMap(({ place }) => place.schema ?? [])),
];
