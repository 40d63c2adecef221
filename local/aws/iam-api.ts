// IAM, STS and Aurora DSQL's API for one machine: answers the real clients' reads out of an account of its own.
import { randomUUID } from "node:crypto";
import { type XmlChild, xmlDocument, xmlResponse } from "./aws-xml.ts";
import { type AskedAs, dsqlAnswer } from "./dsql-answers.ts";
import { type LocalAccount, localAccount } from "./iam-account.ts";
import { callerIdentity, type IamFailure, iamAnswer } from "./iam-answers.ts";
import { type LoopbackRequest, type LoopbackResponse, startLoopback } from "./loopback-server.ts";

export type LocalIam = LocalAccount & {
  /** For AWS_ENDPOINT_URL_IAM, AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL_DSQL. */
  readonly endpoint: string;
  /** The next `times` (1) calls of this action ("iam:GetRole") are throttled; the client's own retries count. */
  readonly throttleNext: (action: string, times?: number) => void;
  /**
   * From now on these actions are refused, and no others: what a role without the permission sees. With the role's ARN after it
   * ("sts:AssumeRole ARN") that role alone is not given.
   */
  readonly deny: (...actions: readonly string[]) => void;
  /** The actions that were called, in order, refused ones included. */
  readonly calls: readonly string[];
  readonly stop: () => Promise<void>;
};

const NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/";

const denied = (action: string): IamFailure => ({
  status: 403,
  code: "AccessDenied",
  message: `User is not authorized to perform: ${action}`,
});
const throttled: IamFailure = { status: 400, code: "Throttling", message: "Rate exceeded" };

const refuse = ({ status, code, message }: IamFailure): LoopbackResponse =>
  xmlResponse(
    status,
    xmlDocument(
      [
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
          ["RequestId", randomUUID()],
        ],
      ],
      NAMESPACE,
    ),
  );

const json = (status: number, body: object, error?: string): LoopbackResponse => ({
  status,
  headers: {
    "content-type": "application/json",
    "x-amzn-requestid": randomUUID(),
    ...(error && { "x-amzn-errortype": error }),
  },
  body: JSON.stringify(body),
});

/** The Region in the signature, and the account of whoever took a role of another one. */
const askedAs = ({ headers }: LoopbackRequest, own: string): AskedAs => {
  const [, key = "", region = ""] =
    /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(headers.authorization ?? "") ?? [];
  return { region, account: ASSUMED.exec(key)?.[1] ?? own };
};

const ASSUMED = /^ASIA(\d{12})$/;

/** Credentials of a role, by which the stand-ins know its account. They end long after any test. */
const assumedRole = (arn: string): readonly XmlChild[] => [
  [
    "Credentials",
    [
      ["AccessKeyId", `ASIA${arn.split(":")[4]}`],
      ["SecretAccessKey", `secret of ${arn}`],
      ["SessionToken", `session token of ${arn}`],
      ["Expiration", "2099-01-01T00:00:00Z"],
    ],
  ],
];

const isSigned = ({ headers }: LoopbackRequest): boolean =>
  headers.authorization?.startsWith("AWS4-HMAC-SHA256 ") ?? false;

/** What STS says to this action; undefined: it is none of its. */
const stsAnswer = (account: string, action: string, role: string): readonly XmlChild[] | undefined => {
  if (action === "GetCallerIdentity") return callerIdentity(account, `arn:aws:iam::${account}:user/local`);
  return action === "AssumeRole" ? assumedRole(role) : undefined;
};

/** Starts it on a free loopback port, with an empty account. `mostItems`: the most on a page, whatever is asked for. */
export const startIam = async ({
  account,
  mostItems = 1_000,
}: {
  readonly account: string;
  readonly mostItems?: number;
}): Promise<LocalIam> => {
  const held = localAccount(account);
  const calls: string[] = [];
  const refused = new Set<string>();
  const throttles = new Map<string, number>();
  /** Counts the call; how it fails, if it is to. */
  const failure = (action: string): IamFailure | undefined => {
    calls.push(action);
    if (refused.has(action)) return denied(action);
    const left = throttles.get(action) ?? 0;
    if (left > 0) throttles.set(action, left - 1);
    return left > 0 ? throttled : undefined;
  };

  const iam = ({ body }: LoopbackRequest): LoopbackResponse => {
    const form = new URLSearchParams(body.toString("utf8"));
    const name = form.get("Action") ?? "";
    const role = form.get("RoleArn") ?? "";
    const own = stsAnswer(account, name, role);
    const fails =
      failure(`${own ? "sts" : "iam"}:${name}`) ??
      (refused.has(`sts:AssumeRole ${role}`) ? denied("sts:AssumeRole") : undefined);
    if (fails) return refuse(fails);
    const answer = own ?? iamAnswer(held, name, form, mostItems);
    if (!answer)
      return refuse({
        status: 400,
        code: "InvalidAction",
        message: `the local stand-in does not know ${name}`,
      });
    if ("status" in answer) return refuse(answer);
    return xmlResponse(
      200,
      xmlDocument(
        [
          `${name}Response`,
          [
            [`${name}Result`, answer],
            ["ResponseMetadata", [["RequestId", randomUUID()]]],
          ],
        ],
        NAMESPACE,
      ),
    );
  };

  const dsql = (request: LoopbackRequest): LoopbackResponse => {
    const { rawPath } = request;
    const { action, status, error, body } = dsqlAnswer(held, rawPath, askedAs(request, account));
    if (action === undefined)
      return json(403, { message: `the local stand-in does not know ${rawPath}` }, "AccessDeniedException");
    const fails = failure(action);
    if (!fails) return json(status, body, error);
    const name = fails === throttled ? "ThrottlingException" : "AccessDeniedException";
    return json(fails === throttled ? 429 : 403, { message: fails.message }, name);
  };

  const server = await startLoopback((request) => {
    if (!isSigned(request))
      return refuse({ status: 403, code: "MissingAuthenticationToken", message: "Request is not signed" });
    return request.method === "POST" ? iam(request) : dsql(request);
  });
  return {
    ...held,
    endpoint: server.endpoint,
    throttleNext: (action, times = 1) => void throttles.set(action, (throttles.get(action) ?? 0) + times),
    deny: (...actions) => {
      refused.clear();
      for (const action of actions) refused.add(action);
    },
    calls,
    stop: server.stop,
  };
};
