// Who holds what on one object of his own: ACL entries, built-in defaults, predefined roles, the owner's grant options.

import { type Oid, PUBLIC } from "../base/ids.ts";
import { leavesOpen, type RoleOids } from "../catalog/acl.ts";
import type { Acl } from "../catalog/catalog.ts";
import {
  type AclKind,
  defaultAcl,
  entryMask,
  HELD_BITS,
  kindMask,
  type PrivilegeMask,
  privilegeBit,
  withGrantOptions,
} from "../catalog/privileges.ts";
import type { RoleGraph, RoleId } from "./effective-graph.ts";

export type Holders = {
  /** All that the kind knows on this server, with grant options. */
  readonly all: PrivilegeMask;
  /** What PUBLIC holds, so everybody does. */
  readonly everyone: PrivilegeMask;
  /** What entries that could not be read may give to anybody. */
  readonly doubt: PrivilegeMask;
  /** Who holds something, with the mask beside it; a role may stand more than once. */
  readonly roles: Int32Array;
  readonly masks: Int32Array;
};

/** Reads the direct holders of an object; made once per catalog. */
export type HoldersOf = (kind: AclKind, owner: Oid, acl: Acl, more?: HoldersOptions) => Holders;

/** `tableAcl`: of a column, that of its table. `frozen`: what the table's ACL cannot give. */
export type HoldersOptions = { readonly tableAcl?: Acl; readonly frozen?: PrivilegeMask };

const READ = privilegeBit("SELECT");
const WRITE = privilegeBit("INSERT") | privilegeBit("UPDATE") | privilegeBit("DELETE");
const USAGE = privilegeBit("USAGE");
const MAINTAIN = privilegeBit("MAINTAIN");

/** Never with a grant option. https://www.postgresql.org/docs/17/predefined-roles.html */
const predefined = (kind: AclKind): Readonly<Record<string, PrivilegeMask>> => {
  if (kind === "schema") return { pg_read_all_data: USAGE, pg_write_all_data: USAGE };
  if (kind !== "table" && kind !== "sequence" && kind !== "column") return {};
  return { pg_read_all_data: READ, pg_write_all_data: WRITE, pg_maintain: MAINTAIN };
};

type Collected = {
  readonly roles: RoleId[];
  readonly masks: PrivilegeMask[];
  everyone: PrivilegeMask;
  doubt: PrivilegeMask;
};

/** For the objects of one server; version 0 (not known) is taken as 16. */
export const holdersOf = (graph: RoleGraph, serverVersion: number): HoldersOf => {
  const version = serverVersion || 160_000;
  const roleOids: RoleOids = new Map(graph.roles.map(({ name, oid }) => [name, oid]));
  const kinds = new Map<AclKind, { all: PrivilegeMask; predefined: (readonly [RoleId, PrivilegeMask])[] }>();
  const kindFacts = (kind: AclKind) => {
    const known = kinds.get(kind);
    if (known) return known;
    const everything = kindMask(kind, version);
    const facts = {
      all: withGrantOptions(everything),
      predefined: Object.entries(predefined(kind)).flatMap(([name, mask]) => {
        const role = graph.idOfName.get(name);
        return role === undefined ? [] : [[role, mask & everything] as const];
      }),
    };
    kinds.set(kind, facts);
    return facts;
  };

  const give = ({ roles, masks }: Collected, role: RoleId | undefined, mask: PrivilegeMask): void => {
    if (role === undefined || !mask) return;
    roles.push(role);
    masks.push(mask);
  };

  const addAcl = (collected: Collected, kind: AclKind, owner: Oid, acl: Acl, all: PrivilegeMask): void => {
    if (acl === null) {
      const builtIn = defaultAcl(kind, version);
      give(collected, graph.idOf.get(owner), builtIn.owner & all);
      collected.everyone |= builtIn.everyone & all;
      return;
    }
    for (const { grantee, privileges, grantable } of acl.entries) {
      const mask = entryMask(privileges, grantable) & all;
      const role = graph.idOf.get(grantee);
      if (grantee === PUBLIC) collected.everyone |= mask;
      else if (role === undefined) collected.doubt |= mask;
      else give(collected, role, mask);
    }
    if (acl.unknown.some((text) => leavesOpen(text, roleOids))) collected.doubt |= all;
  };

  return (kind, owner, acl, { tableAcl = null, frozen = 0 } = {}) => {
    const { all, predefined: everywhere } = kindFacts(kind);
    const byTable = all & ~frozen;
    const collected: Collected = { roles: [], masks: [], everyone: 0, doubt: 0 };
    addAcl(collected, kind, owner, acl, kind === "column" ? all : byTable);
    // A privilege on the whole table is one on each of its columns.
    if (kind === "column") addAcl(collected, "table", owner, tableAcl, byTable);
    for (const [role, mask] of everywhere) give(collected, role, mask & byTable);
    // The owner may always grant, even what he has taken from himself.
    give(collected, graph.idOf.get(owner), all & ~HELD_BITS);
    const { everyone, doubt } = collected;
    return {
      all,
      everyone,
      doubt,
      roles: new Int32Array(collected.roles),
      masks: new Int32Array(collected.masks),
    };
  };
};
