// The catalog without a role: its mappings and grants taken away, what it owns given to others, then the role dropped.
import type { Oid } from "../base/ids.ts";
import { isDsql, rowsOf } from "../catalog/catalog.ts";
import { privilegeNames } from "../catalog/privileges.ts";
import { type AccessEngine, accessEngine } from "../privileges/effective.ts";
import { itemsOf } from "./acl-change.ts";
import { plainDefaults } from "./apply-operation.ts";
import { newOwner } from "./give-away.ts";
import { applyIntent, type Intent } from "./intent.ts";
import { operationSql } from "./operation.ts";
import { defaultChanges } from "./reach-default.ts";
import { remark, script } from "./script.ts";
import { linesFor } from "./script-lines.ts";
import { itemsAt, refOf, type State, stateOf } from "./state.ts";

const saidOf = (operation: Intent["operation"], as: Oid | null = null): Intent => ({ operation, as });

type Part = (state: State, role: Oid, engine: AccessEngine) => Intent[];

const mappings: Part = ({ catalog }, role) =>
  rowsOf(catalog, "mappings")
    .filter((row) => row.role === role)
    .map(({ arn }) => saidOf({ does: "unmap", role, arn }));

/** To the owner of the schema, of most of what stands beside it, and so on; not to a role that can log in for nobody. */
const ownership: Part = (_, role, engine) =>
  engine.objects
    .filter(({ kind, owner }) => kind !== "column" && owner === role)
    .flatMap((object) => {
      const owner = newOwner(engine, object, role, () => true);
      return owner ? [saidOf({ does: "own", object, owner: owner.oid })] : [];
    });

/** Schemas last: to revoke something in one takes USAGE on it. */
const grants: Part = ({ catalog }, role, engine) =>
  engine.objects.toReversed().flatMap((object) =>
    itemsAt(catalog, refOf(object))
      .filter(({ grantee, grantor }) => grantee === role || grantor === role)
      .flatMap(({ grantee, grantor, mask }) =>
        privilegeNames(mask).map((privilege) =>
          saidOf({ does: "revoke", privilege, object, grantee, option: false, cascade: true }, grantor),
        ),
      ),
  );

/** Its own go back to what PostgreSQL gives by itself, which is no row and hangs on nobody. */
const defaults: Part = ({ catalog }, role) =>
  rowsOf(catalog, "defaultPrivileges").flatMap(({ role: creator, schema, objectType, acl }) => {
    const items = itemsOf(acl);
    const wanted =
      creator === role
        ? plainDefaults(catalog, creator, schema, objectType)
        : items.filter(({ grantee }) => grantee !== role);
    // Aurora DSQL takes them from the creator itself only.
    return defaultChanges(items, wanted, { role: creator, schema, objectType }).map(
      ({ creator: by, ...change }) =>
        isDsql(catalog)
          ? saidOf(change, creator)
          : saidOf({ ...change, ...(by !== undefined && { creator: by }) }),
    );
  });

/** Those that it granted: its own end with it. */
const memberships: Part = ({ catalog }, role) =>
  rowsOf(catalog, "memberships")
    .filter((row) => row.grantor === role && row.member !== role)
    .map(({ role: of, member, grantor }) => {
      const pair = { does: "leave", role: of, member, options: {}, cascade: true } as const;
      return isDsql(catalog) ? saidOf(pair, grantor) : saidOf({ ...pair, grantor });
    });

type Parted = {
  /** What is to be said, but for the end of the role. */
  readonly intents: readonly Intent[];
  readonly state: State;
};

/** All that is the role's or is granted by it taken from it; undefined: by more than `most` statements. */
const partedFrom = (start: State, role: Oid, engine: AccessEngine, most: number): Parted | undefined => {
  let state: State = start;
  const intents: Intent[] = [];
  for (const part of [mappings, ownership, grants, defaults, memberships])
    for (const intent of part(state, role, engine)) {
      if (intents.length >= most) return undefined;
      const after = applyIntent(state, intent);
      if (!after) continue;
      intents.push(intent);
      state = after;
    }
  return { intents, state };
};

/** The state without the role; undefined: something of it stays, so that it cannot be dropped. */
export const withoutRole = (start: State, role: Oid): State | undefined => {
  const parted = partedFrom(start, role, accessEngine(start.catalog), Number.POSITIVE_INFINITY);
  return parted && applyIntent(parted.state, saidOf({ does: "drop-role", role }));
};

/** More than so many nobody reads, and to think them through takes long. */
const MOST_STATEMENTS = 100;

type Named = ReadonlyMap<Oid, number>;
const namedSeen = new WeakMap<AccessEngine, Named>();

/** How many privileges name each role, as who holds or who granted them, on what others own: each is to be revoked. */
const privilegesNaming = (engine: AccessEngine): Named => {
  const known = namedSeen.get(engine);
  if (known) return known;
  const counts = new Map<Oid, number>();
  for (const object of engine.objects)
    for (const { grantee, grantor, mask } of itemsAt(engine.catalog, refOf(object)))
      for (const role of new Set([grantee, grantor]))
        if (role !== object.owner) counts.set(role, (counts.get(role) ?? 0) + privilegeNames(mask).length);
  namedSeen.set(engine, counts);
  return counts;
};

/**
 * The statements for a superuser to run (on Aurora DSQL: for `admin`) that end a role, the DROP ROLE last. Where something of
 * it stays: what can be taken, and that it cannot be dropped. undefined: too many to print.
 */
export const dropRoleScript = (engine: AccessEngine, role: Oid): string | undefined => {
  const start = stateOf(engine.catalog);
  if (!start || (privilegesNaming(engine).get(role) ?? 0) > MOST_STATEMENTS) return undefined;
  const parted = partedFrom(start, role, engine, MOST_STATEMENTS);
  if (!parted) return undefined;
  const drop = saidOf({ does: "drop-role", role });
  // What is lent for them is handed back at their end: a role that holds anything cannot be dropped.
  const lines = linesFor(engine, parted.intents);
  return applyIntent(parted.state, drop)
    ? script([...lines, operationSql(drop.operation, engine.catalog)])
    : script(lines, [remark("It cannot be dropped: something of it stays, or nobody else can own it.")]);
};
