// Runs the steps of a plan within one transaction that is never committed: each transaction of a step is a savepoint in it,
// and what Aurora DSQL refuses is refused here, by the same rules as at its stand-in's front door.
import type { ClientBase } from "pg";
import pg from "pg";
import { openRewriter } from "../dsql/rewrite.ts";

/** Where the script stopped, and in whose words. */
export type ScriptRefusal = {
  readonly statement: string;
  readonly message: string;
  readonly code: string | null;
};

const refusalOf = (statement: string, error: unknown): ScriptRefusal => ({
  statement,
  message: error instanceof Error ? error.message : String(error),
  code: error instanceof pg.DatabaseError ? (error.code ?? null) : null,
});

const isRemark = (line: string): boolean => line.startsWith("--") || line.trim() === "";

/**
 * Runs scripts line by line, each line one statement. `as`: on Aurora DSQL the role that logs in, by its name in SQL; else
 * the superuser who we are. undefined: all of it was taken.
 */
export const runScript = async (
  client: ClientBase,
  scripts: readonly string[],
  as: string | undefined,
): Promise<ScriptRefusal | undefined> => {
  const rewriter = openRewriter({ principalIdOf: () => undefined, faults: [], refusedCatalogs: new Map() });
  if (as !== undefined) await client.query(`set local session authorization ${as}`);
  for (const line of scripts.flatMap((script) => script.split("\n"))) {
    if (isRemark(line)) continue;
    const text = as === undefined ? line : rewriter.query(line);
    try {
      if (line === "BEGIN;") await client.query("savepoint script");
      else if (line === "COMMIT;") await client.query("reset role; release savepoint script");
      else await client.query(text);
    } catch (error) {
      return refusalOf(line, error);
    }
  }
  await client.query("reset session authorization");
  return undefined;
};
