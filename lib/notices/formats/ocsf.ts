// Findings as events of the Open Cybersecurity Schema Framework 1.6: IAM Analysis Findings on access that nobody used,
// Detection Findings on everything else.
import { visible } from "../../core/base/visible-text.ts";
import type { Finding, Severity, Status } from "../../core/findings/finding.ts";
import { evidencePairs, type FormatOptions, isClosed, PRODUCT, placeOf, subjectParts } from "./format.ts";

// https://schema.ocsf.io/1.6.0/classes/detection_finding, .../iam_analysis_finding
const FINDINGS = 2;
const DETECTION_FINDING = 2004;
const IAM_ANALYSIS_FINDING = 2008;

const severities: Readonly<Record<Severity, readonly [number, string]>> = {
  low: [2, "Low"],
  medium: [3, "Medium"],
  high: [4, "High"],
  critical: [5, "Critical"],
};

/** The life of a finding as `status_id` has it. */
const statuses: Readonly<Record<Status, readonly [number, string]>> = {
  open: [1, "New"],
  acknowledged: [2, "In Progress"],
  exempt: [3, "Suppressed"],
  ended: [4, "Resolved"],
  resolved: [4, "Resolved"],
};

const [CREATE, UPDATE, CLOSE] = [1, 2, 3];

const activityOf = (finding: Finding): readonly [number, string] => {
  if (isClosed(finding)) return [CLOSE, "Close"];
  return finding.confirmedAt > finding.detectedAt ? [UPDATE, "Update"] : [CREATE, "Create"];
};

const MAX_TEXT = 1000;

const infoOf = (finding: Finding, { wordsOf }: FormatOptions) => ({
  uid: finding.id,
  title: visible(finding.title, MAX_TEXT),
  types: [finding.category],
  analytic: {
    uid: finding.detector,
    name: wordsOf(finding.detector)?.title ?? finding.detector,
    // Behavioral for what is unusual, Rule for what breaks one.
    ...(finding.category === "anomalous" ? { type_id: 2, type: "Behavioral" } : { type_id: 1, type: "Rule" }),
  },
  created_time: finding.detectedAt,
  modified_time: finding.closedAt ?? finding.confirmedAt,
  first_seen_time: finding.firstSeenAt,
  last_seen_time: finding.lastSeenAt,
});

const resourcesOf = (finding: Finding, region: string) => [
  { uid: finding.cluster, type: "AWS::DSQL::Cluster", ...(region && { region }) },
  ...subjectParts(finding)
    .filter(({ kind }) => kind !== "principal")
    .map(({ kind, name }) => ({ name: visible(name, MAX_TEXT), type: `database ${kind}` })),
];

/** What an IAM Analysis Finding must have one of: here, when the identity was last seen. */
const analysisOf = ({ subject: { principal }, evidence }: Finding) => ({
  ...(principal !== undefined && { user: { uid: visible(principal, MAX_TEXT) } }),
  identity_activity_metrics: {
    ...(typeof evidence.lastUsedAt === "number" && { last_seen_time: evidence.lastUsedAt }),
  },
});

const detectionOf = (finding: Finding) => ({
  is_alert: finding.status === "open" && (finding.severity === "high" || finding.severity === "critical"),
  evidences: [
    {
      data: Object.fromEntries(evidencePairs(finding, 50, MAX_TEXT)),
      ...(finding.subject.principal !== undefined && {
        actor: { user: { uid: visible(finding.subject.principal, MAX_TEXT) } },
      }),
    },
  ],
});

/** One event. Times are epoch milliseconds, as the framework has them. */
export const ocsfOf = (finding: Finding, options: FormatOptions) => {
  const { region, account } = placeOf(finding.cluster);
  const class_uid = finding.category === "dormant" ? IAM_ANALYSIS_FINDING : DETECTION_FINDING;
  const [activity_id, activity_name] = activityOf(finding);
  const [severity_id, severity] = severities[finding.severity];
  const [status_id, status] = statuses[finding.status];
  return {
    class_uid,
    category_uid: FINDINGS,
    activity_id,
    activity_name,
    type_uid: class_uid * 100 + activity_id,
    time: finding.closedAt ?? finding.confirmedAt,
    severity_id,
    severity,
    status_id,
    status,
    message: visible(finding.title, MAX_TEXT),
    start_time: finding.firstSeenAt,
    end_time: finding.lastSeenAt,
    metadata: {
      version: "1.6.0",
      profiles: ["cloud"],
      product: { name: PRODUCT, vendor_name: PRODUCT, version: options.version },
      ...(finding.eventIds?.length && { correlation_uid: finding.eventIds[0] }),
    },
    cloud: {
      provider: "AWS",
      ...(region && { region }),
      ...(account && { account: { uid: account } }),
    },
    finding_info: infoOf(finding, options),
    resources: resourcesOf(finding, region),
    ...(finding.fix !== undefined && { remediation: { desc: visible(finding.fix, MAX_TEXT) } }),
    ...(class_uid === IAM_ANALYSIS_FINDING ? analysisOf(finding) : detectionOf(finding)),
  };
};
