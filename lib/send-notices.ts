// Tells people what has not been told yet, and marks it as told once it is out.
import type { SNSClient } from "@aws-sdk/client-sns";
import { markNoticed, type NoticeOptions, planNotices } from "./alerts/plan-notices.ts";
import { publish } from "./alerts/sns.ts";
import type { Cluster } from "./core/ids.ts";
import type { Instant } from "./core/time.ts";
import { detectors } from "./detectors/index.ts";
import { createFindingStore } from "./store/findings.ts";
import type { Table } from "./store/table.ts";

export type NoticePorts = { readonly table: Table; readonly sns: SNSClient; readonly topicArn: string };

/**
 * Sends one mail per notice that is due; how many went out. Each is marked right after it was sent: dying in between
 * sends that one mail again, and never loses one. AuditError("denied" | "not-found" | "throttled") from SNS.
 */
export const sendNotices = async (
  { table, sns, topicArn }: NoticePorts,
  cluster: Cluster,
  now: Instant,
  options: NoticeOptions = {},
): Promise<number> => {
  const store = createFindingStore(table);
  const docsOf = (id: string) => detectors.find((detector) => detector.id === id)?.docs;
  const notices = planNotices(await store.list(cluster), docsOf, options);
  for (const notice of notices) {
    await publish(sns, { topicArn, subject: notice.subject, body: notice.body });
    await store.update(cluster, (findings) => markNoticed(findings, notice, now));
  }
  return notices.length;
};
