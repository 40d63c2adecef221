// A function that fails as it is told, with the real logger: log.test.ts runs it as a process of its own.
import { eachMessage, lambda } from "../../handlers/lambda.ts";
import { runtime } from "../../handlers/wiring.ts";
import { AuditError } from "../../lib/errors.ts";

const CLUSTER = "arn:aws:dsql:us-east-1:111122223333:cluster/k7abcdefghij1234567890orders";
const context = { awsRequestId: "request-1", functionName: "f" } as never;
const fail = async (): Promise<never> => {
  const network = Object.assign(new Error("connect ETIMEDOUT 10.0.0.1:5432"), { code: "ETIMEDOUT" });
  const driver = new AggregateError(
    [network],
    "no address answered\nlevel: INFO\u202e https://h/?Action=DbConnect&X-Amz-Security-Token=IQoJsecret&X-Amz-Signature=0badc0de",
  );
  throw new AuditError("connect", "the cluster could not be reached", {
    cause: driver,
    hint: "Look at the network.",
  });
};
const record = { messageId: "m1", body: JSON.stringify({ cluster: CLUSTER, token: "body-secret" }) };
await eachMessage(runtime(), fail)({ Records: [record] } as never, context);
await lambda(runtime(), fail)({ password: "event-secret" } as never, context).catch(() => undefined);
