// What a role is for: declared, or read from its name.

export type Archetype = "read-only" | "read-write" | "owner" | "admin";

// Whole words of a name only: "thread" is no "read", and "api_readwrite" is no reader.
const readers: ReadonlySet<string> = new Set([
  "readonly", "ro", "read", "reader", "readers", "reporting", "report", "reports", "reporter", "analytics",
  "analyst", "analysts", "bi", "dashboard", "dashboards", "backup", "backups", "viewer", "viewers", "monitor",
  "monitoring", "metrics", "audit", "auditor",
]); // biome-ignore format: one glance
const writers: ReadonlySet<string> = new Set([
  "readwrite", "rw", "write", "writer", "writers", "admin", "owner", "migration", "migrations", "migrate",
  "ddl", "etl", "loader", "ingest", "restore",
]); // biome-ignore format: one glance

const wordsOf = (name: string): string[] =>
  name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter(Boolean);

export type ArchetypeOf = { readonly archetype: Archetype; readonly because: string };

/**
 * What `name` is for: the declaration decides; else a name with a reader's word ("readonly", "reporting", "backup")
 * and no writer's ("write", "migration") is read-only. undefined: nobody said, and the name does not tell.
 */
export const archetypeOf = (
  name: string,
  declared: Readonly<Record<string, Archetype>>,
): ArchetypeOf | undefined => {
  if (Object.hasOwn(declared, name)) {
    const archetype = declared[name];
    if (archetype) return { archetype, because: "declared" };
  }
  const words = wordsOf(name);
  const pairs = words.map((word, i) => `${word}${words[i + 1] ?? ""}`);
  if ([...words, ...pairs].some((word) => writers.has(word))) return undefined;
  const reader = [...words, ...pairs].find(
    (word) => readers.has(word) || /^.+(?:readonly|reporting)$/.test(word),
  );
  return reader === undefined ? undefined : { archetype: "read-only", because: `its name says "${reader}"` };
};
