// The rows of `privileges` against what follows from the server's own answers: holds, grantable, usable, path.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AccessEngine } from "../../lib/core/privileges/effective.ts";
import { targetsOf } from "../../lib/core/privileges/effective-graph.ts";
import type { AccessObject } from "../../lib/core/privileges/effective-objects.ts";
import { inWorld } from "./compare.ts";
import { ownServer } from "./own-server.ts";
import { type QuestionKind, questions, serverAnswers, serverMemberships } from "./server-answers.ts";
import { script, worlds } from "./world.ts";

const { client } = ownServer();

const kindOf = (object: AccessObject): QuestionKind => (object.kind === "view" ? "table" : object.kind);

/** The server's answers by (question, role, object, column), and who may become whom. */
const readTruth = async (engine: AccessEngine) => {
  const bits = new Map<string, string>();
  for (const kind of Object.keys(questions) as QuestionKind[]) {
    for (const a of await serverAnswers(client(), kind))
      bits.set(`${kind}/${a.role}/${a.oid}/${a.column}`, a.bits);
  }
  const settable = new Map<number, number[]>();
  const { asked, rows } = await serverMemberships(client(), engine.catalog.serverVersion);
  for (const { member, role, bits: how } of rows) {
    if (how[asked.indexOf("SET")] === "1" && member !== role)
      settable.set(member, [...(settable.get(member) ?? []), role]);
  }
  const has = (
    role: number,
    object: AccessObject,
    privilege: string,
    grantOption = false,
    kind = kindOf(object),
  ) => {
    const { privileges } = questions[kind] as { privileges: readonly string[] };
    const at = privileges.indexOf(privilege) + (grantOption ? privileges.length : 0);
    const column = kind === "column" ? object.columnNumber : 0;
    return bits.get(`${kind}/${role}/${object.oid}/${column}`)?.[at] === "1";
  };
  const usage = (role: number, object: AccessObject) =>
    object.schemaOid === null || bits.get(`schema/${role}/${object.schemaOid}/0`)?.[0] === "1";
  return { has, usage, settable };
};

type Expected = { holds: string; grantable: boolean; usable: boolean | null };
type Truth = Awaited<ReturnType<typeof readTruth>>;

const expectedRow = (
  truth: Truth,
  role: number,
  object: AccessObject,
  privilege: string,
  kind = kindOf(object),
): Expected | undefined => {
  const { has, usage } = truth;
  const usable = (it: boolean) => (object.schemaOid === null ? null : it);
  if (has(role, object, privilege, false, kind)) {
    return {
      holds: "inherited",
      grantable: has(role, object, privilege, true, kind),
      usable: usable(usage(role, object)),
    };
  }
  const others = truth.settable.get(role) ?? [];
  const acting = others.filter((other) => has(other, object, privilege, false, kind));
  if (!acting.length) return undefined;
  return {
    holds: "set-role",
    grantable: others.some((other) => has(other, object, privilege, true, kind)),
    usable: usable(acting.some((other) => usage(other, object))),
  };
};

const saysMore = (column: Expected, table: Expected | undefined): boolean =>
  !table ||
  column.holds !== table.holds ||
  (column.grantable && !table.grantable) ||
  (column.usable === true && !table.usable);

/** Follows a path over the memberships: SET edges first, then inherit edges. */
const isPath = (engine: AccessEngine, names: readonly string[], holds: string): boolean => {
  const { graph } = engine;
  const ids = names.map((name) => graph.idOfName.get(name) ?? -1);
  let setting = holds === "set-role";
  return ids.every((id, i) => {
    if (i === 0) return true;
    const from = ids[i - 1] as number;
    if (setting && targetsOf(graph.set, from).includes(id)) return true;
    if (setting && i === 1) return false;
    setting = false;
    return targetsOf(graph.inherit, from).includes(id);
  });
};

describe("the rows of privileges", () => {
  it("follow from the server's answers", { timeout: 300_000 }, async () => {
    let rows = 0;
    await fc.assert(
      fc.asyncProperty(worlds({ roles: 10, relations: 6, actions: 90 }), async (world) => {
        await inWorld(client(), world, async (engine) => {
          const truth = await readTruth(engine);
          const relations = new Map(
            engine.objects.flatMap((o) => (["table", "view"].includes(o.kind) ? [[o.oid, o]] : [])),
          );
          const expected = new Map<string, Expected>();
          const actual = new Map<string, Expected>();
          const roles = engine.graph.roles.filter(({ name }) => !name.startsWith("pg_"));
          for (const object of engine.objects) {
            const table = object.kind === "column" ? relations.get(object.oid) : undefined;
            for (const role of roles) {
              for (const privilege of questions[kindOf(object)].privileges) {
                const row = expectedRow(truth, role.oid, object, privilege);
                if (!row) continue;
                if (table && !saysMore(row, expectedRow(truth, role.oid, table, privilege))) continue;
                expected.set(
                  JSON.stringify([
                    role.name,
                    object.kind,
                    object.schema,
                    object.name,
                    object.column,
                    privilege,
                  ]),
                  row,
                );
              }
            }
          }
          for (const row of engine.rows()) {
            rows += 1;
            const { holds, grantable, usable } = row;
            actual.set(
              JSON.stringify([row.role, row.kind, row.schema, row.object, row.column, row.privilege]),
              { holds, grantable, usable },
            );
            const names =
              row.path.at(-1) === "PUBLIC" && !isPath(engine, row.path, holds)
                ? row.path.slice(0, -1)
                : row.path;
            if (row.path[0] !== row.role || !isPath(engine, names, holds))
              throw new Error(`no path: ${JSON.stringify(row)}\n${script(world)}`);
          }
          const wrong = [...new Set([...expected.keys(), ...actual.keys()])].filter(
            (key) => JSON.stringify(expected.get(key)) !== JSON.stringify(actual.get(key)),
          );
          if (wrong.length) {
            const [key = ""] = wrong;
            throw new Error(
              `${script(world)}\n${key}: server ${JSON.stringify(expected.get(key))}, engine ${JSON.stringify(actual.get(key))}`,
            );
          }
        });
      }),
      { numRuns: 35 },
    );
    expect(rows).toBeGreaterThan(5_000);
  });

  it("count as many paths as there are, shortest first", { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(worlds({ roles: 10, relations: 2, actions: 90 }), async (world) => {
        await inWorld(client(), world, async (engine) => {
          for (const object of engine.objects.filter(({ kind }) => kind === "table" || kind === "schema")) {
            const paths = engine.paths(object.kind === "table" ? "SELECT" : "USAGE", object);
            for (const [role] of engine.graph.roles.entries()) {
              const shortest = paths.shortest(role);
              const all = [...paths.all(role)];
              const alike = all.filter(({ holds }) => holds === shortest?.holds);
              expect(all[0]?.holds).toBe(shortest?.holds);
              expect(alike[0]?.roles.length).toBe(shortest?.roles.length);
              expect(
                new Set(all.map(({ roles, everybody }) => JSON.stringify([roles, everybody]))).size,
              ).toBe(all.length);
              if (shortest) expect(alike.length).toBe(paths.count(role, shortest.holds));
              const lengths = alike.map((path) => engine.pathNames(path).length);
              expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
            }
          }
        });
      }),
      { numRuns: 20 },
    );
  });
});
