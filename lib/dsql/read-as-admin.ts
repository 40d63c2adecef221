// Reads the mappings a second time, as admin: where the auditor's own role was refused, and auditAsAdmin lets it. Nothing else is
// ever asked this way.

import type { Sections } from "../core/catalog/catalog.ts";
import { AuditError } from "../errors.ts";
import { connect, type DsqlTarget } from "./connect.ts";
import { networkCode, queryError, serverError } from "./database-error.ts";
import type { ReadLimits } from "./read-catalog.ts";
import { readOnly } from "./read-only.ts";
import { sectionOf } from "./read-section.ts";
import { isTransient, type RetryPorts, withRetry } from "./retry.ts";
import { mappingsSql } from "./sql/mappings.sql.ts";

type Mappings = Sections["mappings"];

/** The cluster has just answered, so that it is awake; and the time is taken from what else the snapshot has to ask. */
const LIMITS = { attempts: 3, firstWaitMs: 100, longestWaitMs: 2_000 };

/** Whether the server kept it out for good; what else it answers may come after somebody was let in. */
const isKeptOut = (error: unknown): boolean =>
  !isTransient(error) && /^(?:08006|28...)$/.test(serverError(error)?.code ?? "");

/**
 * Whether a login got in: true, false where the server refused it, undefined where that cannot be told. `onAttempt` is awaited
 * before each login; what it resolves to hears how it ended.
 */
type OnAttempt = () => Promise<(connected: boolean | undefined) => Promise<void>>;

/** Told in words that stay the same from hour to hour: a session's id or an address would make every snapshot another one. */
const steadyReason = (error: unknown): string => {
  const server = serverError(error);
  if (server) return `${server.message} (${server.code})${server.hint ? `. Hint: ${server.hint}` : ""}`;
  const code = networkCode(error);
  return code ? `no connection (${code})` : error instanceof Error ? error.message : String(error);
};

const loginOnce = async (target: DsqlTarget, limits: ReadLimits, onAttempt: OnAttempt): Promise<Mappings> => {
  const ended = await onAttempt();
  const connection = await connect({ ...target, user: "admin" }, limits.timeouts).catch(
    async (error: unknown) => {
      await ended(isKeptOut(error) ? false : undefined);
      throw error;
    },
  );
  try {
    await ended(true);
    let found: Mappings | undefined;
    const refusal = await readOnly(connection.client, "dsql", [{ text: mappingsSql }], (_, rows) => {
      found = sectionOf("mappings", rows, new Map()) as Mappings;
    });
    if (refusal) throw refusal.error;
    return found ?? { status: "unreadable", reason: "the server did not answer", code: null };
  } catch (error) {
    throw queryError("the mappings as admin", error);
  } finally {
    await connection.close();
  }
};

/** The mappings as admin sees them, or with both reasons unreadable. Throws what `onAttempt` throws. */
export const readMappingsAsAdmin = async (
  target: DsqlTarget,
  refused: Extract<Mappings, { status: "unreadable" }>,
  ports: RetryPorts,
  { onAttempt, ...limits }: ReadLimits & { readonly onAttempt: OnAttempt },
): Promise<Mappings> => {
  const both = (reason: string): Mappings => ({
    ...refused,
    reason: `${refused.reason}. As admin: ${reason}`,
  });
  try {
    const retry = { ...LIMITS, ...limits.retry };
    const found = await withRetry(() => loginOnce(target, limits, onAttempt), ports, retry);
    return found.status === "read" ? found : both(found.reason);
  } catch (error) {
    if (error instanceof AuditError && (error.code === "connect" || error.code === "query"))
      return both(steadyReason(error));
    throw error;
  }
};
