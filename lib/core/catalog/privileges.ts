// The one table of PostgreSQL's privileges. Letters, names, order, bits, what each kind of object knows and what its
// default ACL gives: all of it derives from here.

/** The kinds of objects whose privileges PostgreSQL keeps apart; views and foreign tables count as tables. */
export const aclKinds = ["table", "sequence", "column", "schema", "function", "type", "database"] as const;
export type AclKind = (typeof aclKinds)[number];

type PrivilegeRow = {
  readonly letter: string;
  readonly name: string;
  readonly kinds: readonly AclKind[];
  /** server_version_num of the first server that knows it. */
  readonly since?: number;
};

/**
 * In the order in which the server prints them (ACL_ALL_RIGHTS_STR); SET and ALTER SYSTEM are for parameters, which we
 * do not read. https://www.postgresql.org/docs/17/ddl-priv.html#PRIVILEGE-ABBREVS-TABLE
 */
export const PRIVILEGES = [
  { letter: "a", name: "INSERT", kinds: ["table", "column"] },
  { letter: "r", name: "SELECT", kinds: ["table", "sequence", "column"] },
  { letter: "w", name: "UPDATE", kinds: ["table", "sequence", "column"] },
  { letter: "d", name: "DELETE", kinds: ["table"] },
  { letter: "D", name: "TRUNCATE", kinds: ["table"] },
  { letter: "x", name: "REFERENCES", kinds: ["table", "column"] },
  { letter: "t", name: "TRIGGER", kinds: ["table"] },
  { letter: "X", name: "EXECUTE", kinds: ["function"] },
  { letter: "U", name: "USAGE", kinds: ["sequence", "schema", "type"] },
  { letter: "C", name: "CREATE", kinds: ["schema", "database"] },
  { letter: "T", name: "TEMPORARY", kinds: ["database"] },
  { letter: "c", name: "CONNECT", kinds: ["database"] },
  { letter: "s", name: "SET", kinds: [] },
  { letter: "A", name: "ALTER SYSTEM", kinds: [] },
  { letter: "m", name: "MAINTAIN", kinds: ["table"], since: 170000 },
] as const satisfies readonly PrivilegeRow[];
export type Privilege = (typeof PRIVILEGES)[number]["name"];

/** A set of privileges: bit i is row i of the table; the same bit, GRANT_SHIFT higher, is its grant option. */
export type PrivilegeMask = number;
export const GRANT_SHIFT = 16;
export const HELD_BITS: PrivilegeMask = (1 << PRIVILEGES.length) - 1;

const rows: readonly PrivilegeRow[] = PRIVILEGES;
const bitByLetter = new Map(rows.map((row, i) => [row.letter, 1 << i]));
const bitByName = new Map(rows.map((row, i) => [row.name, 1 << i]));

/** The bit of a letter; 0 for a letter that no release we know has. */
export const letterBit = (letter: string): PrivilegeMask => bitByLetter.get(letter) ?? 0;

/** The bit of a privilege by its SQL name, upper case ("SELECT"); 0 for none. */
export const privilegeBit = (name: string): PrivilegeMask => bitByName.get(name) ?? 0;

/** The kinds of objects that can have it. */
export const kindsOf = (privilege: Privilege): readonly AclKind[] =>
  rows.find(({ name }) => name === privilege)?.kinds ?? [];

/** The names of a mask's privileges (grant bits are not looked at), in the server's order. */
export const privilegeNames = (mask: PrivilegeMask): Privilege[] =>
  PRIVILEGES.filter((_, i) => mask & (1 << i)).map(({ name }) => name);

/** The letters of a mask's privileges, in the server's order. */
export const privilegeLetters = (mask: PrivilegeMask): string =>
  rows.reduce((letters, row, i) => (mask & (1 << i) ? letters + row.letter : letters), "");

const lettersMasks = new Map<string, PrivilegeMask>();

const lettersMask = (letters: string): PrivilegeMask => {
  const known = lettersMasks.get(letters);
  if (known !== undefined) return known;
  let mask = 0;
  for (const letter of letters) mask |= letterBit(letter);
  // A file may hold any text: the cache stays as small as the letters that real ACLs combine.
  if (lettersMasks.size < 4096) lettersMasks.set(letters, mask);
  return mask;
};

/** The mask of an ACL entry's letters, grant options included; letters that we do not know are left out. */
export const entryMask = (privileges: string, grantable: string): PrivilegeMask =>
  lettersMask(privileges) | (lettersMask(grantable) << GRANT_SHIFT);

/** All privileges that a kind of object knows on a server of that version (0: not known, taken as 16). */
export const kindMask = (kind: AclKind, serverVersion: number): PrivilegeMask =>
  rows.reduce(
    (mask, row, i) =>
      row.kinds.includes(kind) && (row.since ?? 0) <= serverVersion ? mask | (1 << i) : mask,
    0,
  );

/** A mask and the grant options of all that is in it. */
export const withGrantOptions = (mask: PrivilegeMask): PrivilegeMask => mask | (mask << GRANT_SHIFT);

const publicDefaults: Readonly<Partial<Record<AclKind, readonly Privilege[]>>> = {
  function: ["EXECUTE"],
  type: ["USAGE"],
  database: ["TEMPORARY", "CONNECT"],
};

/**
 * What a NULL ACL means: `owner` for the owner, `everyone` for PUBLIC, none of it with a stored grant option (the
 * owner's come from ownership). A NULL column ACL gives nothing of its own.
 * https://www.postgresql.org/docs/16/ddl-priv.html#PRIVILEGES-SUMMARY-TABLE
 */
export const defaultAcl = (
  kind: AclKind,
  serverVersion: number,
): { readonly owner: PrivilegeMask; readonly everyone: PrivilegeMask } => ({
  owner: kind === "column" ? 0 : kindMask(kind, serverVersion),
  everyone: (publicDefaults[kind] ?? []).reduce((mask, name) => mask | privilegeBit(name), 0),
});
