// What a route is: a path, its parameters, the shape of its answer, and the function that answers.
import type * as z from "../core/base/zod.ts";
import type { QueryDeps } from "./deps.ts";

export type Route = {
  /** With `{name}` for a part of the path that is a parameter. */
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  /** Query and path parameters alike; those it does not name are refused. */
  readonly params: z.ZodObject;
  /** Registered under an id: the name of its schema in the OpenAPI document. */
  readonly answer: z.ZodType;
  /** `params` as `this.params` makes them. AuditError "usage" and "not-found" become 400 and 404. */
  readonly run: (deps: QueryDeps, params: never) => Promise<unknown>;
};

/** Ties the types of parameters and answer to the function, then forgets them: routes of all kinds make one table. */
export const route = <P extends z.ZodObject, A extends z.ZodType>(definition: {
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly params: P;
  readonly answer: A;
  readonly run: (deps: QueryDeps, params: z.output<P>) => Promise<z.input<A>>;
}): Route => definition;
