// Names that meant several roles or objects, one after the other.
import type { Cluster, Oid } from "../core/base/ids.ts";
import type { RecordedChange } from "../core/history/change.ts";
import { type Life, type Namesake, namesakesOf, schemaNames, schemasOf } from "../core/history/namesakes.ts";
import type { FoundSubject } from "../store/history/find-subject.ts";
import { placeIn } from "../store/history/named-in-catalog.ts";
import type { Snapshot } from "../store/history/snapshots.ts";
import type { ReadStore } from "../store/open-store.ts";
import type { Bearers } from "./held-history.ts";

/** A name that more than one bore, one after the other. */
export type Ambiguity = {
  readonly what: "role" | "object";
  readonly name: string;
  readonly bearers: readonly Namesake[];
};

/** What the names of a question were found to mean. */
export type Subjects = { readonly roles: readonly FoundSubject[]; readonly objects: readonly FoundSubject[] };

/** Of columns their tables. */
export const bearers = (found: readonly FoundSubject[]): Bearers => ({
  subjects: [...new Set(found.map(({ subject }) => subject))],
  names: [...new Set(found.map(({ name, asked = name, column }) => column?.table ?? asked))],
});

/** The names that meant several, one after the other, by the timelines of all that bore them and of their schemas up to a snapshot. */
export const ambiguities = async (
  snapshots: ReadStore["snapshots"],
  cluster: Cluster,
  { roles, objects }: Subjects,
  { catalog, manifest: { seq } }: Snapshot,
): Promise<Ambiguity[]> => {
  const upTo = async (subject: string): Promise<readonly RecordedChange[]> =>
    (await snapshots.timeline(cluster, subject)).filter(({ toSeq }) => toSeq <= seq);
  const asked = [
    { what: "role" as const, found: roles },
    { what: "object" as const, found: objects },
  ]
    .map(({ what, found }) => ({ what, ...bearers(found) }))
    .filter(({ subjects }) => subjects.length > 1);
  const all = await Promise.all(
    asked.map(async ({ what, subjects, names }): Promise<Ambiguity> => {
      const lives = new Map<string, Life>();
      for (const subject of subjects)
        lives.set(subject, { timeline: await upTo(subject), now: placeIn(catalog, subject) });
      const oids = new Set([...lives].flatMap(([subject, life]) => schemasOf(subject, life)));
      const schemas = new Map<Oid, readonly RecordedChange[]>();
      for (const oid of oids) schemas.set(oid, await upTo(`schemas:${oid}`));
      const now = new Map(
        [...oids].flatMap((oid) => {
          const place = placeIn(catalog, `schemas:${oid}`);
          return place ? [[oid, place.name] as const] : [];
        }),
      );
      const found = namesakesOf(new Set(names), lives, schemaNames(schemas, now));
      return { what, name: names[0] ?? "", bearers: found };
    }),
  );
  return all.filter((one) => new Set(one.bearers.map(({ subject }) => subject)).size > 1);
};
