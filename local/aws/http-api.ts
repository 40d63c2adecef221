// API Gateway's HTTP API in front of the query function: builds the event, hands back status and body. No socket.

import type { HttpResponse } from "../../handlers/http.ts";
import type { LambdaHandler } from "../../handlers/lambda.ts";
import { iso } from "../../lib/core/base/time.ts";
import { lambdaContext, type Region } from "./lambda-events.ts";

export type HttpAnswer = { readonly status: number; readonly body: unknown };

/** GET of a path, such as `/snapshots/as-of`, with query parameters as they are: encoding them is done here. */
export type AskHttp = (path: string, params?: Readonly<Record<string, string>>) => Promise<HttpAnswer>;

const TIMEOUT_MS = 29_000;
const ROUTE = "GET /{path+}";

/**
 * Asks as the IAM principal `caller`, whose signature API Gateway has already checked. The body is parsed JSON; what the
 * function throws is thrown on, where API Gateway would answer 500.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export const httpApi = (
  handler: LambdaHandler<unknown, HttpResponse>,
  { now, caller, ...place }: Region & { readonly now: () => number; readonly caller: string },
): AskHttp => {
  let requests = 0;
  const domainName = `local.execute-api.${place.region}.amazonaws.com`;
  return async (path, params = {}) => {
    const requestId = `local-${++requests}`;
    const at = now();
    const event = {
      version: "2.0",
      routeKey: ROUTE,
      rawPath: path,
      rawQueryString: new URLSearchParams(params).toString(),
      headers: { host: domainName },
      ...(Object.keys(params).length && { queryStringParameters: params }),
      pathParameters: { path: path.slice(1) },
      requestContext: {
        accountId: place.account,
        apiId: "local",
        authorizer: { iam: { accountId: place.account, userArn: caller } },
        domainName,
        domainPrefix: "local",
        http: { method: "GET", path, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "local" },
        requestId,
        routeKey: ROUTE,
        stage: "$default",
        time: iso(at),
        timeEpoch: at,
      },
      isBase64Encoded: false,
    };
    const { statusCode, body } = await handler(event, lambdaContext("query", requestId, TIMEOUT_MS, place));
    return { status: statusCode, body: JSON.parse(body) as unknown };
  };
};
