// What the server itself says, cell by cell: has_*_privilege and pg_has_role for every role and object.
import type { ClientBase } from "pg";

/** One (role, object): a digit for each privilege asked, then for each with grant option. */
export type Answers = {
  readonly role: number;
  readonly oid: number;
  readonly column: number;
  readonly bits: string;
};

const relationPrivileges = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"];
const columnPrivileges = ["SELECT", "INSERT", "UPDATE", "REFERENCES"];
const userSchemas = "n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'";

/** What is asked about each kind; `privileges` in the order of the bits. */
export const questions = {
  table: { ask: "has_table_privilege(r.oid, o.oid, $)", privileges: relationPrivileges },
  anyColumn: { ask: "has_any_column_privilege(r.oid, o.oid, $)", privileges: columnPrivileges },
  column: { ask: "has_column_privilege(r.oid, o.oid, o.num, $)", privileges: columnPrivileges },
  sequence: { ask: "has_sequence_privilege(r.oid, o.oid, $)", privileges: ["SELECT", "UPDATE", "USAGE"] },
  schema: { ask: "has_schema_privilege(r.oid, o.oid, $)", privileges: ["USAGE", "CREATE"] },
  function: { ask: "has_function_privilege(r.oid, o.oid, $)", privileges: ["EXECUTE"] },
  type: { ask: "has_type_privilege(r.oid, o.oid, $)", privileges: ["USAGE"] },
  database: {
    ask: "has_database_privilege(r.oid, o.oid, $)",
    privileges: ["CREATE", "TEMPORARY", "CONNECT"],
  },
} as const;
export type QuestionKind = keyof typeof questions;

const objects: Record<QuestionKind, string> = {
  table: `select c.oid, 0 as num from pg_class c join pg_namespace n on n.oid = relnamespace where relkind in ('r','p','v','m','f') and ${userSchemas}`,
  anyColumn: `select c.oid, 0 as num from pg_class c join pg_namespace n on n.oid = relnamespace where relkind in ('r','p','v','m','f') and ${userSchemas}`,
  column: `select c.oid, attnum as num from pg_class c join pg_namespace n on n.oid = relnamespace join pg_attribute on attrelid = c.oid
    where relkind in ('r','p','v','m','f') and not attisdropped and attnum <> 0 and ${userSchemas}`,
  sequence: `select c.oid, 0 as num from pg_class c join pg_namespace n on n.oid = relnamespace where relkind = 'S' and ${userSchemas}`,
  schema: `select n.oid, 0 as num from pg_namespace n where ${userSchemas}`,
  function: `select p.oid, 0 as num from pg_proc p join pg_namespace n on n.oid = pronamespace where ${userSchemas}`,
  type: `select t.oid, 0 as num from pg_type t join pg_namespace n on n.oid = typnamespace left join pg_class c on c.oid = typrelid
    where ${userSchemas} and typcategory <> 'A' and (c.oid is null or c.relkind = 'c')`,
  database: "select oid, 0 as num from pg_database where datname = current_database()",
};
const askedRoles =
  "(rolname not like 'pg\\_%' or rolname in ('pg_read_all_data','pg_write_all_data','pg_database_owner','pg_monitor'))";

/** All answers of one kind. */
export const serverAnswers = async (client: ClientBase, kind: QuestionKind): Promise<Answers[]> => {
  const { ask, privileges } = questions[kind];
  const calls = ["", " WITH GRANT OPTION"].flatMap((option) =>
    privileges.map((privilege) => `${ask.replace("$", `'${privilege}${option}'`)}::int`),
  );
  const { rows } = await client.query<[number, number, number, string]>({
    text: `select r.oid, o.oid, o.num, concat(${calls.join(", ")}) from pg_roles r, (${objects[kind]}) o where ${askedRoles}`,
    rowMode: "array",
  });
  return rows.map(([role, oid, column, bits]) => ({ role, oid, column, bits }));
};

const waysToAsk = {
  MEMBER: "MEMBER",
  USAGE: "USAGE",
  SET: "SET",
  ADMIN: "MEMBER WITH ADMIN OPTION",
} as const;
export type Membership = keyof typeof waysToAsk;

/** pg_has_role for every pair, a digit for each of `asked`; before 16 the server knows no SET. */
export const serverMemberships = async (
  client: ClientBase,
  serverVersion: number,
): Promise<{
  readonly asked: readonly Membership[];
  readonly rows: { member: number; role: number; bits: string }[];
}> => {
  const asked = (Object.keys(waysToAsk) as Membership[]).filter(
    (how) => how !== "SET" || serverVersion >= 160_000,
  );
  const calls = asked.map((how) => `pg_has_role(m.oid, r.oid, '${waysToAsk[how]}')::int`);
  const { rows } = await client.query<[number, number, string]>({
    text: `select m.oid, r.oid, concat(${calls.join(", ")}) from pg_roles m, pg_roles r where ${askedRoles.replaceAll("rolname", "m.rolname")}`,
    rowMode: "array",
  });
  return { asked, rows: rows.map(([member, role, bits]) => ({ member, role, bits })) };
};
