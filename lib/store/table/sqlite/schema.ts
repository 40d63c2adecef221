// The tables of an embedded store, and the two numbers in its header that say whose it is.
import type { DatabaseSync } from "node:sqlite";
import { AuditError } from "../../../errors.ts";
import { APPLICATION_ID, FORMAT } from "./store-file.ts";

// Keys are blobs of UTF-8: they sort byte by byte as DynamoDB's do, whatever characters are in them. The time index is
// sparse: only items with the attribute are in it. `size` is what DynamoDB would bill the item by.
const schemaSql = /* sql */ `
create table item (
  pk blob not null,
  sk blob not null,
  taken_at blob,
  attributes text not null,
  bytes blob,
  size integer not null,
  primary key (pk, sk)
) strict, without rowid;
create index item_by_time on item (pk, taken_at, sk) where taken_at is not null;
pragma application_id = ${APPLICATION_ID};
pragma user_version = ${FORMAT};`;

const isEmpty = (database: DatabaseSync): boolean =>
  database.prepare("select 1 from sqlite_schema limit 1").get() === undefined;

/** Makes the tables where there is nothing yet: all of them or none, also when two processes begin at once. */
export const createSchema = (database: DatabaseSync): void => {
  if (!isEmpty(database)) return;
  database.exec("begin immediate");
  try {
    if (isEmpty(database)) database.exec(schemaSql);
    database.exec("commit");
  } catch (error) {
    if (database.isTransaction) database.exec("rollback");
    throw error;
  }
};

/** AuditError("bad-file") for a file that has our mark and not our tables. */
export const assertSchema = (database: DatabaseSync, file: string): void => {
  const found = database.prepare("select 1 from sqlite_schema where type = 'table' and name = 'item'").get();
  if (found) return;
  throw new AuditError("bad-file", `the store ${file} is damaged: its table is missing`, {
    hint: "Put a copy of it from a backup in its place.",
  });
};
