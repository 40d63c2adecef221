// Runs a whole piece of work again where its failure was a matter of the moment: bounded, with jitter.
import { AuditError } from "../errors.ts";
import { networkCode, serverError } from "./database-error.ts";

export type RetryPorts = {
  /** 0 <= random() < 1 */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
};

export type RetryLimits = {
  /** How often the work is tried at most. */
  readonly attempts: number;
  /** The first wait is random below this; the ceiling doubles each time. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** Somebody waits for the answer: a host that was silent for the whole time allowed is not asked again. */
  readonly silenceIsFinal?: boolean;
};

/** Enough for a conflict (some ms) and for an idle cluster that is woken by the first attempt (seconds). */
export const defaultRetry: RetryLimits = { attempts: 6, firstWaitMs: 100, longestWaitMs: 8_000 };

const transientStates = new Set([
  "40001", // conflict with another transaction; GRANT by anybody suffices (OC001)
  "40P01", // deadlock
  "57P03", // not accepting connections yet
  "53400", // connection rate exceeded
  "53300", // too many connections
  "57P01", // the server is shutting this session down
  "XX000", // DSQL: server unavailable
]);
const transientNetwork = new Set(["ECONNRESET", "ETIMEDOUT", "EPIPE", "EAI_AGAIN", "ECONNABORTED"]);

/**
 * Whether the same work may well succeed in a moment. DSQL answers 08006 both while a cluster wakes and when it refuses
 * somebody; a refusal carries its reason in HINT and is final: trying it again would only add refused attempts to the
 * trail. https://docs.aws.amazon.com/aurora-dsql/latest/userguide/troubleshooting.html
 */
export const isTransient = (error: unknown): boolean => {
  const server = serverError(error);
  if (server) return server.code === "08006" ? server.hint === undefined : transientStates.has(server.code);
  const network = networkCode(error);
  return network !== undefined && transientNetwork.has(network);
};

/**
 * The result of `work`, tried again from its start on a transient failure; it must be safe to repeat. Throws what the
 * last attempt threw. Throws `usage` where `attempts` is no positive whole number.
 */
export const withRetry = async <T>(
  work: (attempt: number) => Promise<T>,
  { random, sleep }: RetryPorts,
  limits: RetryLimits = defaultRetry,
): Promise<T> => {
  if (!Number.isInteger(limits.attempts) || limits.attempts < 1) {
    throw new AuditError("usage", `attempts must be a positive whole number, not ${limits.attempts}`);
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      const silent = limits.silenceIsFinal === true && networkCode(error) === "ETIMEDOUT";
      if (attempt >= limits.attempts || silent || !isTransient(error)) throw error;
      const ceiling = Math.min(limits.longestWaitMs, limits.firstWaitMs * 2 ** (attempt - 1));
      await sleep(Math.ceil(random() * ceiling));
    }
  }
};
