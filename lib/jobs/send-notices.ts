// Tells people what has not been told yet, and marks it as told once it is out.
import type { SNSClient } from "@aws-sdk/client-sns";
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import { detectorOf } from "../detectors/index.ts";
import { AuditError } from "../errors.ts";
import { publish } from "../notices/channels/sns.ts";
import { markNoticed, type NoticeOptions, planNotices } from "../notices/plan-notices.ts";
import { noProofText, proofText } from "../notices/proof-text.ts";
import type { Store } from "../store/open-store.ts";

export type NoticePorts = { readonly store: Store; readonly sns: SNSClient; readonly topicArn: string };

type SendOptions = NoticeOptions & {
  /** What retention keeps in full: the command in the mails has to say it. */
  readonly keepDays?: number;
};

/** What each mail ends with; nothing where there is no snapshot yet. Who breaks the newest one does not stop the mails. */
const proofOf = async (store: Store, cluster: Cluster, keepDays: number | undefined): Promise<string> => {
  try {
    const head = await store.snapshots.head(cluster);
    return head ? proofText(cluster, head, keepDays) : "";
  } catch (error) {
    if (error instanceof AuditError && error.code === "store") return noProofText(cluster, keepDays);
    throw error;
  }
};

/**
 * Sends one mail per notice that is due; how many went out. Each is marked right after it was sent: dying in between
 * sends that one mail again, and never loses one. Each ends with the newest snapshot's hash.
 * AuditError("denied" | "not-found" | "throttled") from SNS.
 */
export const sendNotices = async (
  { store, sns, topicArn }: NoticePorts,
  cluster: Cluster,
  now: Instant,
  { keepDays, ...options }: SendOptions = {},
): Promise<number> => {
  const { findings: kept } = store;
  const notices = planNotices(await kept.list(cluster), detectorOf, options);
  if (!notices.length) return 0;
  const end = await proofOf(store, cluster, keepDays);
  for (const notice of notices) {
    const { subject, body } = notice;
    await publish(sns, { topicArn, subject, body, end });
    await kept.update(cluster, (findings) => markNoticed(findings, notice, now));
  }
  return notices.length;
};
