// One message to people: what it is about, its text, and what it tells.
import type { Cluster } from "../core/base/ids.ts";
import type { Category, Finding, Severity, Status } from "../core/findings/finding.ts";
import type { NoticeKind as IncidentNoticeKind, Told } from "../core/incidents/due.ts";

/**
 * Of one incident: `opened`, `worse`, `more`, `over`. `first`: all of a new cluster at once. `storm`: many incidents at
 * once. `daily` and `weekly` are summaries.
 */
export type NoticeKind = IncidentNoticeKind | "first" | "storm" | "daily" | "weekly";

/** A finding as a program that subscribes to the topic reads it. */
export type NoticeFinding = {
  readonly id: string;
  readonly detector: string;
  readonly category: Category;
  readonly severity: Severity;
  readonly status: Status;
  readonly title: string;
  readonly principal?: string;
  readonly role?: string;
  readonly object?: string;
};

export type Notice = {
  readonly kind: NoticeKind;
  readonly cluster: Cluster;
  /** The incident's id; undefined: it is about several. */
  readonly incident?: string;
  readonly severity: Severity;
  /** Of what it is about first; undefined where it is about nothing in particular. */
  readonly category?: Category;
  readonly detector?: string;
  /** At most 99 printable ASCII characters. */
  readonly subject: string;
  /** The email: plain text, lines of at most 79 columns where no word is longer. */
  readonly body: string;
  /** One sentence of at most 140 characters. */
  readonly short: string;
  readonly findings: readonly NoticeFinding[];
  /** What is told by it. */
  readonly told: readonly Told[];
};

export const toldOf = ({ id, severity, status, closedAt }: Finding, where: Told["where"]): Told => ({
  id,
  where,
  severity,
  ended: status === "ended" || status === "resolved" || closedAt !== undefined,
});

export const noticeFinding = (finding: Finding): NoticeFinding => {
  const { id, detector, category, severity, status, title, subject } = finding;
  const { principal, role, object } = subject;
  return {
    id,
    detector,
    category,
    severity,
    status,
    title,
    ...(principal !== undefined && { principal }),
    ...(role !== undefined && { role }),
    ...(object !== undefined && { object }),
  };
};
