// SNS for one machine: answers the real client's Publish and puts each message into an outbox as the email it would become.
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type XmlChild, xmlDocument, xmlResponse } from "./aws-xml.ts";
import { openRelay } from "./email-relay.ts";
import { type LoopbackRequest, type LoopbackResponse, startLoopback } from "./loopback-server.ts";
import { openOutbox } from "./outbox.ts";

export type SnsFault =
  | "denied"
  | "throttled"
  | "internal"
  | "expired-credentials"
  | "key-denied"
  | "topic-gone"
  | "not-acceptable"
  | "too-late";

/** An answer that comes too late: after this long, and the message is not taken. */
const TOO_LATE_MS = 1_500;

export type LocalSns = {
  /** For AWS_ENDPOINT_URL_SNS. */
  readonly endpoint: string;
  /** The next `times` (1) Publish calls fail so; the client's own retries count. */
  readonly failNext: (fault: SnsFault, times?: number) => void;
  /** Takes back what `failNext` ordered. */
  readonly failNoMore: () => void;
  /** What other subscribers than the email's would have got. */
  readonly published: readonly Published[];
  /** Emails that the SMTP server did not take; they are in the outbox all the same. */
  readonly undelivered: readonly { readonly file: string; readonly reason: string }[];
  readonly stop: () => Promise<void>;
};

/** One message as SNS took it, each protocol's text apart. */
type Published = {
  readonly subject: string | null;
  readonly texts: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
};

export type SnsOptions = {
  /** Folder of the `.eml` files. */
  readonly outbox: string;
  /** Epoch ms, the time on the emails. */
  readonly now: () => number;
  /** ARNs of the topics that exist. */
  readonly topics: readonly string[];
  /** The one email subscriber of every topic. */
  readonly subscriber?: string;
  /** Whether that one has followed the link in the first mail; true. `null`: there is no subscription. */
  readonly isConfirmed?: () => boolean | null;
  /** Each email also goes there; a server that is down never fails a Publish, as with SNS. */
  readonly smtp?: { readonly host: string; readonly port: number };
};

type Failure = { readonly status: number; readonly code: string; readonly message: string };

const NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/";
const MAX_BYTES = 262_144;
const TOPIC_ARN = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$/;

// Codes and statuses as the client's model has them.
const faults: Readonly<Record<SnsFault, Failure>> = {
  denied: {
    status: 403,
    code: "AuthorizationError",
    message: "User is not authorized to perform: SNS:Publish",
  },
  throttled: { status: 429, code: "Throttled", message: "Rate exceeded" },
  internal: { status: 500, code: "InternalError", message: "An internal error occurred" },
  "not-acceptable": { status: 400, code: "InvalidParameter", message: "Invalid parameter: Message" },
  "topic-gone": { status: 404, code: "NotFound", message: "Topic does not exist" },
  "too-late": { status: 503, code: "ServiceUnavailable", message: "Try again later" },
  "expired-credentials": {
    status: 403,
    code: "ExpiredToken",
    message: "The security token included in the request is expired",
  },
  "key-denied": {
    status: 400,
    code: "KMSAccessDenied",
    message: "The ciphertext refers to a key you may not use",
  },
};

const invalid = (message: string): Failure => ({ status: 400, code: "InvalidParameter", message });

const refuse = ({ status, code, message }: Failure): LoopbackResponse =>
  xmlResponse(
    status,
    xmlDocument(
      [
        "ErrorResponse",
        [
          [
            "Error",
            [
              ["Type", status < 500 ? "Sender" : "Receiver"],
              ["Code", code],
              ["Message", message],
            ],
          ],
          ["RequestId", randomUUID()],
        ],
      ],
      NAMESPACE,
    ),
  );

// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: "less than 100 characters", no line breaks, no controls.
// Its older editions ask for ASCII that begins with a letter, number or punctuation mark; a stand-in had better be strict.
const subjectProblem = (subject: string): boolean => !/^[!-~][ -~]{0,98}$/.test(subject);

const ATTRIBUTE = /^MessageAttributes\.entry\.(\d+)\.(?:Name|Value\.(?:DataType|StringValue))$/;

const attributesIn = (form: URLSearchParams): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...form].flatMap(([key, name]) => {
      const number = /^MessageAttributes\.entry\.(\d+)\.Name$/.exec(key)?.[1];
      return number === undefined
        ? []
        : [[name, form.get(`MessageAttributes.entry.${number}.Value.StringValue`) ?? ""]];
    }),
  );

/** The text of each protocol: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html, MessageStructure. */
const textsOf = (form: URLSearchParams): Readonly<Record<string, string>> => {
  const message = form.get("Message") ?? "";
  if (form.get("MessageStructure") !== "json") return { default: message };
  try {
    const parsed: unknown = JSON.parse(message);
    const entries = typeof parsed === "object" && parsed !== null ? Object.entries(parsed) : [];
    return Object.fromEntries(entries.filter(([, text]) => typeof text === "string"));
  } catch {
    return {};
  }
};

/** Why SNS would refuse these parameters; undefined when it would not. */
const problemOf = (form: URLSearchParams, topics: ReadonlySet<string>): Failure | undefined => {
  const topic = form.get("TopicArn") ?? form.get("TargetArn") ?? "";
  const message = form.get("Message") ?? "";
  const subject = form.get("Subject");
  const known = ["Action", "Version", "TopicArn", "TargetArn", "Message", "Subject", "MessageStructure"];
  const unknown = [...form.keys()].find((key) => !known.includes(key) && !ATTRIBUTE.test(key));
  // What is not imitated is refused, so that nobody builds upon it unseen.
  if (unknown) return invalid(`Invalid parameter: the local stand-in does not know ${unknown}`);
  if (!TOPIC_ARN.test(topic)) return invalid("Invalid parameter: TopicArn");
  if (message === "") return invalid("Invalid parameter: Empty message");
  const attributes = attributesIn(form);
  const attributeBytes = Object.entries(attributes).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name + value) + "String".length,
    0,
  );
  if (Buffer.byteLength(message) + Buffer.byteLength(subject ?? "") + attributeBytes > MAX_BYTES) {
    return invalid("Invalid parameter: Message too long");
  }
  if (Object.values(attributes).includes("")) return invalid("Invalid parameter: MessageAttributes");
  const structure = form.get("MessageStructure");
  if (structure !== null && structure !== "json") return invalid("Invalid parameter: MessageStructure");
  if (structure === "json" && textsOf(form).default === undefined) {
    return invalid("Invalid parameter: Message Structure - No default entry in JSON message body");
  }
  if (subject !== null && subjectProblem(subject)) return invalid("Invalid parameter: Subject");
  return topics.has(topic) ? undefined : { status: 404, code: "NotFound", message: "Topic does not exist" };
};

const topicProblem = (form: URLSearchParams, topics: ReadonlySet<string>): Failure | undefined =>
  topics.has(form.get("TopicArn") ?? "") ? undefined : faults["topic-gone"];

// As https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html answers.
const subscriptionList = (
  to: string,
  topic: string,
  { isConfirmed = () => true }: SnsOptions,
): LoopbackResponse => {
  const confirmed = isConfirmed();
  const member: XmlChild = [
    "member",
    [
      ["TopicArn", topic],
      ["Protocol", "email"],
      [
        "SubscriptionArn",
        confirmed ? `${topic}:0f9b3c6e-5a52-4c7e-9d0f-2d6a3b1c4e5f` : "PendingConfirmation",
      ],
      ["Owner", topic.split(":")[4] ?? ""],
      ["Endpoint", to],
    ],
  ];
  return xmlResponse(
    200,
    xmlDocument(
      [
        "ListSubscriptionsByTopicResponse",
        [
          ["ListSubscriptionsByTopicResult", [["Subscriptions", confirmed === null ? [] : [member]]]],
          ["ResponseMetadata", [["RequestId", randomUUID()]]],
        ],
      ],
      NAMESPACE,
    ),
  );
};

const publishAnswer = (messageId: string): LoopbackResponse =>
  xmlResponse(
    200,
    xmlDocument(
      [
        "PublishResponse",
        [
          ["PublishResult", [["MessageId", messageId]]],
          ["ResponseMetadata", [["RequestId", randomUUID()]]],
        ],
      ],
      NAMESPACE,
    ),
  );

/** Starts the endpoint on a free loopback port. */
export const startSns = async (options: SnsOptions): Promise<LocalSns> => {
  const topics = new Set(options.topics);
  const outbox = openOutbox(options.outbox);
  const to = options.subscriber ?? "oncall@example.com";
  const faultsAhead: SnsFault[] = [];
  const published: Published[] = [];
  const relay = openRelay(options.smtp, to);

  const answer = async ({ method, headers, body }: LoopbackRequest): Promise<LoopbackResponse> => {
    const form = new URLSearchParams(body.toString("utf8"));
    if (!headers.authorization?.startsWith("AWS4-HMAC-SHA256 ")) {
      return refuse({ status: 403, code: "MissingAuthenticationToken", message: "Request is not signed" });
    }
    if (method === "POST" && form.get("Action") === "ListSubscriptionsByTopic") {
      const fault = faultsAhead.shift();
      const failure = fault ? faults[fault] : topicProblem(form, topics);
      return failure ? refuse(failure) : subscriptionList(to, form.get("TopicArn") ?? "", options);
    }
    if (method !== "POST" || form.get("Action") !== "Publish") {
      return refuse({ status: 400, code: "InvalidAction", message: `No such action: ${form.get("Action")}` });
    }
    const fault = faultsAhead.shift();
    if (fault === "too-late") await delay(TOO_LATE_MS, undefined, { ref: false });
    const failure = fault ? faults[fault] : problemOf(form, topics);
    if (failure) return refuse(failure);

    const messageId = randomUUID();
    const texts = textsOf(form);
    published.push({ subject: form.get("Subject"), texts, attributes: attributesIn(form) });
    const { file, raw } = await outbox.write({
      messageId,
      to,
      subject: form.get("Subject") ?? "AWS Notification Message",
      text: texts.email ?? texts.default ?? "",
      at: options.now(),
    });
    relay.send(file, raw);
    return publishAnswer(messageId);
  };

  const server = await startLoopback(answer);
  return {
    endpoint: server.endpoint,
    failNext: (fault, times = 1) => {
      faultsAhead.push(...Array<SnsFault>(times).fill(fault));
    },
    failNoMore: () => void faultsAhead.splice(0),
    published,
    undelivered: relay.undelivered,
    stop: async () => {
      await server.stop();
      await relay.close();
    },
  };
};
