// An account to be set up, behind the real clients: CloudTrail, CloudFormation, SNS, KMS and a bucket's notification, which can be
// changed as the printed commands would change them. STS, Aurora DSQL and DynamoDB are the local stack's.
import { randomUUID } from "node:crypto";
import { type XmlChild, xmlDocument, xmlResponse } from "../../local/aws/aws-xml.ts";
import { type LocalIam, startIam } from "../../local/aws/iam-api.ts";
import {
  type LoopbackRequest,
  type LoopbackResponse,
  startLoopback,
} from "../../local/aws/loopback-server.ts";
import { startDynamoDb } from "../../local/store/dynamodb.ts";

export const ACCOUNT = "111122223333";
export const REGION = "eu-central-1";
export const TABLE = "audit-table";

export type FakeTrail = {
  readonly arn: string;
  readonly home: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** As GetEventSelectors answers; `unread`: it is refused. */
  selectors: Readonly<Record<string, unknown>>;
  readonly logging: boolean;
  /** Only DescribeTrails tells of it. */
  readonly shadow?: true;
};

export type FakeStack = {
  readonly status: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
};

export type FakeKey = {
  /** As DescribeKey has it. */
  readonly metadata: Readonly<Record<string, unknown>>;
  policy: string;
};

export type SetupAccount = {
  readonly iam: LocalIam;
  trails: FakeTrail[];
  /** The XML that S3 keeps of a bucket; "": there is none. */
  notifications: Record<string, string>;
  /** By "region name". */
  stacks: Record<string, FakeStack>;
  /** By ARN. */
  keys: Record<string, FakeKey>;
  /** ARNs of subscriptions; PendingConfirmation: not confirmed. */
  subscriptions: string[];
  /** Actions that are refused, as "cloudtrail:DescribeTrails". */
  denied: string[];
  /** What was called, in the Region that signed it. */
  readonly calls: string[];
  readonly stop: () => Promise<void>;
};

const json = (status: number, body: object): LoopbackResponse => ({
  status,
  headers: { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": randomUUID() },
  body: JSON.stringify(body),
});
const errorXml = (status: number, code: string, message: string): LoopbackResponse =>
  xmlResponse(
    status,
    xmlDocument([
      "ErrorResponse",
      [
        [
          "Error",
          [
            ["Type", "Sender"],
            ["Code", code],
            ["Message", message],
          ],
        ],
      ],
    ]),
  );
const s3Error = (status: number, code: string): LoopbackResponse =>
  xmlResponse(
    status,
    xmlDocument([
      "Error",
      [
        ["Code", code],
        ["Message", code],
      ],
    ]),
  );

const members = (name: string, all: readonly (readonly XmlChild[])[]): XmlChild => [
  name,
  all.map((children) => ["member", children] as const),
];

const cloudTrail = (
  account: SetupAccount,
  name: string,
  input: Record<string, unknown>,
): LoopbackResponse => {
  const { trails } = account;
  const wanted = String(input.Name ?? input.TrailName ?? "");
  const trail = trails.find(({ arn }) => arn === wanted);
  const row = ({ arn, home, details }: FakeTrail) => ({ TrailARN: arn, HomeRegion: home, ...details });
  if (name === "ListTrails")
    return json(200, {
      Trails: trails
        .filter(({ shadow }) => !shadow)
        .map(({ arn, home }) => ({ TrailARN: arn, HomeRegion: home })),
    });
  if (name === "DescribeTrails") return json(200, { trailList: trails.map(row) });
  if (!trail) return json(400, { __type: "TrailNotFoundException", message: wanted });
  if (name === "GetTrail") return json(200, { Trail: row(trail) });
  if (name === "GetTrailStatus") return json(200, { IsLogging: trail.logging });
  if (name === "GetEventSelectors" && trail.selectors.unread)
    return json(400, { __type: "AccessDeniedException", message: "no" });
  if (name === "GetEventSelectors") return json(200, { TrailARN: trail.arn, ...trail.selectors });
  if (name === "UpdateTrail") {
    Object.assign(trail.details, { LogFileValidationEnabled: input.EnableLogFileValidation });
    return json(200, {});
  }
  if (name !== "PutEventSelectors") return json(400, { __type: "UnknownOperationException", message: name });
  // All that is there goes, as the service does it.
  trail.selectors = { AdvancedEventSelectors: input.AdvancedEventSelectors };
  return json(200, {});
};

const kms = ({ keys }: SetupAccount, name: string, { KeyId }: Record<string, unknown>): LoopbackResponse => {
  const key = keys[String(KeyId)];
  if (!key) return json(400, { __type: "NotFoundException", message: `Key '${KeyId}' does not exist` });
  return name === "DescribeKey"
    ? json(200, { KeyMetadata: key.metadata })
    : json(200, { Policy: key.policy, PolicyName: "default" });
};

const query = (account: SetupAccount, form: URLSearchParams, region: string): LoopbackResponse => {
  const action = form.get("Action") ?? "";
  const answer = (result: readonly XmlChild[]) =>
    xmlResponse(200, xmlDocument([`${action}Response`, [[`${action}Result`, result]]]));
  if (action === "ListSubscriptionsByTopic")
    return answer([
      members(
        "Subscriptions",
        account.subscriptions.map((arn) => [
          ["SubscriptionArn", arn],
          ["Protocol", "email"],
        ]),
      ),
    ]);
  const name = form.get("StackName") ?? "";
  const stack = account.stacks[`${region} ${name}`];
  if (!stack) return errorXml(400, "ValidationError", `Stack with id ${name} does not exist`);
  const list = (kind: string, values: Readonly<Record<string, string>>) =>
    members(
      `${kind}s`,
      Object.entries(values).map(([key, value]) => [
        [`${kind}Key`, key],
        [`${kind}Value`, value],
      ]),
    );
  return answer([
    members("Stacks", [
      [
        ["StackName", name],
        ["StackStatus", stack.status],
        list("Output", stack.outputs),
        list("Parameter", stack.parameters),
      ],
    ]),
  ]);
};

const bucket = (account: SetupAccount, { method, rawPath, body }: LoopbackRequest): LoopbackResponse => {
  const name = rawPath.slice(1).replace(/\/$/, "");
  if (account.notifications[name] === undefined) return s3Error(404, "NoSuchBucket");
  if (method === "PUT") account.notifications[name] = body.toString("utf8");
  return xmlResponse(
    200,
    method === "PUT" ? "" : account.notifications[name] || xmlDocument(["NotificationConfiguration", []]),
  );
};

const regionOf = ({ headers }: LoopbackRequest): string => (headers.authorization ?? "").split("/")[2] ?? "";
const SERVICES: Readonly<Record<string, string>> = {
  DescribeStacks: "cloudformation",
  ListSubscriptionsByTopic: "sns",
};

const answerOf =
  (account: SetupAccount) =>
  (request: LoopbackRequest): LoopbackResponse => {
    const [service, target] = String(request.headers["x-amz-target"] ?? "").split(".");
    const region = regionOf(request);
    const refused = (action: string): boolean => {
      account.calls.push(`${region} ${action}`);
      return account.denied.includes(action);
    };
    if (target) {
      const isKms = service === "TrentService";
      if (refused(`${isKms ? "kms" : "cloudtrail"}:${target}`))
        return json(400, { __type: "AccessDeniedException", message: "no" });
      const input = JSON.parse(request.body.toString("utf8") || "{}") as Record<string, unknown>;
      return isKms ? kms(account, target, input) : cloudTrail(account, target, input);
    }
    if (request.method === "POST") {
      const form = new URLSearchParams(request.body.toString("utf8"));
      const action = form.get("Action") ?? "";
      if (refused(`${SERVICES[action]}:${action}`)) return errorXml(403, "AccessDenied", "no");
      return query(account, form, region);
    }
    return refused(`s3:${request.method === "GET" ? "Get" : "Put"}BucketNotification`)
      ? s3Error(403, "AccessDenied")
      : bucket(account, request);
  };

/** Starts it, empty, and lets the real clients of this process find it. */
export const startSetupAccount = async (): Promise<SetupAccount> => {
  const iam = await startIam({ account: ACCOUNT });
  const database = await startDynamoDb({});
  await database.createTable(TABLE);
  const before = { ...process.env };
  const account: SetupAccount = {
    ...{ iam, trails: [], notifications: {}, stacks: {}, keys: {}, subscriptions: [], denied: [], calls: [] },
    stop: async () => {
      process.env = before;
      await Promise.all([server.stop(), iam.stop(), database.stop()]);
    },
  };
  const server = await startLoopback(answerOf(account));
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL: server.endpoint,
    AWS_ENDPOINT_URL_IAM: iam.endpoint,
    AWS_ENDPOINT_URL_STS: iam.endpoint,
    AWS_ENDPOINT_URL_DSQL: iam.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
  });
  return account;
};
