// What detectors look at: the facts of one moment, cut by subject; each subject is made in its own file.
import type { Cluster } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { SectionName } from "../catalog/catalog.ts";
import { auditorRoleMissing } from "./auditor-mappings.ts";
import type { ExemptionUse, Facts } from "./facts.ts";
import { type ActivityView, activityViews } from "./view-activity.ts";
import { type BaselineView, baselineView } from "./view-baseline.ts";
import { type CoverageView, coverageViews } from "./view-coverage.ts";
import { type IamNeed, type IamView, iamView, isIamNeed, partOf } from "./view-iam.ts";
import { type MappingsView, mappingsViews } from "./view-mappings.ts";
import { type PrivilegesView, privilegesView } from "./view-privileges.ts";

/** What a detector cannot do without; where it is missing, its look is not complete. */
export type Need =
  | "mappings"
  | "snapshots"
  | "recentChanges"
  | "exemptions"
  | "ownLogins"
  | "captureCheck"
  | "auditorRole"
  | IamNeed
  | SectionName;

export type AuditView = {
  readonly cluster: Cluster;
  readonly now: Instant;
  /** Only what is found counts, not how it reads: titles and evidence may be left empty where they cost time. */
  readonly brief: boolean;
  /** Why something needed cannot be looked at; undefined: it can. */
  readonly missing: (need: Need) => string | undefined;
  readonly privileges: PrivilegesView;
  readonly mappings: MappingsView;
  readonly activity: ActivityView;
  readonly coverage: CoverageView;
  readonly baseline: BaselineView;
  readonly iam: IamView;
  /** What people accepted, as of the facts' own moment; undefined: nobody looked. */
  readonly exemptions: readonly ExemptionUse[] | undefined;
  /** From a store that is kept up to date: what it holds is all that there is so far. */
  readonly live: boolean;
  /** The same object at all moments of the same facts: what caches that outlive a moment are kept by. */
  readonly facts: object;
};

const snapshotsMissing = ({ live, snapshot }: Facts): string | undefined => {
  if (!live) return "these are recorded files, which nobody scans";
  return snapshot ? undefined : "there is no snapshot";
};

export type AuditViews = (now: Instant, options?: { readonly brief?: boolean }) => AuditView;

/**
 * Indexes the facts once and gives a view of any moment: nothing later than `now` shows in what it answers. For a replay,
 * which asks for thousands of moments; `facts.now` is not looked at. The snapshot is the same at all moments.
 */
export const auditViews = (facts: Facts): AuditViews => {
  const privileges = privilegesView(facts);
  const iam = iamView(facts);
  const activityAt = activityViews(facts);
  const coverageAt = coverageViews(facts);
  const mappingsAt = mappingsViews(facts);
  return (now, { brief = false } = {}) => {
    const coverage = coverageAt(now);
    const mappings = mappingsAt(now, coverage);
    return {
      cluster: facts.cluster,
      now,
      brief,
      missing: (need) => {
        if (need === "mappings") return mappings.unreadable;
        if (need === "snapshots") return snapshotsMissing(facts);
        if (need === "auditorRole") return auditorRoleMissing(facts, mappings);
        if (need === "exemptions") return facts.exemptions ? undefined : "exemptions were not read";
        // Since the snapshot that was judged before nothing changed: there is nothing to judge, and nothing unknown.
        if (need === "recentChanges") return privileges.recentChanges ? undefined : snapshotsMissing(facts);
        if (need === "ownLogins" || need === "captureCheck") return coverage.missing(need);
        if (isIamNeed(need)) return iam.missing(partOf(need));
        return privileges.unreadable(need);
      },
      privileges,
      mappings,
      activity: activityAt(now),
      coverage,
      baseline: baselineView(facts, now, mappings),
      iam,
      exemptions: facts.exemptions,
      live: facts.live ?? false,
      facts,
    };
  };
};

/** The view of the facts' own moment. */
export const auditView = (facts: Facts): AuditView => auditViews(facts)(facts.now);
