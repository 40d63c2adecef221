// What a report is made of: one cluster at one instant, as plain data. Whoever fills it decides nothing about looks.
import type { Profile } from "../core/activity/activity.ts";
import type { ActivityRow } from "../core/activity/activity-row.ts";
import type { AdminLogin } from "../core/activity/admin-logins.ts";
import type { EvidenceWords } from "../core/base/evidence.ts";
import type { Cluster, Oid, Principal } from "../core/base/ids.ts";
import type { Instant, Interval } from "../core/base/time.ts";
import type { SectionName } from "../core/catalog/catalog.ts";
import type { Coverage, Doubt } from "../core/coverage/coverage.ts";
import type { Exemption } from "../core/findings/exemption.ts";
import type { Finding, Look, Verdict } from "../core/findings/finding.ts";

import type { Gone } from "../core/history/cluster-life.ts";
import type { MayConnect } from "../core/iam/may-connect.ts";
import type { PathsIn } from "../core/iam/paths-in.ts";
import type { Archetype } from "../core/privileges/archetype.ts";
import type { Basis } from "../queries/basis.ts";

/** The snapshot that the report rests on: the last one taken at or before the instant asked for. */
type ReportSnapshot = { readonly seq: number; readonly takenAt: Instant; readonly hash?: string };

/** What the docs of a detector say, so that a finding explains itself. */
export type ReportRule = {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly falsePositives: string;
  readonly blindSpots: string;
  /** What its evidence is called. */
  readonly evidence: EvidenceWords;
};

/** One principal mapped to one database role, and what is known of its use. */
export type ReportMapping = {
  readonly principal: Principal;
  readonly roleOid: Oid;
  readonly role: string;
  readonly verdict: Verdict;
  /** The last successful connection that is certainly or (`certain` false) possibly of it; null: none in `knownFor`. */
  readonly lastUsedAt: Instant | null;
  readonly certain: boolean;
  /** The stretch of which connections are on record for this cluster. */
  readonly knownFor: Interval;
  /** Hours of that stretch for which capture is not proven. */
  readonly unprovenHours: number;
};

export type Access = "read" | "write" | "own" | "create";

/** What one role can do to one table or view, to one column of it alone, or (`object` "") to the schema itself. */
export type Reach = {
  readonly roleOid: Oid;
  readonly schema: string;
  readonly object: string;
  readonly column: string | null;
  readonly access: readonly Access[];
  /** From the role to the one that holds it directly; a last "PUBLIC" where it comes from there. */
  readonly path: readonly string[];
  /** Only after SET ROLE. */
  readonly setRole: boolean;
  /** Whether the schema's USAGE lets it be used; null: not known, or not asked for schemas. */
  readonly usable: boolean | null;
};

export type ReportRole = {
  readonly oid: Oid;
  readonly name: string;
  readonly canLogin: boolean;
  readonly superuser: boolean;
};

/** What a role is for, `declared` by somebody, or as its name and grants point to; null: nothing tells. */
export type ReportArchetype = {
  readonly archetype: Archetype | null;
  readonly because: string;
  readonly declared: boolean;
};

/** One schema and how many tables and views it holds. */
export type ReportSchema = { readonly name: string; readonly objects: number };

/** One change, known to lie between two snapshots. */
export type ReportChange = { readonly after: Instant; readonly by: Instant; readonly text: string };

/** One difference from the baseline, in words. */
export type ReportDrift = {
  readonly kind: "undeclared" | "widened" | "missing" | "unknown";
  readonly component: string | null;
  readonly role: string | null;
  readonly says: string;
  /** The planned change that covers it: a note, no drift. */
  readonly planned: string | null;
};

export type ReportDeclared = {
  readonly version: number;
  readonly publishedAt: Instant;
  readonly by: string;
  readonly components: number;
  /** null: there was no snapshot to compare with. */
  readonly drift: readonly ReportDrift[] | null;
  readonly breakGlass: readonly {
    readonly component: string;
    readonly role: string;
    readonly windows: readonly {
      readonly from: string;
      readonly to: string;
      readonly reason: string;
      readonly state: "open" | "over" | "to come";
    }[];
  }[];
  /** Access whose end is past; `live`: how much of it is still there, null: not known. */
  readonly ended: readonly {
    readonly component: string;
    readonly until: string;
    readonly declared: number;
    readonly live: number | null;
    /** Some of it could not be looked for: `live` is the least that is still there. */
    readonly atLeast: boolean;
    /** How much of what is there something else declares that has not ended. */
    readonly stillDeclared: number;
  }[];
};

/** A mapping that was taken away lately, and what may have gone on after it. */
export type ReportRevoked = {
  readonly principal: string;
  readonly role: string;
  /** The last snapshot that had it, and the first that had not. */
  readonly after: Instant;
  readonly by: Instant;
  readonly sessionEnd: Instant;
  readonly tokenEnd: Instant;
  /** Connections of the principal that began after `sessionEnd`. */
  readonly allowed: number;
  readonly refused: number;
  /** Another mapping of the principal stands or stood since: what was allowed may be of that one. */
  readonly hasOther: boolean;
  /** Hours since `sessionEnd` for which capture is not proven. */
  readonly unprovenHours: number;
};

export type ReportAdmins = {
  /** null: not known. */
  readonly principals:
    | readonly {
        readonly arn: string;
        readonly wall: MayConnect;
        /** ISO 8601. */
        readonly lastUseAt?: string;
      }[]
    | null;
  /** There may be more of them: IAM was not read, or not all of it. */
  readonly morePrincipals: string | null;
};

export type ReportData = {
  readonly cluster: Cluster;
  /** The instant asked for. */
  readonly at: Instant;
  /** Since when the cluster is gone; missing: it was watched at `at`, as far as is known. */
  readonly gone?: Gone;
  /** null: no snapshot at or before `at`; then roles, schemas, mappings and reach are null too. */
  readonly snapshot: ReportSnapshot | null;
  /** What the snapshot cannot say of that instant; null as `snapshot`. */
  readonly basis: Basis | null;
  /** First to last snapshot in the store up to `at`, and how many were taken; null: none. */
  readonly history: (Interval & { readonly snapshots: number }) | null;
  readonly unreadable: readonly {
    readonly section: SectionName;
    readonly reason: string;
    readonly code: string | null;
  }[];
  /** Looks that were not complete: their detectors' silence means nothing. */
  readonly incompleteLooks: readonly Look[];
  /** The last judgement that the findings come from; null: nothing was judged yet. */
  readonly judgedAt: Instant | null;
  readonly findings: readonly Finding[];
  /** Of an instant before the last judgement: how many are judged anew as of then, how many cannot be told. */
  readonly pastFindings: { readonly judgedAnew: number; readonly leftOut: number } | null;
  readonly rules: readonly ReportRule[];
  /** Each null where the catalog could not be read: unknown, not none. */
  readonly roles: readonly ReportRole[] | null;
  readonly schemas: readonly ReportSchema[] | null;
  readonly mappings: readonly ReportMapping[] | null;
  readonly reach: readonly Reach[] | null;
  /** By the role's OID. */
  readonly archetypes: ReadonlyMap<Oid, ReportArchetype>;
  /** Hours with connections; an hour that is not here and not covered is unknown. null: nothing was ever ingested. */
  readonly activity: {
    readonly window: Interval;
    readonly hours: readonly Profile[];
    /** By principal; those that are mapped and were not seen included. */
    readonly principals: readonly ActivityRow[];
  } | null;
  /** Who was let in as admin, which needs no mapping. */
  readonly adminLogins: readonly AdminLogin[];
  /** Whom IAM lets in as admin or may, and who was seen there; null: there is no snapshot. */
  readonly admins: ReportAdmins | null;
  /** Every way in over both walls; null: there is no snapshot, or nothing of IAM was read with it. */
  readonly walls: PathsIn | null;
  /** The published baseline and how the snapshot differs from it; null: none was published by then. */
  readonly declared: ReportDeclared | { readonly notKnown: string } | null;
  /** What people had accepted at that time, all of it that is written down. */
  readonly exemptions: readonly Exemption[];
  /** How many more stood, of which only their later end is known; null: the report is of the present, where none is missing. */
  readonly exemptionsUntold: number | null;
  readonly coverage: {
    readonly window: Interval;
    readonly covered: Coverage;
    readonly doubts: readonly Doubt[];
    /** What is to be said of the peers of a multi-Region cluster, in sentences: an hour is proven where it is at all of them. */
    readonly peers: readonly string[];
    /** Why there may be more peers; null: these are all that anybody told of. */
    readonly peersUnread: string | null;
  };
  /** Mappings that were taken away in the last 90 days, newest first; null: the mappings were never read. */
  readonly revoked: readonly ReportRevoked[] | null;
  /** Newest first, as many as the loader gives; `olderChanges` were left off. */
  readonly changes: readonly ReportChange[];
  readonly olderChanges: number;
  /** What a command needs to find the store again, ready for a shell: "--store ./demo/store.db". */
  readonly storeOption: string;
};
