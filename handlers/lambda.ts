// The edge that all functions share: middy, the logger's context, failures of single messages.
import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import middy from "@middy/core";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { Cluster } from "../lib/core/base/ids.ts";
import { AuditError } from "../lib/errors.ts";
import { errorFields } from "../lib/log.ts";
import type { Runtime } from "./wiring.ts";

export type LambdaHandler<E, R> = (event: E, context: Context) => Promise<R>;

/** One invocation: what is thrown is logged once and thrown on, so that Lambda sees the failure and retries. */
export const lambda = <E, R>({ log }: Runtime, work: (event: E) => Promise<R>): LambdaHandler<E, R> =>
  middy<E, R>()
    .onError(({ error, context }) =>
      log.error("invocation failed", { requestId: context.awsRequestId, ...errorFields(error) }),
    )
    .handler((event: E) => work(event)) as LambdaHandler<E, R>;

/** Messages one by one: a message that fails comes back alone, and ends in the dead-letter queue. */
export const eachMessage = (
  deps: Runtime,
  work: (body: unknown) => Promise<void>,
): LambdaHandler<SQSEvent, SQSBatchResponse> =>
  lambda(deps, (event: SQSEvent) =>
    processPartialResponse(
      event,
      async (record: SQSRecord) => {
        try {
          await work(bodyOf(record));
        } catch (error) {
          const about = { messageId: record.messageId, cluster: clusterIn(record) };
          deps.log.error("message failed", { ...about, ...errorFields(error) });
          throw error;
        }
      },
      new BatchProcessor(EventType.SQS),
      { throwOnFullBatchFailure: false, processInParallel: false },
    ),
  );

/** The cluster that a message is about, where it names one; nothing else of a body is ever logged. */
const clusterIn = ({ body }: SQSRecord): Cluster | undefined => {
  try {
    return Cluster.safeParse((JSON.parse(body) as { cluster?: unknown } | null)?.cluster).data;
  } catch {
    return undefined;
  }
};

/** AuditError("bad-record") where a body is no JSON. */
export const bodyOf = (record: SQSRecord): unknown => {
  try {
    return JSON.parse(record.body) as unknown;
  } catch (cause) {
    throw new AuditError("bad-record", `message ${record.messageId} is not JSON`, { cause });
  }
};

/**
 * The function that Lambda calls: wired at its first call, kept for the container's life. Importing the file wires
 * nothing, so that tests and the embedded stack can hand in their own dependencies.
 */
export const onLambda = <E, R>(wire: () => LambdaHandler<E, R>): LambdaHandler<E, R> => {
  let wired: LambdaHandler<E, R> | undefined;
  return (event, context) => {
    wired ??= wire();
    return wired(event, context);
  };
};
