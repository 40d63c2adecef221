// What a route is: a path, its parameters, the shape of its answer, and the function that answers.
import type * as z from "../core/base/zod.ts";
import type { QueryDeps } from "./deps.ts";

/** What the OpenAPI document says of a path. */
export type Operation = {
  /** With `{name}` for a part of the path that is a parameter. */
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  /** Query and path parameters alike; those it does not name are refused. */
  readonly params: z.ZodObject;
  /** Where there is one it is sent by POST, else asked by GET. */
  readonly body?: z.ZodObject;
  /** Registered under an id: the name of its schema in the OpenAPI document. */
  readonly answer: z.ZodType;
};

/** A question: answering it changes nothing, whatever the method. */
export type Route = Operation & {
  /** `params` and `body` as their shapes make them. AuditError "usage" and "not-found" become 400 and 404. */
  readonly run: (deps: QueryDeps, params: never, body: never) => Promise<unknown>;
};

export const methodOf = ({ body }: Pick<Operation, "body">): "GET" | "POST" => (body ? "POST" : "GET");

/** Ties the types of parameters, body and answer to the function, then forgets them: routes of all kinds make one table. */
export const route = <P extends z.ZodObject, A extends z.ZodType, B extends z.ZodObject>(definition: {
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly params: P;
  readonly body?: B;
  readonly answer: A;
  readonly run: (deps: QueryDeps, params: z.output<P>, body: z.output<B>) => Promise<z.input<A>>;
}): Route => definition;
