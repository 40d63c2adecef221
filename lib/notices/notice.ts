// One message to people: what it is about, its text, and what it tells.
import type { Cluster } from "../core/base/ids.ts";
import type { Category, Finding, Severity, Status } from "../core/findings/finding.ts";
import type { Told } from "../core/incidents/due.ts";
import type { MailKind } from "../core/incidents/notice-record.ts";

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
  readonly kind: MailKind;
  readonly cluster: Cluster;
  /** The incident's id; undefined: it is about several. */
  readonly incident?: string;
  readonly severity: Severity;
  /** Of what it is about first; undefined where it is about nothing in particular. */
  readonly category?: Category;
  readonly detector?: string;
  /** "HIGH", "UPDATE", "WEEKLY": what the subject begins with. */
  readonly tag: string;
  /** What all notices of the incident are called. */
  readonly stem: string;
  /** For who reads only a few lines: what happened, then a line for each finding. Names stand in it as they are. */
  readonly brief: readonly string[];
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

export const toldOf = (
  { id, severity, status, closedAt, detector }: Finding,
  where: Told["where"],
): Told => ({
  id,
  where,
  detector,
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
