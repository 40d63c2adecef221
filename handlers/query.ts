// Answers questions over HTTP: who may reach what, who did, what changed. Reads the table and nothing else.
import * as z from "zod";
import { answerRequest } from "../lib/api/answer-request.ts";
import { queryDeps } from "../lib/api/deps.ts";
import { problem } from "../lib/api/problem.ts";
import { routes } from "../lib/api/routes.ts";
import { errorFields } from "../lib/log.ts";
import type { ReadStore } from "../lib/store/open-store.ts";
import { type LambdaHandler, lambda, onLambda } from "./lambda.ts";
import { type Runtime, readStoreOf, runtime, settings } from "./wiring.ts";

export type QueryDeps = Runtime & { readonly store: ReadStore };

/** API Gateway's HTTP API, payload format 2.0: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
const HttpRequest = z.object({
  rawPath: z.string(),
  rawQueryString: z.string().default(""),
  requestContext: z.object({
    http: z.object({ method: z.string() }),
    stage: z.string().default("$default"),
    requestId: z.optional(z.string()),
  }),
});

export type HttpResponse = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Lambda gives back 6 MB, the body as a text in JSON; some room is left for the rest. */
const MAX_RESPONSE_BYTES = 5_900_000;

/** Who may reach what is nothing for a cache or a sniffing browser. */
const headers = { "cache-control": "no-store", "x-content-type-options": "nosniff" } as const;

const respond = (status: number, value: unknown): HttpResponse => ({
  statusCode: status,
  headers: {
    ...headers,
    "content-type": status === 200 ? "application/json" : "application/problem+json",
    ...(status === 405 && { allow: "GET" }),
    ...(status === 503 && { "retry-after": "5" }),
  },
  body: JSON.stringify(value),
});

/** A stage other than the default one is the first part of every path. */
const pathIn = (stage: string, rawPath: string): string =>
  stage !== "$default" && (rawPath === `/${stage}` || rawPath.startsWith(`/${stage}/`))
    ? rawPath.slice(stage.length + 1) || "/"
    : rawPath;

export const queryHandler = (deps: QueryDeps): LambdaHandler<unknown, HttpResponse> => {
  const at = queryDeps(deps.store);
  return lambda(deps, async (event: unknown) => {
    const request = HttpRequest.safeParse(event);
    if (!request.success) return respond(400, problem(400, "usage", "This is not an event of an HTTP API."));
    const { rawPath, rawQueryString, requestContext } = request.data;
    const { http, stage, requestId } = requestContext;
    const answer = await answerRequest(routes, at(deps.now()), {
      method: http.method,
      path: pathIn(stage, rawPath),
      query: rawQueryString,
      ...(requestId !== undefined && { requestId }),
    });
    if ("cause" in answer) deps.log.error("question failed", { requestId, ...errorFields(answer.cause) });
    const response = respond(answer.status, answer.body);
    if (Buffer.byteLength(JSON.stringify(response)) <= MAX_RESPONSE_BYTES) return response;
    deps.log.error("answer too large", { requestId, path: rawPath.slice(0, 200) });
    const hint = "Ask for less: a smaller limit, or a shorter stretch of time.";
    return respond(500, problem(500, "internal", "The answer is too large.", { hint }));
  });
};

/** The function as its environment says. */
export const wire = (shared: Runtime) => {
  const { TABLE_NAME } = settings("TABLE_NAME");
  return queryHandler({ ...shared, store: readStoreOf(TABLE_NAME, shared) });
};

export const handler = onLambda(() => wire(runtime()));
