// A catalog taken apart into maps by identity, so that changes can be applied to it one after the other.
import { type AnyRow, canonicalRows, rowKey } from "../catalog/canonical-rows.ts";
import { type Catalog, type SectionName, sectionNames } from "../catalog/catalog.ts";
import { type ExtraName, type ExtraRow, extraNames, extraOf } from "../catalog/extras.ts";
import { type KnownCatalog, knownRows, type LastRead } from "../catalog/known-catalog.ts";

type WorkingSection = {
  status:
    | { readonly read: true }
    | { readonly read: false; readonly reason: string; readonly code: string | null };
  /** Of an unreadable section: when its rows were read. */
  last: LastRead | null;
  /** null: nothing was ever known. */
  rows: Map<string, AnyRow> | null;
};

export type WorkingExtras = { [N in ExtraName]?: readonly ExtraRow<N>[] };

/** A catalog taken apart, so that changes can be applied one after the other. */
export type Working = {
  serverVersion: number;
  readonly sections: { readonly [N in SectionName]: WorkingSection };
  /** Rows of what stands beside the sections, where it was read. */
  readonly extras: WorkingExtras;
};

export const byKey = (name: SectionName, rows: readonly AnyRow[]): Map<string, AnyRow> =>
  new Map(canonicalRows(name, rows).map((row) => [rowKey(name, row), row]));

/** Takes a catalog apart; the catalog itself is never changed. */
export const takeApart = (catalog: KnownCatalog): Working => {
  const open = (name: SectionName): WorkingSection => {
    const section = catalog.sections[name];
    const rows = knownRows(catalog, name);
    const known = section.status === "read" ? undefined : catalog.lastKnown?.[name];
    return {
      status:
        section.status === "read"
          ? { read: true }
          : { read: false, reason: section.reason, code: section.code },
      last: known ? { at: known.at, seq: known.seq } : null,
      rows: rows && byKey(name, rows as readonly AnyRow[]),
    };
  };
  const sections = Object.fromEntries(sectionNames.map((name) => [name, open(name)]));
  const extras = extraNames.flatMap((name) => {
    const { rows } = extraOf(catalog, name);
    return rows === null ? [] : [[name, rows] as const];
  });
  return {
    serverVersion: catalog.serverVersion,
    sections: sections as Working["sections"],
    extras: Object.fromEntries(extras) as WorkingExtras,
  };
};

/** The inverse of `takeApart`: rows come out in canonical order. */
export const putTogether = ({ serverVersion, sections, extras }: Working, of: Catalog): KnownCatalog => {
  const found: Record<string, unknown> = {};
  const lastKnown: Record<string, unknown> = {};
  for (const name of sectionNames) {
    const { status, last, rows } = sections[name];
    const sorted = rows && canonicalRows(name, [...rows.values()]);
    if (status.read) found[name] = { status: "read", rows: sorted ?? [] };
    else {
      found[name] = { status: "unreadable", reason: status.reason, code: status.code };
      if (sorted && last) lastKnown[name] = { ...last, rows: sorted };
    }
  }
  const besides = Object.entries(of.extras ?? {}).map(([name, one]) => {
    const rows = extras[name as ExtraName];
    return [name, one?.status === "read" && rows ? { status: "read", rows } : one];
  });
  const catalog = {
    format: of.format,
    cluster: of.cluster,
    serverVersion,
    sections: found,
    ...(of.extras && { extras: Object.fromEntries(besides) }),
  } as Catalog;
  return Object.keys(lastKnown).length ? ({ ...catalog, lastKnown } as KnownCatalog) : catalog;
};
