// Statements that complete a way to access, as `admin` can run them on Aurora DSQL: there is no superuser to grant for others.
import type { AccessEngine } from "../privileges/effective.ts";
import type { Intent } from "./intent.ts";
import { scriptReader } from "./read-script.ts";
import { onDsql } from "./script.ts";
import { linesFor } from "./script-lines.ts";

/**
 * The lines to run, in order: on PostgreSQL those that are given, for a superuser. On Aurora DSQL what is granted on an
 * object is granted as its owner, who `admin` becomes for it. What is no GRANT on an object stays as it is.
 */
export const asAdmin = (engine: AccessEngine, statements: readonly string[]): readonly string[] => {
  if (!onDsql(engine)) return statements;
  const read = scriptReader(engine.catalog);
  const intents: Intent[] = [];
  const others: string[] = [];
  for (const statement of statements) {
    const [line, more] = read(statement);
    const operation = more === undefined ? line?.operation : undefined;
    if (operation?.does === "grant") intents.push({ operation, as: operation.object.owner });
    else others.push(statement);
  }
  const lines = linesFor(engine, intents);
  const written = lines.filter((line) => line !== undefined);
  return written.length === lines.length ? [...others, ...written] : statements;
};
