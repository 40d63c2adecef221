// Findings in the AWS Security Finding Format, as Security Hub imports them; within its limits.
// https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-attributes.html
import { type Instant, iso } from "../../core/base/time.ts";
import { visible } from "../../core/base/visible-text.ts";
import type { Category, Finding, Severity, Status } from "../../core/findings/finding.ts";
import { evidencePairs, type FormatOptions, isClosed, PRODUCT, placeOf, subjectParts } from "./format.ts";

/** Characters, by AWS's table of limits. */
const LIMITS = { title: 256, description: 1024, recommendation: 512, value: 1024, pairs: 50 } as const;

const labels = {
  low: "LOW",
  medium: "MEDIUM",
  high: "HIGH",
  critical: "CRITICAL",
} as const satisfies Readonly<Record<Severity, string>>;

/** namespace/category/classifier, of the namespaces that AWS allows. */
const types: Readonly<Record<Category, string>> = {
  anomalous: "Unusual Behaviors/User",
  dormant: "Software and Configuration Checks/AWS Security Best Practices",
  "over-privileged": "Software and Configuration Checks/AWS Security Best Practices",
  coverage: "Software and Configuration Checks",
};

const workflows = {
  open: "NEW",
  acknowledged: "NOTIFIED",
  exempt: "SUPPRESSED",
  ended: "RESOLVED",
  resolved: "RESOLVED",
} as const satisfies Readonly<Record<Status, string>>;

const resourceOf = (finding: Finding) => {
  const { partition, region } = placeOf(finding.cluster);
  const details = Object.fromEntries([
    ...subjectParts(finding).map(({ kind, name }) => [kind, visible(name, LIMITS.value)] as const),
    ...evidencePairs(finding, LIMITS.pairs - 3, LIMITS.value),
  ]);
  return {
    // Security Hub has no type of its own for Aurora DSQL.
    Type: "Other",
    Id: finding.cluster,
    Partition: partition as "aws" | "aws-cn" | "aws-us-gov",
    ...(region && { Region: region }),
    Details: { Other: details },
  };
};

/**
 * One finding as the default product of the cluster's account and Region. Text is cut to AWS's limits. `updatedAt`: of what
 * has no time of its own, such as an exemption.
 */
export const asffOf = (
  finding: Finding,
  { wordsOf, updatedAt = 0 }: Pick<FormatOptions, "wordsOf"> & { readonly updatedAt?: Instant },
) => {
  const { partition, region, account } = placeOf(finding.cluster);
  const words = wordsOf(finding.detector);
  const severity = { Label: labels[finding.severity], Original: finding.severity };
  const { confirmedAt, closedAt = 0, acknowledged } = finding;
  const updated = Math.max(updatedAt, confirmedAt, closedAt, acknowledged?.at ?? 0);
  return {
    SchemaVersion: "2018-10-08",
    Id: `${PRODUCT}/${finding.id}`,
    ProductArn: `arn:${partition}:securityhub:${region}:${account}:product/${account}/default`,
    ProductName: PRODUCT,
    GeneratorId: `${PRODUCT}/${finding.detector}`,
    AwsAccountId: account,
    Types: [types[finding.category]],
    FirstObservedAt: iso(finding.firstSeenAt),
    LastObservedAt: iso(finding.lastSeenAt),
    CreatedAt: iso(finding.detectedAt),
    UpdatedAt: iso(updated),
    Severity: severity,
    Title: visible(finding.title, LIMITS.title),
    Description: visible(words ? `${words.title}. ${words.docs.why}` : finding.title, LIMITS.description),
    ...(finding.fix !== undefined && {
      Remediation: { Recommendation: { Text: visible(finding.fix, LIMITS.recommendation) } },
    }),
    // What the finding's maker says, apart from what people set in Security Hub afterwards.
    FindingProviderFields: { Severity: severity, Types: [types[finding.category]] },
    Resources: [resourceOf(finding)],
    RecordState: isClosed(finding) || closedAt > 0 ? ("ARCHIVED" as const) : ("ACTIVE" as const),
    Workflow: { Status: workflows[finding.status] },
  };
};
