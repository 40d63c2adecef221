// What bore a name that no catalog holds any more, or holds under another name.

import type { Cluster } from "../../core/base/ids.ts";
import type { KnownCatalog } from "../../core/catalog/known-catalog.ts";
import { bestFits, type WrittenName } from "../../core/catalog/written-name.ts";
import { namingsOf } from "../../core/history/change-subjects.ts";
import type { FoundSubject } from "./find-subject.ts";
import { type Named, namedInChange, rowsIn } from "./named-in-catalog.ts";
import type { SnapshotStore } from "./snapshots.ts";

export type Reader = Pick<SnapshotStore, "subjectsNamed" | "timeline" | "changes">;

/** The texts under which the names of what is gone may be kept: as it was typed, and as PostgreSQL reads it. */
export const keptTexts = ({ text, parts, rawParts, hasArguments }: WrittenName): string[] => {
  const suffix = hasArguments ? text.slice(text.indexOf("(", (rawParts ?? []).join(".").length)) : "";
  return [text, ...[parts, rawParts].flatMap((some) => (some ? [`${some.join(".")}${suffix}`] : []))];
};

/**
 * The name as it reads under what its schema was called later: objects of a renamed schema keep their place, and no change
 * of their own tells it. Only of schemas that no longer bear the name.
 */
export const underLaterSchemas = async (
  store: Reader,
  cluster: Cluster,
  catalog: KnownCatalog,
  written: WrittenName,
): Promise<WrittenName[]> => {
  const parts = written.parts ?? [];
  const [schema, ...rest] = parts;
  if (schema === undefined || rest.length === 0) return [];
  const suffix = written.hasArguments ? written.text.slice(written.text.indexOf("(")) : "";
  const later = new Set<string>();
  for (const subject of await store.subjectsNamed(cluster, "object", schema)) {
    if (!subject.startsWith("schemas:")) continue;
    const now = rowsIn(catalog, "schemas").find(({ oid }) => `schemas:${String(oid)}` === subject);
    if (now && now.name !== schema) later.add(String(now.name));
    for (const { change } of await store.timeline(cluster, subject))
      if (change.kind === "object-renamed" && change.object.section === "schemas") later.add(change.to);
  }
  later.delete(schema);
  return [...later].map((name) => ({
    ...written,
    text: `${[name, ...rest].join(".")}${suffix}`,
    parts: [name, ...rest],
    rawParts: [name, ...rest],
  }));
};

const LAST = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * All that ever bore a bare name, or a signature without the names of arguments, by what changes say: names are kept in
 * full alone, so the changes are walked through. Only for routines, and where nothing else bears the name.
 */
export const pastFits = async (
  store: Reader,
  cluster: Cluster,
  written: readonly WrittenName[],
): Promise<FoundSubject[]> => {
  const past = new Map<string, Named>();
  for await (const { change } of store.changes(cluster, 0, LAST))
    for (const one of namedInChange(change)) past.set(`${one.subject} ${one.name}`, one);
  const [first = []] = written
    .map((one) => bestFits(one, [...past.values()], ({ nameable }) => nameable))
    .filter((fits) => fits.length);
  return first.map(({ subject, name }) => ({ subject, name, gone: true }));
};

/** Those that bore the full name; the entries of names also hold those of columns, under their tables. */
export const pastBearers = async (store: Reader, cluster: Cluster, name: string): Promise<string[]> => {
  const bearers: string[] = [];
  for (const subject of await store.subjectsNamed(cluster, "object", name)) {
    const bore =
      !subject.startsWith("relations:") ||
      (await store.timeline(cluster, subject)).some(
        ({ change }) =>
          !("object" in change && change.object.column !== null) &&
          namingsOf(change).some((naming) => naming.subject === subject && naming.name === name),
      );
    if (bore) bearers.push(subject);
  }
  return bearers;
};
