// What a role's name claims that it is for, by the words in it. A claim is nothing that anybody declared.
import { type Archetype, archetypeOf, negations, wordsOf } from "./archetype.ts";

const set = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

/** In the order in which a name is asked: who migrates an app is no app. */
const claims: readonly (readonly [Archetype, ReadonlySet<string>])[] = [
  ["migration", set("migration migrations migrate migrator migrators flyway liquibase alembic ddl")],
  ["admin", set("admin admins administrator administrators superuser root dba dbas")],
  ["owner", set("owner owners")],
  ["backup", set("backup backups dump dumps dumper pgdump")],
  [
    "analytics",
    set(`analytics analyst analysts bi reporting report reports reporter dashboard dashboards tableau looker metabase
    grafana superset warehouse dwh`),
  ],
  ["developer", set("developer developers engineer engineers engineering")],
  ["read-write", set("readwrite rw writer writers crud editor editors")],
  [
    "service",
    set(`service services svc app apps application api worker workers backend server microservice lambda function job
    jobs bot daemon`),
  ],
];

/** `word`: as it stands in the name. */
export type NameClaim = { readonly archetype: Archetype; readonly word: string };

/** Readers first, as findings read names; undefined: the name claims nothing. */
export const nameClaim = (name: string): NameClaim | undefined => {
  const words = wordsOf(name);
  const claimed = claims
    .map(([archetype, known]) => ({
      archetype,
      word: words.find((word, i) => known.has(word) && !negations.has(words[i - 1] ?? "")),
    }))
    .find((one): one is NameClaim => one.word !== undefined);
  const reader = archetypeOf(name, {});
  if (!reader) return claimed;
  // "orders_reporting" reads as analytics; "reporting_ro" says first of all that it only reads.
  if (!reader.sure && (claimed?.archetype === "analytics" || claimed?.archetype === "backup")) return claimed;
  return { archetype: "read-only", word: reader.word ?? "" };
};
