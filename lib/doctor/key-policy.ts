// What the policy of a deployment's own KMS key has to admit, whether it does, and the policy with what is missing.
import { parseArn } from "../core/base/ids.ts";
import { shellWord } from "../core/base/shell-word.ts";
import { applies } from "../core/iam/applies.ts";
import { contextKey, type KnownContext } from "../core/iam/known-context.ts";
import { type Policy, parsePolicy, type Statement } from "../core/iam/policy.ts";
import type { Request } from "../core/iam/request.ts";
import { every, some, type Truth, truthOf } from "../core/iam/truth.ts";
import type { Merged } from "./merges.ts";

/** The key by its whole ARN, and the stack that it is for. */
export type KeyUse = { readonly arn: string; readonly stack: string };

/** One who has to be admitted: a service by its principal, or the account, so that policies of its roles count. */
type Need = {
  /** "logs.eu-central-1.amazonaws.com", or the ARN of the account's root. */
  readonly who: string;
  readonly statement: { readonly Sid: string } & Readonly<Record<string, unknown>>;
  /** As a request names them: all have to be admitted. */
  readonly actions: readonly string[];
  /** What is known of its requests; each has to be admitted. */
  readonly contexts: readonly Readonly<Record<string, string>>[];
};

const partsOf = ({ arn }: KeyUse) => {
  const { partition = "", region = "", account = "" } = parseArn(arn) ?? {};
  return { partition, region, account, suffix: `amazonaws.com${partition === "aws-cn" ? ".cn" : ""}` };
};

/** `dsql-access-auditor-prod` -> `DsqlAccessAuditorProd`: a Sid takes letters and digits alone. */
const sidOf = (stack: string): string =>
  stack.replace(/(?:^|-)([a-z0-9]?)/gi, (_, first: string) => first.toUpperCase());

const admit = (Sid: string, Service: string, Action: readonly string[], Condition?: object) => ({
  ...{ Sid, Effect: "Allow", Principal: { Service }, Action, Resource: "*" },
  ...(Condition && { Condition }),
});

/**
 * CloudWatch Logs seals the log groups by itself: AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html. The star stands for
 * functions, those of later releases too.
 */
const logs = (use: KeyUse): Need => {
  const { partition, region, account, suffix } = partsOf(use);
  const group = (name: string) => `arn:${partition}:logs:${region}:${account}:log-group:/aws/${name}`;
  const key = "kms:EncryptionContext:aws:logs:arn";
  const groups = [group(`lambda/${use.stack}-*`), group(`http-api/${use.stack}`)];
  const who = `logs.${region}.${suffix}`;
  const actions = ["Encrypt*", "Decrypt*", "ReEncrypt*", "GenerateDataKey*", "Describe*"];
  return {
    who,
    statement: admit(
      `${sidOf(use.stack)}Logs`,
      who,
      actions.map((action) => `kms:${action}`),
      { ArnLike: { [key]: groups } },
    ),
    actions: ["kms:encrypt", "kms:decrypt", "kms:reencryptfrom", "kms:reencryptto", "kms:generatedatakey"],
    contexts: groups.map((arn) => ({ [key]: arn.replace("*", "notify") })),
  };
};

const SEALING = ["kms:generatedatakey", "kms:decrypt"];

/**
 * EventBridge puts into the queues: SQSDeveloperGuide/sqs-key-management.html. Without a condition: for topics AWS says that
 * EventBridge brings neither aws:SourceAccount nor aws:SourceArn, and for queues it says nothing. What it may put where is
 * for the queues' own policies to say.
 */
const events = ({ stack }: KeyUse): Need => ({
  who: "events.amazonaws.com",
  statement: admit(`${sidOf(stack)}Events`, "events.amazonaws.com", ["kms:GenerateDataKey", "kms:Decrypt"]),
  actions: SEALING,
  contexts: [{}],
});

/** Alarms are published on the topic: sns/latest/dg/sns-key-management.html */
const alarms = (use: KeyUse): Need => {
  const own = { "aws:SourceAccount": partsOf(use).account };
  const actions = ["kms:GenerateDataKey*", "kms:Decrypt"];
  return {
    who: "cloudwatch.amazonaws.com",
    statement: admit(`${sidOf(use.stack)}Alarms`, "cloudwatch.amazonaws.com", actions, { StringEquals: own }),
    actions: SEALING,
    contexts: [own],
  };
};

const services = (use: KeyUse): readonly Need[] => [logs(use), events(use), alarms(use)];

/** The statements that a key's policy needs beside the one that lets the account's IAM policies count. */
export const keyStatements = (use: KeyUse): readonly object[] =>
  services(use).map(({ statement }) => statement);

/** Of the account: the roles of the functions have policies of their own, which count only where its root is admitted. */
const accountOf = (use: KeyUse): Need => {
  const { partition, account } = partsOf(use);
  const who = `arn:${partition}:iam::${account}:root`;
  return { who, statement: { Sid: "" }, actions: SEALING, contexts: [{}] };
};

const CHINESE = /\.cn$/;

/** Whether the statement's principals are who asks. */
const isMeant = ({ principals }: Statement, who: string): Truth => {
  if (principals === null || principals.not) return "unknown";
  const isService = !who.startsWith("arn:");
  return some(
    principals.entries.map(({ kind, value }): Truth => {
      // Whether a star means services too is not documented, and whom it means else the conditions say.
      if (kind === "AWS" && value === "*") return "unknown";
      if (!isService) return truthOf(kind === "AWS" && (value === who || value === who.split(":")[4]));
      if (kind !== "Service") return "no";
      if (value.replace(CHINESE, "") === who.replace(CHINESE, "")) return "yes";
      // AWS asks for the name with the Region; what the one without it does is not documented.
      return value.replace(CHINESE, "") === who.replace(/\..*(?=\.amazonaws)/, "").replace(CHINESE, "")
        ? "unknown"
        : "no";
    }),
  );
};

/** Keys that say who asks: of a service they are not documented, and of the account it is not known which of its roles. */
const ABOUT_WHO = /^(?:aws:(?:principal|user|sourceidentity|token)|kms:(?:calleraccount|viaservice|grant))/;

const requestOf = (use: KeyUse, action: string, context: Need["contexts"][number]): Request => {
  const { account, region } = partsOf(use);
  const known: KnownContext = new Map(
    Object.entries(context).map(([name, value]) => [contextKey(name), [value]]),
  );
  return {
    subject: { kind: "not-read", arn: "", account: "", partition: "" },
    ...{ action, cluster: use.arn, region, account, context: known },
    ...{ clusterTags: null, unreadTags: "they are those of the key", maySessionTag: false },
  };
};

/** How the statements of one effect are about a request; what the request decides is not known beforehand. */
const weigh = (
  { statements, hasVariables }: Policy,
  effect: "Allow" | "Deny",
  who: string,
  request: Request,
): Truth =>
  some(
    statements
      .filter((one) => one.effect === effect || one.effect === null)
      .map((statement) => {
        const conditions = statement.conditions.filter(({ key }) => !ABOUT_WHO.test(key.toLowerCase()));
        const { truth } = applies(request, { ...statement, conditions }, hasVariables);
        const isSettled =
          truth === "no" || (truth === "yes" && conditions.length === statement.conditions.length);
        return every([
          statement.problem === null ? isMeant(statement, who) : "unknown",
          isSettled ? truth : "unknown",
        ]);
      }),
  );

type Admitted = "yes" | "no" | "denied" | "unknown";

const admitted = (policy: Policy, use: KeyUse, { who, actions, contexts }: Need): Admitted => {
  const requests = actions.flatMap((action) => contexts.map((context) => requestOf(use, action, context)));
  const denied = some(requests.map((request) => weigh(policy, "Deny", who, request)));
  if (denied === "yes") return "denied";
  const allowed = every(requests.map((request) => weigh(policy, "Allow", who, request)));
  if (allowed === "no") return "no";
  return allowed === "yes" && denied === "no" ? "yes" : "unknown";
};

/** By principal. `problem`: why nothing of the policy is known. */
export type KeyPolicyState = {
  readonly problem: string | null;
  readonly missing: readonly string[];
  readonly denied: readonly string[];
  readonly unknown: readonly string[];
  /** Whether the policies of the account's own roles count. */
  readonly account: Admitted;
};

/** Who of those that the stack needs is admitted by the policy, as KMS gives it. */
export const judgeKeyPolicy = (text: string, use: KeyUse): KeyPolicyState => {
  const policy = parsePolicy(text, "resource");
  const found = services(use).map((need) => ({ who: need.who, is: admitted(policy, use, need) }));
  const who = (is: Admitted): string[] => found.filter((one) => one.is === is).map((one) => one.who);
  return {
    problem: policy.problem,
    ...{ missing: who("no"), denied: who("denied"), unknown: who("unknown") },
    account: admitted(policy, use, accountOf(use)),
  };
};

type Document = { readonly Statement: unknown } & Readonly<Record<string, unknown>>;

/** The policy as it is, with a statement for each of `missing`: a call that replaces the whole of it. */
export const mergedKeyPolicy = (text: string, use: KeyUse, missing: readonly string[]): Merged => {
  const { region } = partsOf(use);
  // It was read without a problem: strictly, and as a policy.
  const document = JSON.parse(text) as Document;
  const there = [document.Statement].flat();
  const adds = services(use)
    .filter(({ who }) => missing.includes(who))
    .map(({ statement }) => {
      const isTaken = there.some((one) => (one as { Sid?: unknown } | null)?.Sid === statement.Sid);
      return isTaken ? { ...statement, Sid: `${statement.Sid}2` } : statement;
    });
  const puts = { ...document, Statement: [...there, ...adds] };
  return {
    merge: { of: use.arn, keeps: there.length, adds, puts, widened: [] },
    command: `aws kms put-key-policy --region ${region} --key-id ${shellWord(use.arn)} --policy-name default --policy ${shellWord(JSON.stringify(puts))}`,
  };
};
