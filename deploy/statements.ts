// The words that policies of the stack's roles are made of: what may be done to its table, its queues and the rest.

import { arnOf, type Intrinsic } from "./cloudformation.ts";
import { queueId } from "./queues.ts";
import { tableArn, tableIndexArn } from "./table.ts";
import { leadingKeys, tableRights } from "./table-rights.ts";
import type { FunctionName, QueueName } from "./topology.ts";

export type Statement = {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: readonly string[];
  readonly Resource: readonly (string | Intrinsic)[] | "*";
  readonly Condition?: object;
};

export const allow = (
  Sid: string,
  Action: readonly string[],
  Resource: Statement["Resource"],
): Statement => ({
  Sid,
  Effect: "Allow",
  Action,
  Resource,
});

// By the IAM actions of lib/store/table. Nobody scans, updates in place or changes the table.
export const READ = ["dynamodb:GetItem", "dynamodb:Query"];
/** A catalog is put together from chunks. */
export const READ_CHUNKS = ["dynamodb:BatchGetItem"];
export const WRITE = ["dynamodb:PutItem"];
/** IAM lets whoever may write batches delete by them as well: of the same kinds. */
export const WRITE_CHUNKS = ["dynamodb:BatchWriteItem"];
const CLEAR = ["dynamodb:DeleteItem"];

/** Every item that the request names must be of one of these kinds. */
const ofKinds = (
  Sid: string,
  actions: readonly string[],
  kinds: readonly string[],
  resources: Statement["Resource"] = [tableArn],
): Statement => ({
  ...allow(Sid, actions, resources),
  Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": leadingKeys(kinds) } },
});

/** What the function reads. The index has the same partition keys as the table. */
export const reads = (fn: FunctionName, ...actions: readonly string[]): Statement =>
  ofKinds("ReadItsKinds", actions, tableRights[fn].reads, [tableArn, tableIndexArn]);

/** What the function writes and removes, and nothing else of the table. */
export const owns = (fn: FunctionName, actions: readonly string[] = WRITE): Statement[] => {
  const { writes, removes } = tableRights[fn];
  return [
    ...(writes.length ? [ofKinds("WriteItsKinds", actions, writes)] : []),
    ...(removes.length ? [ofKinds("RemoveItsKinds", CLEAR, removes)] : []),
  ];
};

export const sendTo = (queue: string): Statement =>
  allow(`SendTo${queue}`, ["sqs:SendMessage"], [arnOf(queue)]);

/** What Lambda's poller does in the function's name. */
export const empties = (queue: QueueName): Statement =>
  allow(
    "EmptyItsQueue",
    ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
    [arnOf(queueId(queue))],
  );

export const policy = (PolicyName: string, ...Statement: readonly Statement[]): Intrinsic => ({
  PolicyName,
  PolicyDocument: { Version: "2012-10-17", Statement },
});
