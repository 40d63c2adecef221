// Lets people act over HTTP: acknowledge and exempt findings, retire clusters. Who they are is what IAM's authorizer says.
import { type ActDeps, answerAct } from "../lib/api/act-request.ts";
import { problem } from "../lib/api/problem.ts";
import { errorFields } from "../lib/log.ts";
import { leftOutStore } from "../lib/store/coverage/left-out.ts";
import { openFindings, openHistory } from "../lib/store/open-store.ts";
import { bodyIn, HttpRequest, type HttpResponse, pathIn, respond } from "./http.ts";
import { type LambdaHandler, lambda, onLambda } from "./lambda.ts";
import { type Runtime, runtime, settings, tableOf } from "./wiring.ts";

export const actHandler = (deps: Runtime & Pick<ActDeps, "store">): LambdaHandler<unknown, HttpResponse> =>
  lambda(deps, async (event: unknown) => {
    const request = HttpRequest.safeParse(event);
    if (!request.success)
      return respond(400, problem(400, "usage", "This is not an event of an HTTP API."), "POST");
    const { rawPath, requestContext } = request.data;
    const { http, stage, requestId, authorizer } = requestContext;
    const answer = await answerAct(
      { store: deps.store, now: deps.now() },
      {
        method: http.method,
        path: pathIn(stage, rawPath),
        body: bodyIn(request.data),
        caller: authorizer?.iam?.userArn,
        requestId,
      },
    );
    if ("cause" in answer) deps.log.error("act failed", { requestId, ...errorFields(answer.cause) });
    else deps.log.info("act", { requestId, caller: authorizer?.iam?.userArn, status: answer.status });
    return respond(answer.status, answer.body, "POST");
  });

/** The function as its environment says. */
export const wire = (shared: Runtime) => {
  const { TABLE_NAME } = settings("TABLE_NAME");
  const table = tableOf(TABLE_NAME, shared);
  return actHandler({
    ...shared,
    store: { ...openHistory(table, shared), ...openFindings(table), leftOut: leftOutStore(table) },
  });
};

export const handler = onLambda(() => wire(runtime()));
