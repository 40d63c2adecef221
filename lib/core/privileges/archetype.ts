// What a role is for: declared, or read from its name, for certain or by what it sounds like.

/** What a role can be declared to be for. `custom`: none of the others, so nothing is expected of it. */
export const archetypes = [
  "read-only",
  "read-write",
  "owner",
  "admin",
  "developer",
  "service",
  "migration",
  "analytics",
  "backup",
  "custom",
] as const;
export type Archetype = (typeof archetypes)[number];

/** These only read. */
export const isReader = (archetype: Archetype | undefined): boolean =>
  archetype === "read-only" || archetype === "analytics" || archetype === "backup";

/** These own, create and manage access on purpose: where somebody declared it. */
export const isKeeper = (archetype: Archetype | undefined): boolean =>
  archetype === "owner" || archetype === "admin" || archetype === "migration";

/**
 * `sure`: declared, or its name says so in as many words; else the name only sounds like it. `word`: as it stands in the
 * name; missing: it is declared.
 */
export type ArchetypeOf = {
  readonly archetype: Archetype;
  readonly because: string;
  readonly sure: boolean;
  readonly word?: string;
};

const set = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

/** They say it themselves, whatever stands beside them: "admin_ro" is the one that may not. Two words count as one. */
const says =
  set(`readonly ro rdonly selectonly viewonly queryonly readaccess selectaccess readuser readrole rouser
  rorole roaccess roaccount rousr readprivs readprivileges readpermission readpermissions readall lookonly
  selonly qryonly ronly rodb dbro selectall onlyread onlyselect nowrite nowrites nowriter noupdate nodml`);
/** They say it at the end of a name, or before a word that tells nothing: "app_read", "viewer_role", not "read_model". */
const endings = set(
  "read reader readers reads viewer viewers view views select selects dataread datareader datareaders dbread dbreader appread appreader",
);
const plain = set(
  `user users usr role roles group groups grp team account accounts acct access login db database app apps service services
  svc only all data v prod production stage staging dev test qa uat`,
);
/** They are what people call those that read; some of these write all the same. */
const sounds =
  set(`reporting report reports reporter reporters analytics analyst analysts bi dashboard dashboards
  backup backups monitor monitoring monitors metrics metric audit audits auditor auditors read reader readers viewer
  viewers select inspector observer exporter readout lookup query querier queries grafana tableau looker metabase guest`);
/** Whoever is called so writes. */
const writes =
  set(`readwrite rw write writer writers writes wr crud edit editor editors insert update delete upsert dml
  writeaccess`);
/** They may do more than read, unless the name says otherwise. */
const powers =
  set(`admin admins administrator owner owners migration migrations migrate migrator ddl etl loader load
  ingest ingester restore superuser root dba deploy deployer sync`);
/** Words that no name should be read by where they follow: "not_readonly" is none. */
export const negations = set(
  "not non no never isnt dont without cannot cant un anti ex former formerly was beyond than",
);
/** Between a negation and what it denies: "no_longer_readonly", "not_just_readonly". */
const fillers = set("longer just really quite");
const beforeWord = (words: readonly string[], i: number): string =>
  (fillers.has(words[i - 1] ?? "") ? words[i - 2] : words[i - 1]) ?? "";
/** Who may none of these only reads; who may not delete may still insert. */
const allWriting = set("write writes writer writers writing dml rw readwrite writeaccess");

/** "ReadOnlyApp1" is read, only, app; a number says nothing. */
export const wordsOf = (name: string): string[] =>
  name
    .normalize("NFKC")
    .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .toLowerCase()
    .replaceAll(/\d+/g, " ")
    .split(/[^\p{L}]+/u)
    .filter(Boolean);

/** Within one word, as "appreadonly"; "threadonly" and "notreadonly" are other words. */
const joinedReadOnly = /(?<!th|sp|not|non|un|nicht)(?:readonly|rdonly|selectonly)/;

/** They say that it was so, not that it is denied: "ex_writer" tells nothing. */
const setAside = set("ex former formerly was un anti beyond than");

/** The word or pair of words that says it, and that no negation stands before. */
const saying = (words: readonly string[]): string | undefined => {
  for (const [i, word] of words.entries()) {
    const before = beforeWord(words, i);
    const pair = `${word}${words[i + 1] ?? ""}`;
    const denied = negations.has(before) && allWriting.has(word);
    if (denied && !setAside.has(before)) return `${before} ${word}`;
    const said = says.has(word) || joinedReadOnly.test(word) ? word : says.has(pair) ? pair : undefined;
    if (said !== undefined && !negations.has(before)) return said;
  }
  return undefined;
};

const atEnd = set("not no false off");
const isDenied = (words: readonly string[]): boolean =>
  words.some(
    (word, i) =>
      (i > 0 && i === words.length - 1 && atEnd.has(word)) ||
      (negations.has(beforeWord(words, i)) &&
        (says.has(word) || endings.has(word) || says.has(`${word}${words[i + 1] ?? ""}`))) ||
      /^(?:not|non|un|nicht)(?:readonly|rdonly|selectonly)|^(?:not|non)(?:read|rd|select|ro$)/.test(word),
  );

/** "app_read" and "viewer_role": at the end, with nothing but plain words behind. */
const ending = (words: readonly string[]): string | undefined => {
  const last = words.findLastIndex((word) => !plain.has(word));
  const word = words[last];
  return word !== undefined && endings.has(word) ? word : undefined;
};

const readOnly = (word: string, sure: boolean): ArchetypeOf => ({
  archetype: "read-only",
  because: sure ? `its name says "${word}"` : `its name only sounds like reading ("${word}")`,
  sure,
  word,
});

const byName = (name: string): ArchetypeOf | undefined => {
  const words = wordsOf(name);
  if (isDenied(words)) return undefined;
  // "read_write" and "rw" write; "nowrite" does not, which is one of those that say so.
  const said = saying(words);
  const isWriter = words.some(
    (word, i) =>
      (writes.has(word) && !negations.has(words[i - 1] ?? "")) ||
      (i + 1 < words.length && writes.has(`${word}${words[i + 1]}`)),
  );
  if (isWriter) return undefined;
  if (said !== undefined) return readOnly(said, true);
  if (words.some((word) => powers.has(word))) return undefined;
  const ends = ending(words);
  if (ends !== undefined) return readOnly(ends, true);
  const sound = words.find((word) => sounds.has(word) || /^.+reporting$/.test(word));
  return sound === undefined ? undefined : readOnly(sound, false);
};

/**
 * What `name` is for: the declaration decides; else a name that says it ("readonly", "app_ro", "viewer") is read-only,
 * and one that sounds like it ("reporting", "backup") may be. undefined: nobody said, and the name does not tell.
 */
export const archetypeOf = (
  name: string,
  declared: Readonly<Record<string, Archetype>>,
): ArchetypeOf | undefined => {
  if (Object.hasOwn(declared, name)) {
    const archetype = declared[name];
    if (archetype) return { archetype, because: "declared", sure: true };
  }
  return byName(name);
};

const migrations = set("migration migrations migrate migrator migrators flyway liquibase alembic ddl");
const owners = set("owner owners");

/**
 * Whether a role keeps the objects of others, by declaration or by a name that says so ("migration_user", "app_owner"):
 * then owning and creating is what it is for. A name that says reading says the opposite.
 */
export const keepsObjects = (name: string, found: ArchetypeOf | undefined): boolean => {
  if (found) return found.because === "declared" && isKeeper(found.archetype);
  const words = wordsOf(name);
  return words.some(
    (word, i) => (migrations.has(word) || owners.has(word)) && !negations.has(words[i - 1] ?? ""),
  );
};
