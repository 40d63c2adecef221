// Sends a mail that says nothing but that mails arrive, with a reference by which it is found again.
import type { SNSClient } from "@aws-sdk/client-sns";
import { type Instant, minute } from "../core/base/time.ts";
import { visible } from "../core/base/visible-text.ts";
import { publish } from "../notices/channels/sns.ts";
import { paragraph, wrapped } from "../notices/page.ts";

export type TestNotice = {
  readonly sns: SNSClient;
  readonly topicArn: string;
  readonly now: Instant;
  /** Tells one test from another: "3f9a1c2b". */
  readonly token: string;
  /** Who asked for it, as people read it. */
  readonly by: string;
};

export type TestSent = {
  /** In the subject and the text: "test-3f9a1c2b". */
  readonly reference: string;
  /** As SNS names the message. */
  readonly messageId: string;
};

const VERSION = 1;

/**
 * Publishes one test to the topic: email, text message and document, with `kind` "test" for filters of subscriptions.
 * Nothing is stored. AuditError as `publish` throws it.
 */
export const sendTestNotice = async ({ sns, topicArn, now, token, by }: TestNotice): Promise<TestSent> => {
  const reference = `test-${token}`;
  const subject = `[TEST] Mails of the access auditor reach you ${reference}`;
  const { messageId } = await publish(sns, topicArn, {
    subject,
    body: [
      ...wrapped("This is a test: nothing was found, and nothing is to be done."),
      ...wrapped(`${visible(by, 200)} asked for it at ${minute(now)}.`, "  "),
      `Reference: ${reference}.`,
      ...paragraph(
        "WHAT IT SHOWS",
        wrapped(
          "A mail to this topic reaches you. Notices of incidents come the same way. A subscription with a filter may let this one pass and others not, or the other way round.",
        ),
      ),
      "",
    ].join("\n"),
    short: `[TEST] Messages of the access auditor reach you ${reference}`,
    document: JSON.stringify({
      version: VERSION,
      kind: "test",
      incident: null,
      severity: "low",
      cluster: null,
      subject,
      findings: [],
      findingsNotShown: 0,
    }),
    attributes: { severity: "low", kind: "test" },
  });
  return { reference, messageId };
};
