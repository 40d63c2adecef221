// One incident: the findings that belong together, what it is now, and what people were told of it.
import type { Cluster } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import { type Finding, type Severity, worstFirst } from "../findings/finding.ts";
import { isClosed } from "../findings/join-families.ts";
import { isHeldBack } from "../findings/observe.ts";
import { incidentOf, isOver, overSince } from "./threads.ts";

/** Worked out from its findings, never stored: what was told stands in each of them. */
export type Incident = {
  readonly id: string;
  readonly cluster: Cluster;
  /** The one that it began with first, then by the time that each was found, and began. */
  readonly findings: readonly [Finding, ...Finding[]];
  /** What people may be told of: neither closed, nor exempt, nor held back. What ended before anybody heard counts. */
  readonly tellable: readonly Finding[];
  /** What of it goes on: what people may still have to do something about. */
  readonly standing: readonly Finding[];
  /** The worst of what stands; where nothing stands, the worst of all. */
  readonly severity: Severity;
  readonly openedAt: Instant;
  /** When the last of it ended, and no sooner than it was found; undefined while any goes on, or where all was accepted. */
  readonly overAt: Instant | undefined;
  /** Whether a notice of its own went out, and not only a line in a summary. */
  readonly announced: boolean;
  /** When people were last told of it, and how bad they were told it is; undefined: never. */
  readonly toldAt: Instant | undefined;
  readonly toldSeverity: Severity | undefined;
};

const isTellable = (finding: Finding): boolean =>
  !isClosed(finding) && finding.status !== "exempt" && !isHeldBack(finding);

/** The worst of them; low where there are none. */
export const worstOf = (severities: readonly Severity[]): Severity =>
  severities.toSorted(worstFirst)[0] ?? "low";

const lastTold = ({ toldAt, noticedAt, closeNoticedAt }: Finding): Instant[] =>
  [toldAt, noticedAt, closeNoticedAt].filter((at) => at !== undefined);

const incidentFrom = (id: string, [first, ...others]: readonly [Finding, ...Finding[]]): Incident => {
  const findings = [first, ...others] as const;
  const tellable = findings.filter(isTellable);
  const standing = tellable.filter(({ status }) => status !== "ended");
  const ends = findings.flatMap((finding) => overSince(finding) ?? []);
  const told = findings.flatMap(lastTold);
  const toldAs = findings.flatMap(({ noticedSeverity }) => noticedSeverity ?? []);
  return {
    id,
    cluster: first.cluster,
    findings,
    tellable,
    standing,
    severity: worstOf((standing.length ? standing : findings).map(({ severity }) => severity)),
    openedAt: first.detectedAt,
    overAt:
      ends.length && findings.every((finding) => isOver(finding) || finding.status === "exempt")
        ? Math.max(first.detectedAt, ...ends)
        : undefined,
    announced: findings.some(({ noticedAt, toldIn }) => noticedAt !== undefined && toldIn !== "summary"),
    toldAt: told.length ? Math.max(...told) : undefined,
    toldSeverity: toldAs.length ? worstOf(toldAs) : undefined,
  };
};

/** Every incident of these findings, the newest last. */
export const incidentsOf = (findings: readonly Finding[]): readonly Incident[] =>
  [...Map.groupBy(findings, incidentOf)]
    .flatMap(([id, members]) => {
      const [first, ...others] = members.toSorted(
        (a, b) => a.detectedAt - b.detectedAt || a.firstSeenAt - b.firstSeenAt || (a.id < b.id ? -1 : 1),
      );
      return first ? [incidentFrom(id, [first, ...others])] : [];
    })
    .sort((a, b) => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1));
