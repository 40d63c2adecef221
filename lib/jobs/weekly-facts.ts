// What the weekly summary tells of one cluster beside its findings: coverage, the least used access, exemptions that end.
import type { Cluster } from "../core/base/ids.ts";
import { DAY, floorTo, HOUR, type Instant } from "../core/base/time.ts";
import type { Finding } from "../core/findings/finding.ts";
import { resolveSettings } from "../core/findings/settings.ts";
import { auditView } from "../core/findings/view.ts";
import { AuditError } from "../errors.ts";
import type { LeastUsed, Week } from "../notices/weekly-text.ts";
import { type CoverageAnswer, coverageOf } from "../queries/coverage.ts";
import { peerLines } from "../queries/database.ts";
import type { ReadStore } from "../store/open-store.ts";
import { loadFacts } from "./load-facts.ts";

/** From this part of the window on an unused mapping is worth a line. */
const QUIET_PART = 2 / 3;
const WEEK_DAYS = 7;
const ENDS_WITHIN_DAYS = 14;

const leastUsedOf = async (
  store: ReadStore,
  cluster: Cluster,
  now: Instant,
): Promise<{ leastUsed: readonly LeastUsed[] | null; quietDays: number }> => {
  const { values } = resolveSettings(await store.settings.read());
  const windowDays = values.dormantDays;
  const quietDays = Math.round(QUIET_PART * windowDays);
  const { archetypes, auditor } = values;
  const facts = await loadFacts(store, cluster, now, { archetypes, ...(auditor && { auditor }) });
  const { mappings } = auditView(facts);
  if (mappings.unreadable !== undefined) return { leastUsed: null, quietDays };
  const quietSince = now - quietDays * DAY;
  const leastUsed = mappings.standing
    .flatMap((mapping): LeastUsed[] => {
      const { verdict, lastUse } = mappings.useOf(mapping, windowDays);
      const isQuiet = verdict === "active" && lastUse !== undefined && lastUse.at < quietSince;
      return isQuiet ? [{ principal: mapping.principal, role: mapping.role, lastUseAt: lastUse.at }] : [];
    })
    .sort((a, b) => a.lastUseAt - b.lastUseAt || (a.role < b.role ? -1 : 1));
  return { leastUsed, quietDays };
};

/** undefined where what it asks cannot be read: the summary says so, and is sent all the same. */
const orUnread = async <T>(asked: Promise<T>): Promise<T | undefined> => {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof AuditError) return undefined;
    throw error;
  }
};

/** Of the hours without proof those that may still be proven are told apart. */
const provenIn = ({ hours, unprovenHours, settledUntil, gaps }: CoverageAnswer) => {
  const settled = Date.parse(settledUntil);
  const pending = gaps.reduce((sum, { from, to }) => {
    const left = Date.parse(to) - Math.max(settled, Date.parse(from));
    return sum + Math.max(0, Math.ceil(left / HOUR));
  }, 0);
  return { hours, unprovenHours, pendingHours: Math.min(pending, unprovenHours) };
};

export const loadWeek = async (
  store: ReadStore,
  cluster: Cluster,
  findings: readonly Finding[],
  now: Instant,
): Promise<Week> => {
  const from = now - WEEK_DAYS * DAY;
  const [coverage, least, exemptions] = await Promise.all([
    orUnread(coverageOf(store, cluster, { from, to: floorTo(HOUR, now) }, now)),
    orUnread(leastUsedOf(store, cluster, now)),
    store.findings.exemptions(cluster),
  ]);
  return {
    from,
    findings,
    coverage: coverage ? { ...provenIn(coverage), peers: peerLines(coverage) } : null,
    leastUsed: least?.leastUsed ?? null,
    quietDays: least?.quietDays ?? 0,
    exemptionsEnding: exemptions
      .filter(({ until }) => until > now && until <= now + ENDS_WITHIN_DAYS * DAY)
      .sort((a, b) => a.until - b.until),
  };
};
