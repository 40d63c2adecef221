// One read-only transaction whose meaning no setting of the session can change.
import type { ClientBase } from "pg";

/**
 * Runs `work` in a read-only transaction with one view of the data, names looked up in pg_catalog only. On DSQL
 * REPEATABLE READ is the only level and cannot be asked for, and quote_all_identifiers cannot be set, so nobody else can
 * have set it either. Whatever happens, the transaction is over afterwards.
 */
export const readOnly = async <T>(
  client: ClientBase,
  serverKind: "dsql" | "postgres",
  work: () => Promise<T>,
): Promise<T> => {
  await client.query(
    serverKind === "dsql" ? "begin read only" : "begin isolation level repeatable read read only",
  );
  try {
    await client.query("set local search_path = pg_catalog");
    if (serverKind === "postgres") await client.query("set local quote_all_identifiers = off");
    const result = await work();
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch(() => {}); // the connection may be gone: then so is the transaction
    throw error;
  }
};
