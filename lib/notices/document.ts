// A notice as programs read it: the default body of the topic's messages, and the attributes that subscriptions filter by.
import { parseArn } from "../core/base/ids.ts";
import type { Notice } from "./notice.ts";

/** Changed only with a change that a reader would have to know of. */
const VERSION = 1;
/** As many as fit beside the email. */
const MAX_FINDINGS = 50;
/** Titles hold names that others choose. */
const MAX_TITLE = 300;

/** JSON: `{version, kind, incident, severity, cluster, subject, findings, findingsNotShown}`. */
export const noticeDocument = ({ kind, incident, severity, cluster, subject, findings }: Notice): string =>
  JSON.stringify({
    version: VERSION,
    kind,
    incident: incident ?? null,
    severity,
    cluster,
    subject,
    findings: findings
      .slice(0, MAX_FINDINGS)
      .map((finding) => ({ ...finding, title: finding.title.slice(0, MAX_TITLE) })),
    findingsNotShown: Math.max(0, findings.length - MAX_FINDINGS),
  });

/** `severity`, `kind`, `cluster`, and where they are known `account`, `category` and `detector`. */
export const noticeAttributes = ({
  kind,
  severity,
  cluster,
  category,
  detector,
}: Notice): Readonly<Record<string, string>> => {
  const account = parseArn(cluster)?.account;
  return {
    severity,
    kind,
    cluster,
    ...(account && { account }),
    ...(category && { category }),
    ...(detector && { detector }),
  };
};
