// What the functions behind the HTTP API share: the shape of a request, and how an answer is given.
import * as z from "../lib/core/base/zod.ts";

/** API Gateway's HTTP API, payload format 2.0: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
export const HttpRequest = z.object({
  rawPath: z.string(),
  rawQueryString: z._default(z.string(), ""),
  body: z.optional(z.string()),
  isBase64Encoded: z._default(z.boolean(), false),
  requestContext: z.object({
    http: z.object({ method: z.string() }),
    stage: z._default(z.string(), "$default"),
    requestId: z.optional(z.string()),
    /** Set by the IAM authorizer, never by the caller. */
    authorizer: z.optional(z.object({ iam: z.optional(z.object({ userArn: z.optional(z.string()) })) })),
  }),
});

export type HttpResponse = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** The body as it was sent. */
export const bodyIn = ({ body, isBase64Encoded }: z.output<typeof HttpRequest>): string | undefined =>
  isBase64Encoded ? Buffer.from(body ?? "", "base64").toString("utf8") : body;

/** Who may reach what is nothing for a cache or a sniffing browser. */
const headers = { "cache-control": "no-store", "x-content-type-options": "nosniff" } as const;

/** `allow`: what may be done at the path, for an answer 405. */
export const respond = (status: number, value: unknown, allow: "GET" | "POST"): HttpResponse => ({
  statusCode: status,
  headers: {
    ...headers,
    "content-type": status === 200 ? "application/json" : "application/problem+json",
    ...(status === 405 && { allow }),
    ...(status === 503 && { "retry-after": "5" }),
  },
  body: JSON.stringify(value),
});

/** A stage other than the default one is the first part of every path. */
export const pathIn = (stage: string, rawPath: string): string =>
  stage !== "$default" && (rawPath === `/${stage}` || rawPath.startsWith(`/${stage}/`))
    ? rawPath.slice(stage.length + 1) || "/"
    : rawPath;
