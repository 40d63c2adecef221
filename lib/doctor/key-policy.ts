// What the policy of a deployment's own KMS key has to admit, whether it does, and the policy with what is missing.
import { parseArn } from "../core/base/ids.ts";
import { dnsSuffixOf } from "../core/base/partition.ts";
import { parsePolicy } from "../core/iam/policy.ts";
import {
  type Admitted,
  admitted,
  type Judged,
  judgeNeeds,
  mergedNeeds,
  type Need,
  sidOf,
} from "./key-admits.ts";
import type { Merged } from "./merges.ts";

/** The key by its whole ARN, and the stack that it is for. */
export type KeyUse = { readonly arn: string; readonly stack: string };

const partsOf = ({ arn }: KeyUse) => {
  const { partition = "", region = "", account = "" } = parseArn(arn) ?? {};
  return { partition, region, account, suffix: dnsSuffixOf(partition) };
};

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
    ...{ label: who, who },
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
  ...{ label: "events.amazonaws.com", who: "events.amazonaws.com" },
  statement: admit(`${sidOf(stack)}Events`, "events.amazonaws.com", ["kms:GenerateDataKey", "kms:Decrypt"]),
  actions: SEALING,
  contexts: [{}],
});

/** Alarms are published on the topic: sns/latest/dg/sns-key-management.html */
const alarms = (use: KeyUse): Need => {
  const own = { "aws:SourceAccount": partsOf(use).account };
  const actions = ["kms:GenerateDataKey*", "kms:Decrypt"];
  return {
    ...{ label: "cloudwatch.amazonaws.com", who: "cloudwatch.amazonaws.com" },
    statement: admit(`${sidOf(use.stack)}Alarms`, "cloudwatch.amazonaws.com", actions, { StringEquals: own }),
    actions: SEALING,
    contexts: [own],
  };
};

const services = (use: KeyUse): readonly Need[] => [logs(use), events(use), alarms(use)];

/** The statements that a key's policy needs beside the one that lets the account's IAM policies count. */
export const keyStatements = (use: KeyUse): readonly object[] =>
  services(use).flatMap(({ statement }) => statement ?? []);

/** Of the account: the roles of the functions have policies of their own, which count only where its root is admitted. */
const accountOf = (use: KeyUse): Need => {
  const { partition, account } = partsOf(use);
  const who = `arn:${partition}:iam::${account}:root`;
  return { ...{ label: who, who, statement: null }, actions: SEALING, contexts: [{}] };
};

/** `account`: whether the policies of the account's own roles count. */
export type KeyPolicyState = Judged & { readonly account: Admitted };

/** Who of those that the stack needs is admitted by the policy, as KMS gives it. */
export const judgeKeyPolicy = (text: string, use: KeyUse): KeyPolicyState => ({
  ...judgeNeeds(text, use.arn, services(use)),
  account: admitted(parsePolicy(text, "resource"), use.arn, accountOf(use)),
});

/** The policy as it is, with a statement for each of `missing`: a call that replaces the whole of it. */
export const mergedKeyPolicy = (text: string, use: KeyUse, missing: readonly string[]): Merged =>
  mergedNeeds(text, use.arn, services(use), missing);
