// Findings as SARIF 2.1.0, which code scanning and many dashboards read.
import { iso } from "../../core/base/time.ts";
import { visible } from "../../core/base/visible-text.ts";
import type { Finding, Severity } from "../../core/findings/finding.ts";
import { type FormatOptions, isClosed, PRODUCT, subjectParts } from "./format.ts";

const levels: Readonly<Record<Severity, "error" | "warning" | "note">> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "note",
};

const MAX_TEXT = 1000;

const ruleOf = (id: string, { wordsOf }: FormatOptions) => {
  const words = wordsOf(id);
  return {
    id,
    shortDescription: { text: words?.title ?? id },
    ...(words && {
      fullDescription: { text: words.docs.why },
      help: { text: `${words.docs.fix}\n\nFalse positives: ${words.docs.falsePositives}` },
    }),
  };
};

/** The cluster and what is in it; `fullyQualifiedName` is what tells one from another. */
const locationOf = (finding: Finding) => ({
  logicalLocations: [
    { name: visible(finding.cluster, 300), fullyQualifiedName: finding.cluster, kind: "resource" },
    ...subjectParts(finding).map(({ kind, name }) => ({
      name: visible(name, 300),
      fullyQualifiedName: `${finding.cluster}#${kind}=${encodeURIComponent(name.toWellFormed())}`,
      kind,
    })),
  ],
});

const resultOf = (finding: Finding, rules: readonly string[]) => ({
  ruleId: finding.detector,
  ruleIndex: rules.indexOf(finding.detector),
  level: levels[finding.severity],
  message: { text: visible(finding.title, MAX_TEXT) },
  locations: [locationOf(finding)],
  // What makes it the same finding in the next run.
  partialFingerprints: { "findingId/v1": finding.id },
  baselineState: isClosed(finding) ? ("absent" as const) : ("unchanged" as const),
  ...(finding.status === "exempt" && {
    suppressions: [{ kind: "external" as const, status: "accepted" as const }],
  }),
  properties: {
    category: finding.category,
    severity: finding.severity,
    status: finding.status,
    firstSeenAt: iso(finding.firstSeenAt),
    lastSeenAt: iso(finding.lastSeenAt),
    evidence: finding.evidence,
    ...(finding.fix !== undefined && { fix: finding.fix }),
  },
});

/**
 * One run with a result for each finding, in their order, and a rule for each detector among them.
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html
 */
export const sarifOf = (findings: readonly Finding[], options: FormatOptions) => {
  const rules = [...new Set(findings.map(({ detector }) => detector))].sort();
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0" as const,
    runs: [
      {
        tool: {
          driver: {
            name: PRODUCT,
            semanticVersion: options.version,
            rules: rules.map((id) => ruleOf(id, options)),
          },
        },
        columnKind: "unicodeCodePoints" as const,
        results: findings.map((finding) => resultOf(finding, rules)),
      },
    ],
  };
};
