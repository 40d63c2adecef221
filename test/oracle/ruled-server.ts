// A PostgreSQL server that the engine is held against, for tests of single rules.
import { expect } from "vitest";
import type { Privilege } from "../../lib/core/catalog/privileges.ts";
import type { AccessEngine } from "../../lib/core/privileges/effective.ts";
import { findObject, findRole } from "../../lib/core/privileges/find-object.ts";
import { compareAll, inWorld } from "./compare.ts";
import { type OwnServer, ownServer } from "./own-server.ts";
import type { World } from "./world.ts";

export const world = (...statements: string[]): World => ({
  roles: [],
  statements: statements.map((sql) => ({ sql })),
});

export type Ask = {
  readonly engine: AccessEngine;
  readonly holds: (role: string, privilege: Privilege, object: string, grantOption?: boolean) => string;
  readonly later: (role: string, privilege: Privilege, object: string) => string;
  readonly member: (member: string, role: string, how: "MEMBER" | "USAGE" | "SET") => boolean;
  readonly row: (
    role: string,
    privilege: Privilege,
    object: string,
  ) => ReturnType<AccessEngine["rows"]> extends Generator<infer R> ? R | undefined : never;
};

export type RuledServer = OwnServer & {
  /** Makes the world, holds every cell against the server, then asks what the test is about. */
  readonly inFixed: (statements: readonly string[], ask: (it: Ask) => void) => Promise<void>;
};

/** A server of its own for the tests of one file. */
export const ruledServer = (): RuledServer => {
  const { client, url } = ownServer();
  const inFixed: RuledServer["inFixed"] = (statements, ask) =>
    inWorld(client(), world(...statements), async (engine, states) => {
      expect(states.filter(Boolean)).toEqual([]);
      const { mismatches } = await compareAll(client(), engine);
      expect(mismatches).toEqual([]);
      const object = (text: string, privilege: Privilege) => findObject(engine, text, privilege);
      ask({
        engine,
        holds: (role, privilege, text, grantOption = false) =>
          engine.holds(findRole(engine, role), privilege, object(text, privilege), { grantOption }),
        later: (role, privilege, text) =>
          engine.holdsAfterSetRole(findRole(engine, role), privilege, object(text, privilege)),
        member: (member, role, how) => engine.isMember(findRole(engine, member), findRole(engine, role), how),
        row: (role, privilege, text) =>
          [...engine.rows({ role: findRole(engine, role), objects: [object(text, privilege)] })].find(
            (row) => row.privilege === privilege,
          ),
      });
    });
  return { client, url, inFixed };
};
