// Makes a world on the server, reads its catalog, and compares every cell of the engine with the server's own answer.
import type { ClientBase } from "pg";
import { Cluster } from "../../lib/core/base/ids.ts";
import { quoteIdentifier, quoteLiteral } from "../../lib/core/base/quote.ts";
import type { Privilege } from "../../lib/core/catalog/privileges.ts";
import type { AccessEngine } from "../../lib/core/privileges/effective.ts";
import { accessEngine } from "../../lib/core/privileges/effective.ts";
import type { AccessObject } from "../../lib/core/privileges/effective-objects.ts";
import { readCatalogFrom } from "../../lib/dsql/read-catalog.ts";
import type { Queryable } from "../../lib/dsql/read-only.ts";
import { type QuestionKind, questions, serverAnswers, serverMemberships } from "./server-answers.ts";
import type { World } from "./world.ts";

export const cluster = Cluster.parse("postgres://oracle");

/** Refuses nothing: what the server refuses is undone alone and the world goes on without it. */
const attemptSql = `
create or replace function pg_temp.attempt(who text, statement text) returns text language plpgsql as $$
begin
  if who is not null then execute format('set local role %I', who); end if;
  execute statement;
  reset role;
  return null;
exception when others then
  return sqlstate;
end $$`;

/** The reader opens transactions of its own; inside ours they are no-ops, so that a world is rolled back as a whole. */
export const withinTransaction = (client: ClientBase): Queryable => ({
  query: (statement) =>
    /^(begin|commit|rollback)/.test(statement.text)
      ? client.query("select where false")
      : client.query(statement),
});

/** Runs a world's statements; the SQLSTATE of each, null where the server took it. */
export const makeWorld = async (client: ClientBase, world: World): Promise<(string | null)[]> => {
  await client.query(attemptSql);
  const { rows } = await client.query<{ state: string | null }>(
    `select pg_temp.attempt(s.who, s.statement) as state
     from unnest($1::text[], $2::text[]) with ordinality as s (who, statement, at) order by s.at`,
    [world.statements.map(({ as }) => as ?? null), world.statements.map(({ sql }) => sql)],
  );
  return rows.map(({ state }) => state);
};

/** Runs `work` in a transaction in which the world exists, then undoes it. Gives back the statements' SQLSTATEs too. */
export const inWorld = async <T>(
  client: ClientBase,
  world: World,
  work: (engine: AccessEngine, states: readonly (string | null)[]) => Promise<T>,
): Promise<T> => {
  await client.query("begin isolation level read committed");
  try {
    const states = await makeWorld(client, world);
    const catalog = await readCatalogFrom(withinTransaction(client), { cluster });
    await client.query("set local search_path = public");
    return await work(accessEngine(catalog), states);
  } finally {
    await client.query("rollback");
  }
};

export type Mismatch = { readonly question: string; readonly server: boolean; readonly engine: string };

const objectIndex = (engine: AccessEngine): Map<string, AccessObject> =>
  new Map(
    engine.objects.map((o) => [
      `${o.kind === "schema" || o.kind === "database" || o.kind === "function" || o.kind === "type" ? o.kind : "rel"}/${o.oid}/${o.columnNumber}`,
      o,
    ]),
  );

const keyKind = (kind: QuestionKind): string =>
  kind === "schema" || kind === "database" || kind === "function" || kind === "type" ? kind : "rel";

/** The question as SQL that a person can paste. */
const asSql = (
  engine: AccessEngine,
  kind: QuestionKind,
  role: number,
  object: AccessObject | undefined,
  column: number,
  privilege: string,
): string => {
  const name = quoteLiteral(engine.graph.roles[role]?.name ?? "?");
  const where = object
    ? [object.schema, object.name]
        .filter((part) => part !== null)
        .map(quoteIdentifier)
        .join(".")
    : "?";
  return `select ${questions[kind].ask.replace("r.oid", name).replace("o.oid", quoteLiteral(where)).replace("o.num", `${column}::int2`).replace("$", `'${privilege}'`)};`;
};

/** Compares everything; the number of cells compared and those that differ (the first few). */
export const compareAll = async (
  client: ClientBase,
  engine: AccessEngine,
): Promise<{ compared: number; mismatches: Mismatch[] }> => {
  const index = objectIndex(engine);
  const mismatches: Mismatch[] = [];
  let compared = 0;
  for (const kind of Object.keys(questions) as QuestionKind[]) {
    const { privileges } = questions[kind];
    for (const { role: roleOid, oid, column, bits } of await serverAnswers(client, kind)) {
      const role = engine.graph.idOf.get(roleOid) ?? -1;
      // A column without an ACL of its own is not in the catalog: its table answers for it.
      const object = index.get(`${keyKind(kind)}/${oid}/${column}`) ?? index.get(`${keyKind(kind)}/${oid}/0`);
      for (let i = 0; i < bits.length; i += 1) {
        const privilege = privileges[i % privileges.length] as Privilege;
        const grantOption = i >= privileges.length;
        const ours = object
          ? engine.holds(role, privilege, object, { grantOption, anyColumn: kind === "anyColumn" })
          : "object missing";
        compared += 1;
        if (ours === (bits[i] === "1" ? "yes" : "no") || mismatches.length > 5) continue;
        const asked = `${privilege}${grantOption ? " WITH GRANT OPTION" : ""}`;
        mismatches.push({
          question: asSql(engine, kind, role, object, column, asked),
          server: bits[i] === "1",
          engine: ours,
        });
      }
    }
  }
  const { asked: ways, rows } = await serverMemberships(client, engine.catalog.serverVersion);
  for (const { member, role, bits } of rows) {
    ways.forEach((how, i) => {
      const ours = engine.isMember(
        engine.graph.idOf.get(member) ?? -1,
        engine.graph.idOf.get(role) ?? -1,
        how,
      );
      compared += 1;
      if (ours === (bits[i] === "1") || mismatches.length > 5) return;
      const names = [member, role].map((oid) =>
        quoteLiteral(engine.graph.roles[engine.graph.idOf.get(oid) ?? -1]?.name ?? "?"),
      );
      mismatches.push({
        question: `select pg_has_role(${names.join(", ")}, '${how}');`,
        server: bits[i] === "1",
        engine: String(ours),
      });
    });
  }
  return { compared, mismatches };
};
