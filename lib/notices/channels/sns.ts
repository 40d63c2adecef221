// Publishes one notice to an SNS topic: within the service's limits, and with errors that say what to do.
import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import { DENIED, isAboutCredentials, THROTTLED } from "../../cloudtrail/aws-error-names.ts";
import { AuditError, type ErrorCode } from "../../errors.ts";
import { byteLength, fitToBytes } from "../message-size.ts";
import { safeSubject } from "../subject.ts";

// The limit is on the whole message, https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
export const MAX_MESSAGE_BYTES = 262_144;

export type Published = {
  readonly messageId: string;
  /** As it was sent, after it was made safe. */
  readonly subject: string;
  /** Bytes of the body that were left out; 0 when all of it was sent. */
  readonly cutBytes: number;
};

type Advice = { readonly code: ErrorCode; readonly what: string; readonly hint: string };

const missing: Advice = {
  code: "not-found",
  what: "the topic does not exist",
  hint: "Check the topic's ARN, its region and account, or deploy the stack that creates it.",
};
const malformed: Advice = {
  code: "config",
  what: "SNS did not accept the request",
  hint: "Check that the topic's ARN is whole and of the region that the client is set to.",
};
const denied: Advice = {
  code: "denied",
  what: "publishing was refused",
  hint: "Allow sns:Publish on this topic, in the role's policy and in the topic's own policy.",
};
const credentials: Advice = {
  code: "denied",
  what: "the AWS credentials were not accepted",
  hint: "Renew the credentials (aws sts get-caller-identity shows whose they are) and check this machine's clock.",
};
const keyDenied: Advice = {
  code: "denied",
  what: "the topic's KMS key refused us",
  hint: "Allow kms:GenerateDataKey and kms:Decrypt on the topic's key, in its key policy too.",
};
const keyUnusable: Advice = {
  code: "config",
  what: "the topic's KMS key cannot be used",
  hint: "Enable the key or give the topic another one.",
};
const throttled: Advice = {
  code: "throttled",
  what: "SNS said to slow down until the retries were used up",
  hint: "Nothing is lost: the notice is sent with the next run. Raise the SNS publish quota if it stays so.",
};
const unreachable: Advice = {
  code: "connect",
  what: "SNS could not be reached",
  hint: "Check the network path to SNS (VPC endpoint, NAT, proxy); the notice is sent with the next run.",
};

/** What SNS alone says. */
const own = new Map<string, Advice>([
  ["NotFoundException", missing],
  ["NotFound", missing],
  ["InvalidParameterException", malformed],
  ["InvalidParameterValueException", malformed],
  ["InvalidParameter", malformed],
  ["ValidationError", malformed],
  ["KMSAccessDeniedException", keyDenied],
  ["KMSDisabledException", keyUnusable],
  ["KMSInvalidStateException", keyUnusable],
  ["KMSNotFoundException", keyUnusable],
  ["KMSOptInRequired", keyUnusable],
  ["KMSThrottlingException", throttled],
]);

/** By the error's name, which is the service's code, never by its text. */
const adviceOn = (name: string): Advice | undefined => {
  if (THROTTLED.has(name)) return throttled;
  if (isAboutCredentials(name)) return credentials;
  return DENIED.has(name) ? denied : own.get(name);
};

const explain = (error: unknown, topicArn: string): AuditError => {
  // What is neither known nor an answer of the service below 500 never got through.
  const status = (error as { $metadata?: { httpStatusCode?: number } })?.$metadata?.httpStatusCode;
  const advice =
    (error instanceof Error ? adviceOn(error.name) : undefined) ??
    (status !== undefined && status < 500 ? malformed : unreachable);
  return new AuditError(advice.code, `Cannot publish to ${topicArn}: ${advice.what}.`, {
    cause: error,
    hint: advice.hint,
  });
};

// Line feeds and tabs are text, the other controls only trouble a terminal or a mail program.
const printable = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\r\n?/g, "\n")
    .replace(/(?![\n\t])\p{Cc}/gu, "?");

/** What is sent for one notice, to all who subscribe. */
export type SnsMessage = {
  readonly subject: string;
  /** The email; `end` stands after it and is never cut. */
  readonly body: string;
  readonly end?: string;
  /** The text message. */
  readonly short: string;
  /** What a program reads: the body of every other protocol. */
  readonly document: string;
  /** For the filter policies of subscriptions: https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html */
  readonly attributes: Readonly<Record<string, string>>;
};

const MIN_BODY_BYTES = 400;

/** Each protocol its own text: https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html */
const messageOf = ({ short, document }: SnsMessage, email: string): string =>
  JSON.stringify({ default: document, email, sms: printable(short) });

/** The message with as much of the email as fits into `room` bytes; quotes and line feeds count twice in JSON. */
const fitted = (message: SnsMessage, email: string, end: string, room: number) => {
  let keep = byteLength(email);
  for (;;) {
    const { text, cutBytes } = fitToBytes(email, keep);
    const whole = messageOf(message, text + end);
    const over = byteLength(whole) - room;
    if (over <= 0 || keep <= MIN_BODY_BYTES) return { whole, cutBytes };
    keep = Math.max(MIN_BODY_BYTES, keep - over);
  }
};

/**
 * Sends one notice. The subject is made safe and the email cut so that everything together stays within SNS's 256 KB; both
 * are reported back.
 * Throws AuditError: `not-found` (no such topic), `config` (bad ARN, unusable key, not acceptable), `denied`, `throttled`, `connect` (no answer, 5xx).
 * A send that ends in `connect` may still have been delivered.
 */
export const publish = async (
  client: SNSClient,
  topicArn: string,
  message: SnsMessage,
): Promise<Published> => {
  const subject = safeSubject(message.subject);
  const attributes = Object.entries(message.attributes);
  const attributeBytes = attributes.reduce(
    (sum, [name, value]) => sum + byteLength(name) + byteLength(value) + byteLength("String"),
    0,
  );
  const { whole, cutBytes } = fitted(
    message,
    printable(message.body) || subject,
    printable(message.end ?? ""),
    MAX_MESSAGE_BYTES - byteLength(subject) - attributeBytes,
  );
  try {
    const { MessageId } = await client.send(
      new PublishCommand({
        TopicArn: topicArn,
        Subject: subject,
        Message: whole,
        MessageStructure: "json",
        MessageAttributes: Object.fromEntries(
          attributes.map(([name, value]) => [name, { DataType: "String", StringValue: value }]),
        ),
      }),
    );
    return { messageId: MessageId ?? "", subject, cutBytes };
  } catch (error) {
    throw explain(error, topicArn);
  }
};

/**
 * Sends a document as it is, to a topic whose subscribers read nothing else. Throws AuditError as `publish`.
 */
export const publishDocument = async (
  client: SNSClient,
  topicArn: string,
  document: string,
): Promise<void> => {
  try {
    await client.send(new PublishCommand({ TopicArn: topicArn, Message: document }));
  } catch (error) {
    throw explain(error, topicArn);
  }
};
