// Asks the query function as API Gateway does, and holds every answer against the schema that is published for it.

import type { Context } from "aws-lambda";
import { expect } from "vitest";
import { type QueryDeps, queryHandler } from "../../handlers/query.ts";
import { Problem } from "../../lib/api/problem.ts";
import { routePlaces } from "../../lib/api/routes.ts";
import type { Fields, Log } from "../../lib/log.ts";
import { openReadStore } from "../../lib/store/open-store.ts";
import type { ReadTable } from "../../lib/store/table/read-only.ts";
import { readOnly } from "../../lib/store/table/read-only.ts";

const routes = await Promise.all(routePlaces.map(({ load }) => load()));

/** What tests look at by name; the rest is matched as a whole. A row of `items` is what the reader says it is. */
type Body = Readonly<Record<string, unknown>> & {
  readonly items: readonly never[];
  readonly sections: readonly never[];
  readonly links: readonly { readonly step: string; readonly state: string }[];
  readonly completes: readonly string[];
  readonly next: string;
};
export type Answered = {
  readonly status: number;
  readonly type: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
};
/** `body`: it is sent by POST. */
export type Ask = (
  path: string,
  params?: Readonly<Record<string, string>>,
  body?: unknown,
) => Promise<Answered>;

/** An event of the HTTP API, payload format 2.0. */
export const httpEvent = (
  path: string,
  query = "",
  method = "GET",
  stage = "$default",
  body?: string,
): unknown => ({
  ...(body !== undefined && { body }),
  version: "2.0",
  routeKey: "GET /{path+}",
  rawPath: path,
  rawQueryString: query,
  headers: { host: "api.example.com" },
  requestContext: {
    accountId: "111122223333",
    stage,
    requestId: "req-1",
    http: { method, path, protocol: "HTTP/1.1", sourceIp: "203.0.113.7", userAgent: "test" },
  },
  isBase64Encoded: false,
});

const templateOf = (path: string): (typeof routes)[number] | undefined =>
  routes.find((one) => one.path === path) ??
  routes.find((one) => {
    const [parts, wanted] = [one.path.split("/"), path.split("/")];
    return (
      parts.length === wanted.length && parts.every((part, i) => part.startsWith("{") || part === wanted[i])
    );
  });

/** What a route answers must be what its schema says, no field more. */
const conforms = (path: string, body: unknown): void => {
  const schema = templateOf(path.replace(/\/+$/, ""))?.answer;
  if (!schema) throw new Error(`no route for ${path}`);
  expect(schema.parse(body)).toEqual(body);
};

export const asker = (
  table: ReadTable,
  now: () => number,
): { ask: Ask; send: (event: unknown) => Promise<Answered>; logged: [string, Fields][] } => {
  const logged: [string, Fields][] = [];
  const note = (message: string, fields: Fields = {}): void => void logged.push([message, fields]);
  const log: Log = { info: note, warn: note, error: note };
  const deps: QueryDeps = {
    store: openReadStore(readOnly(table)),
    now,
    log,
    random: Math.random,
    sleep: async () => {},
  };
  const handler = queryHandler(deps);
  const send = async (event: unknown): Promise<Answered> => {
    const { statusCode, headers, body } = await handler(event, {} as Context);
    const parsed: unknown = JSON.parse(body);
    if (statusCode !== 200) expect(Problem.parse(parsed)).toEqual(parsed);
    return { status: statusCode, type: headers["content-type"], headers, body: parsed as Body };
  };
  return {
    logged,
    send,
    ask: async (path, params = {}, body = undefined) => {
      const query = new URLSearchParams(params).toString();
      const event =
        body === undefined
          ? httpEvent(path, query)
          : httpEvent(path, query, "POST", "$default", JSON.stringify(body));
      const answered = await send(event);
      if (answered.status === 200) conforms(path, answered.body);
      return answered;
    },
  };
};

/** All pages of an answer, row by row. */
export const allPages = async (
  ask: Ask,
  path: string,
  params: Readonly<Record<string, string>>,
  between: () => Promise<void> = async () => {},
  sent?: unknown,
): Promise<{ pages: number; items: unknown[] }> => {
  const items: unknown[] = [];
  let cursor: string | undefined;
  for (let pages = 1; ; pages++) {
    const { status, body } = await ask(path, { ...params, ...(cursor !== undefined && { cursor }) }, sent);
    expect(status, JSON.stringify(body)).toBe(200);
    items.push(...body.items);
    if (!body.next) return { pages, items };
    cursor = body.next;
    await between();
  }
};
