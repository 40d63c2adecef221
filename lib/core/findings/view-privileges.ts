// What detectors may see of privileges: the newest snapshot's catalog, and the engine that answers over it.
import { declaredArchetypes } from "../baseline/kept-baseline.ts";
import type { Catalog, SectionName } from "../catalog/catalog.ts";
import { type ArchetypeOf, archetypeOf } from "../privileges/archetype.ts";
import { type AccessEngine, accessEngine } from "../privileges/effective.ts";
import type { Facts, RecentChanges, SnapshotFacts } from "./facts.ts";

export type PrivilegesView = {
  /** The same at all moments; null: none was taken, or none was given. */
  readonly snapshot: SnapshotFacts | null;
  readonly catalog: Catalog | null;
  /** What changed since the snapshot that was judged before; undefined: there is no newer one, or nobody looked. */
  readonly recentChanges: RecentChanges | undefined;
  /** The engine over the catalog, made at the first question; undefined: there is no snapshot. */
  readonly engine: () => AccessEngine | undefined;
  /** What a role is for, by declaration or by its name; undefined: neither says. */
  readonly archetypeOf: (role: string) => ArchetypeOf | undefined;
  /** Why a section cannot be looked at; undefined: it can. */
  readonly unreadable: (section: SectionName) => string | undefined;
};

export const privilegesView = ({
  snapshot,
  archetypes,
  baseline,
  recentChanges,
}: Pick<Facts, "snapshot" | "archetypes" | "baseline" | "recentChanges">): PrivilegesView => {
  // A setting of the deployment wins over the file, and either over the name.
  const declared = { ...(baseline && declaredArchetypes(baseline)), ...archetypes };
  const catalog = snapshot?.catalog ?? null;
  let engine: AccessEngine | undefined;
  return {
    snapshot,
    catalog,
    recentChanges,
    engine: () => {
      if (catalog) engine ??= accessEngine(catalog);
      return engine;
    },
    archetypeOf: (role) => archetypeOf(role, declared),
    unreadable: (name) => {
      if (!catalog) return "there is no snapshot";
      const section = catalog.sections[name];
      return section.status === "unreadable" ? section.reason : undefined;
    },
  };
};
