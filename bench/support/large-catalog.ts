// The catalog that the history is measured on: 10 schemas, 1,000 tables, 200 roles, 40 memberships, 20 grants a table.

import { Cluster } from "../../lib/core/base/ids.ts";
import type { AclEntry, Catalog, Relation } from "../../lib/core/catalog/catalog.ts";

export const cluster = Cluster.parse(
  "arn:aws:dsql:us-east-1:111122223333:cluster/abcdefghijklmnopqrstuvwxyz",
);

const SCHEMAS = 10;
const TABLES = 1_000;
const ROLES = 200;
const GRANTS = 20;

/** Numbers that look random and are the same in every run. */
const random = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32;
  };
};

const words = [
  "order",
  "payment",
  "customer",
  "ledger",
  "audit",
  "session",
  "product",
  "invoice",
  "shipment",
  "event",
];
const letterSets = ["r", "ar", "arw", "arwd", "r", "rw", "arwdDxt", "r"];
const ADMIN = 15_579;
const firstRole = 26_400;

/** The names and numbers are such as an estate has; nothing is repeated to please the compressor. */
export const largeCatalog = (): Catalog => {
  const next = random(7);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T;
  const roleOids = Array.from({ length: ROLES }, (_, i) => firstRole + 2 * i);
  const roles = [ADMIN, ...roleOids].map((oid, i) => ({
    oid,
    name: oid === ADMIN ? "admin" : `${pick(words)}_${pick(["ro", "rw", "svc", "batch", "owner"])}_${i}`,
    superuser: false,
    inherit: true,
    createRole: oid === ADMIN,
    createDb: false,
    canLogin: next() < 0.8,
    replication: false,
    bypassRls: false,
    connectionLimit: -1,
    validUntil: null,
  }));
  const schemas = Array.from({ length: SCHEMAS }, (_, i) => ({
    oid: 30_000 + i,
    name: `${words[i]}_schema`,
    owner: ADMIN,
    acl: { entries: [{ grantee: ADMIN, grantor: ADMIN, privileges: "UC", grantable: "" }], unknown: [] },
  }));
  const relations = Array.from({ length: TABLES }, (_, i): Relation => {
    const owner = pick(roleOids);
    const grantees = new Set<number>([owner]);
    while (grantees.size < GRANTS) grantees.add(pick(roleOids));
    const entries = [...grantees]
      .sort((a, b) => a - b)
      .map((grantee): AclEntry => {
        const privileges = grantee === owner ? "arwdDxt" : pick(letterSets);
        return { grantee, grantor: owner, privileges, grantable: next() < 0.02 ? "r" : "" };
      });
    const name = `${pick(words)}_${pick(words)}_${i}`;
    return {
      oid: 40_000 + i * 3,
      schema: 30_000 + (i % SCHEMAS),
      name,
      kind: "r",
      owner,
      acl: { entries, unknown: [] },
    };
  });
  const memberships = Array.from({ length: 40 }, (_, i) => ({
    role: roleOids[i] as number,
    member: roleOids[i + 60] as number,
    grantor: ADMIN,
    admin: false,
    inherit: true,
    set: true,
  }));
  const mappings = roleOids.slice(0, 60).map((role, i) => ({
    iamOid: 50_000 + i,
    arn: `arn:aws:iam::111122223333:role/${pick(words)}-${pick(["api", "worker", "etl"])}-${i}`,
    role,
    roleName: roles.find(({ oid }) => oid === role)?.name ?? "",
    grantor: ADMIN,
  }));
  const read = <T>(rows: T[]) => ({ status: "read" as const, rows });
  return {
    format: 1,
    cluster,
    serverVersion: 160_014,
    sections: {
      roles: read(roles),
      memberships: read(memberships),
      mappings: read(mappings),
      schemas: read(schemas),
      relations: read(relations),
      columns: read([]),
      functions: read([]),
      types: read([]),
      defaultPrivileges: read([]),
      database: read([{ oid: 5, name: "postgres", owner: ADMIN, acl: null }]),
    },
  };
};

/** The same catalog with the privileges of one ACL entry changed: `n` chooses the entry, and what it becomes. */
export const withOneGrantChanged = (catalog: Catalog, n: number): Catalog => {
  const { relations } = catalog.sections;
  if (relations.status !== "read") return catalog;
  const at = (n * 7_919) % relations.rows.length;
  const rows = relations.rows.map((row, i) => {
    if (i !== at || !row.acl) return row;
    const target = (n * 31) % row.acl.entries.length;
    const entries = row.acl.entries.map((entry, j) => {
      if (j !== target) return entry;
      return { ...entry, privileges: entry.privileges === "arw" ? "r" : "arw" };
    });
    return { ...row, acl: { ...row.acl, entries } };
  });
  return { ...catalog, sections: { ...catalog.sections, relations: { status: "read", rows } } };
};
