// Answers questions over HTTP: who may reach what, who did, what changed. Reads the table and nothing else.
import { answerRequest } from "../lib/api/answer-request.ts";
import { queryDeps } from "../lib/api/deps.ts";
import { problem } from "../lib/api/problem.ts";
import { routePlaces } from "../lib/api/routes.ts";
import { errorFields } from "../lib/log.ts";
import type { ReadStore } from "../lib/store/open-store.ts";
import { bodyIn, HttpRequest, type HttpResponse, pathIn, respond } from "./http.ts";
import { type LambdaHandler, lambda, onLambda } from "./lambda.ts";
import { type Runtime, readStoreOf, runtime, settings } from "./wiring.ts";

export type QueryDeps = Runtime & { readonly store: ReadStore };

/** Lambda gives back 6 MB, the body as a text in JSON; some room is left for the rest. */
const MAX_RESPONSE_BYTES = 5_900_000;

export const queryHandler = (deps: QueryDeps): LambdaHandler<unknown, HttpResponse> => {
  const at = queryDeps(deps.store);
  return lambda(deps, async (event: unknown) => {
    const request = HttpRequest.safeParse(event);
    if (!request.success)
      return respond(400, problem(400, "usage", "This is not an event of an HTTP API."), "GET");
    const { rawPath, rawQueryString, requestContext } = request.data;
    const { http, stage, requestId } = requestContext;
    const answer = await answerRequest(routePlaces, at(deps.now()), {
      method: http.method,
      path: pathIn(stage, rawPath),
      query: rawQueryString,
      body: bodyIn(request.data),
      ...(requestId !== undefined && { requestId }),
    });
    if ("cause" in answer) deps.log.error("question failed", { requestId, ...errorFields(answer.cause) });
    const allow = ("allow" in answer && answer.allow) || "GET";
    const response = respond(answer.status, answer.body, allow);
    if (Buffer.byteLength(JSON.stringify(response)) <= MAX_RESPONSE_BYTES) return response;
    deps.log.error("answer too large", { requestId, path: rawPath.slice(0, 200) });
    const hint = "Ask for less: a smaller limit, or a shorter stretch of time.";
    return respond(500, problem(500, "internal", "The answer is too large.", { hint }), "GET");
  });
};

/** The function as its environment says. */
export const wire = (shared: Runtime) => {
  const { TABLE_NAME } = settings("TABLE_NAME");
  return queryHandler({ ...shared, store: readStoreOf(TABLE_NAME, shared) });
};

export const handler = onLambda(() => wire(runtime()));
