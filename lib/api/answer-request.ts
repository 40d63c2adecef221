// From a request to an answer: finds the route, checks its parameters, turns errors into problems.
import { AuditError } from "../errors.ts";
import { parseBody } from "./body.ts";
import type { QueryDeps } from "./deps.ts";
import { type Problem, problem, problemOf } from "./problem.ts";
import type { Route } from "./route.ts";
import type { RoutePlace } from "./routes.ts";

export type Request = {
  readonly method: string;
  /** As it stands in the URL: parts may be percent-encoded. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly body?: string | undefined;
  readonly requestId?: string;
};

export type Answer =
  | { readonly status: 200; readonly body: unknown }
  | {
      readonly status: Problem["status"];
      readonly body: Problem;
      readonly cause?: unknown;
      /** Of 405: how the path is asked. */
      readonly allow?: "GET" | "POST";
    };

/** Several times what AWS takes as a policy, the only thing that is sent: written as a text in JSON it grows. */
const MAX_BODY = 250_000;

const decode = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // no encoding then, but a name with a percent sign
  }
};

/** The parameters in the path where it is the route's; undefined where it is another's. */
const matchPath = (route: string, path: string): Record<string, string> | undefined => {
  const [wanted, given] = [route.split("/"), path.split("/")];
  if (wanted.length !== given.length) return undefined;
  const found: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const value = given[i] ?? "";
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (name === undefined ? part !== value : value === "") return undefined;
    if (name !== undefined) found[name] = decode(value);
  }
  return found;
};

/** Query and path together; AuditError("usage") for a parameter given twice. */
const parametersOf = (query: string, inPath: Readonly<Record<string, string>>): Map<string, string> => {
  const given = new Map<string, string>(Object.entries(inPath));
  for (const [name, value] of new URLSearchParams(query)) {
    if (Object.hasOwn(inPath, name))
      throw new AuditError("usage", `unknown parameter ${JSON.stringify(name)}`);
    if (given.has(name))
      throw new AuditError("usage", `the parameter ${JSON.stringify(name)} is given twice`);
    given.set(name, value);
  }
  return given;
};

/** The parameters in the route's shape; AuditError("usage") that names each that is missing, wrong or unknown. */
const checked = (route: Route, given: ReadonlyMap<string, string>): unknown => {
  const known = Object.keys(route.params.shape);
  const unknown = [...given.keys()].filter((name) => !known.includes(name));
  const taken = Object.fromEntries([...given].filter(([name]) => known.includes(name)));
  const parsed = route.params.safeParse(taken);
  const problems = unknown.map((name) => `unknown parameter ${JSON.stringify(name.slice(0, 100))}`);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) {
      const name = String(path[0] ?? "");
      problems.push(given.has(name) ? `parameter ${name}: ${message}` : `the parameter ${name} is required`);
    }
  }
  if (problems.length || !parsed.success) {
    const inQuery = known.filter((name) => !route.path.includes(`{${name}}`));
    throw new AuditError("usage", problems.slice(0, 20).join("; "), {
      hint: inQuery.length
        ? `${route.path} takes: ${inQuery.join(", ")}.`
        : `${route.path} takes no parameters.`,
    });
  }
  return parsed.data;
};

/** Answers; never throws. `cause` is for the log: an error that was not of the caller's making. */
export const answerRequest = async (
  places: readonly RoutePlace[],
  deps: QueryDeps,
  { method, path, query, body, requestId }: Request,
): Promise<Answer> => {
  try {
    const trimmed = path.length > 1 ? path.replace(/\/+$/, "") : path;
    for (const { path: wanted, method: allow, load } of places) {
      const inPath = matchPath(wanted, trimmed);
      if (!inPath) continue;
      if (method !== allow) {
        const why = allow === "GET" ? "nothing is changed this way" : "what is asked is sent as a body";
        const says = `${method.slice(0, 20)} is not allowed: ${why}.`;
        return { status: 405, body: problem(405, "method", says, { hint: `Ask with ${allow}.` }), allow };
      }
      const route = await load();
      const params = checked(route, parametersOf(query, inPath));
      const sent = route.body && parseBody(route.body, body, MAX_BODY);
      return { status: 200, body: await route.run(deps, params as never, sent as never) };
    }
    throw new AuditError("not-found", `there is nothing at ${JSON.stringify(path.slice(0, 200))}`, {
      hint: "GET /openapi.json lists what there is.",
    });
  } catch (error) {
    const told = problemOf(error, requestId);
    return { status: told.status, body: told, ...(told.status >= 500 && { cause: error }) };
  }
};
