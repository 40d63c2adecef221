// Lets the real SQS and EventBridge clients reach the bus: their AWS JSON protocols on a loopback port.
import { randomUUID } from "node:crypto";
import { AuditError } from "../../lib/errors.ts";
import { type AwsError, type AwsOperations, AwsRefusal } from "./aws-operation.ts";
import type { Bus } from "./bus.ts";
import { eventBridgeOperations } from "./eventbridge-api.ts";
import { type LoopbackRequest, type LoopbackResponse, startLoopback } from "./loopback-server.ts";
import { sqsOperations } from "./sqs-api.ts";

type BusFault = "denied" | "throttled" | "internal";

export type BusEndpoint = {
  /** For AWS_ENDPOINT_URL_SQS and AWS_ENDPOINT_URL_EVENTBRIDGE alike. */
  readonly endpoint: string;
  /** On this endpoint too, for some clients call the queue URL's host whatever their endpoint is. */
  readonly queueUrl: (name: string) => string;
  /** The next `times` (1) calls of this operation ("SendMessageBatch", "PutEvents") fail so. */
  readonly failNext: (operation: string, fault: BusFault, times?: number) => void;
  readonly stop: () => Promise<void>;
};

const faults: Readonly<Record<BusFault, { status: number; refusal: AwsError }>> = {
  denied: {
    status: 403,
    refusal: { shape: "AccessDeniedException", message: "not authorized to perform this" },
  },
  throttled: { status: 400, refusal: { shape: "ThrottlingException", message: "Rate exceeded" } },
  internal: { status: 500, refusal: { shape: "InternalFailure", message: "an internal error" } },
};

const respond = (
  status: number,
  version: string,
  body: object,
  more: Record<string, string> = {},
): LoopbackResponse => ({
  status,
  headers: { "content-type": `application/x-amz-json-${version}`, "x-amzn-requestid": randomUUID(), ...more },
  body: JSON.stringify(body),
});

const refuse = (status: number, version: string, { shape, queryCode, message }: AwsError): LoopbackResponse =>
  respond(
    status,
    version,
    { __type: shape, message },
    queryCode ? { "x-amzn-query-error": `${queryCode};Sender` } : {},
  );

type Services = Readonly<Record<string, { readonly version: string; readonly operations: AwsOperations }>>;

/**
 * Serves the bus, and `more` by the prefix of its targets, on 127.0.0.1. Calls that are not imitated are refused as
 * UnknownOperation.
 */
export const startBusEndpoint = async (bus: Bus, more: Services = {}): Promise<BusEndpoint> => {
  const ahead: { operation: string; fault: BusFault }[] = [];
  const services: Services = {
    ...more,
    AmazonSQS: { version: "1.0", operations: sqsOperations(bus, (name) => queueUrl(name)) },
    AWSEvents: { version: "1.1", operations: eventBridgeOperations(bus) },
  };
  const answer = ({ headers, body }: LoopbackRequest): LoopbackResponse => {
    const [prefix = "", name = ""] = String(headers["x-amz-target"] ?? "").split(".");
    const service = services[prefix];
    const version = service?.version ?? "1.0";
    const operation =
      service && Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
    if (!operation) {
      return refuse(400, version, {
        shape: "UnknownOperationException",
        message: `the local stand-in does not know ${prefix}.${name}`,
      });
    }
    if (!headers.authorization?.startsWith("AWS4-HMAC-SHA256 ")) {
      return refuse(403, version, { shape: "MissingAuthenticationToken", message: "Request is not signed" });
    }
    const planned = ahead.findIndex((next) => next.operation === name);
    const fault = planned < 0 ? undefined : ahead.splice(planned, 1)[0]?.fault;
    if (fault) return refuse(faults[fault].status, version, faults[fault].refusal);
    try {
      return respond(200, version, operation(JSON.parse(body.toString("utf8") || "{}")));
    } catch (error) {
      if (error instanceof AwsRefusal) return refuse(400, version, error.refusal);
      if (error instanceof AuditError) {
        return refuse(400, version, { shape: "InvalidParameterValue", message: error.message });
      }
      throw error;
    }
  };
  const server = await startLoopback(answer);
  const queueUrl = (name: string): string => `${server.endpoint}/${bus.account}/${bus.queue(name).name}`;
  return {
    endpoint: server.endpoint,
    queueUrl,
    failNext: (operation, fault, times = 1) => {
      for (let n = 0; n < times; n += 1) ahead.push({ operation, fault });
    },
    stop: server.stop,
  };
};
