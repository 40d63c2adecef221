// One read-only transaction whose meaning no setting of the session can change.
import type { QueryResult } from "pg";

/** What reading needs of a driver's client; with `pipeline` statements may be sent before the last one is answered. */
export type Queryable = {
  readonly pipeline?: boolean;
  readonly query: (statement: { text: string; values: unknown[] }) => Promise<QueryResult>;
};

export type Statement = { readonly text: string; readonly values?: readonly unknown[] };

/** Which statement the server refused first; none of the rows of the others counts then. */
export type Refusal = { readonly at: number; readonly error: unknown };

/** Rows as they arrive, with the place of their statement: what is done here overlaps with the server's work. */
export type OnRows = (at: number, rows: readonly unknown[]) => void;

/** All answers in order up to the first refusal. On a pipelined connection that takes one round trip. */
const inOrder = async (
  client: Queryable,
  statements: readonly Statement[],
  onRows: OnRows,
): Promise<Refusal | undefined> => {
  const send = async ({ text, values = [] }: Statement, at: number): Promise<void> => {
    const { rows } = await client.query({ text, values: [...values] });
    onRows(at, rows);
  };
  if (client.pipeline) {
    const settled = await Promise.allSettled(statements.map(send));
    const at = settled.findIndex(({ status }) => status === "rejected");
    const first = settled[at];
    return first?.status === "rejected" ? { at, error: first.reason } : undefined;
  }
  for (const [at, statement] of statements.entries()) {
    try {
      await send(statement, at);
    } catch (error) {
      return { at, error };
    }
  }
  return undefined;
};

/**
 * Runs the statements in a read-only transaction with one view of the data, names looked up in pg_catalog only. On DSQL
 * REPEATABLE READ is the only level and cannot be asked for, and quote_all_identifiers cannot be set, so nobody else can
 * have set it either. A refusal of one statement is told by its place in `statements`; a refusal of what stands around
 * them is thrown. Whatever happens, the transaction is over afterwards.
 */
export const readOnly = async (
  client: Queryable,
  serverKind: "dsql" | "postgres",
  statements: readonly Statement[],
  onRows: OnRows,
): Promise<Refusal | undefined> => {
  const before =
    serverKind === "dsql"
      ? ["begin read only", "set local search_path = pg_catalog"]
      : [
          "begin isolation level repeatable read read only",
          "set local search_path = pg_catalog",
          "set local quote_all_identifiers = off",
        ];
  const all = [...before.map((text) => ({ text })), ...statements, { text: "commit" }];
  const isOurs = (at: number): boolean => at >= before.length && at < before.length + statements.length;
  const refusal = await inOrder(client, all, (at, rows) => {
    if (isOurs(at)) onRows(at - before.length, rows);
  });
  if (!refusal) return undefined;
  // A pipelined COMMIT has ended the transaction already; a second end is only a warning.
  await client.query({ text: "rollback", values: [] }).catch(() => {});
  if (!isOurs(refusal.at)) throw refusal.error;
  return { at: refusal.at - before.length, error: refusal.error };
};
