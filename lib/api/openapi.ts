// The OpenAPI 3.1 document of the routes, made from the very objects that check parameters and shape answers.
// https://spec.openapis.org/oas/v3.1.1.html
import * as z from "../core/base/zod.ts";
import { Problem } from "./problem.ts";
import { type Route, route } from "./route.ts";

type Json = Record<string, unknown>;

/** Raised when an answer changes in a way that its readers have to know of. */
const API_VERSION = "1.0.0";

const nameOf = (schema: z.ZodType): string => {
  const id = z.globalRegistry.get(schema)?.id;
  if (id === undefined) throw new RangeError("an answer has no id to be named by");
  return id;
};
const refTo = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

/** JSON Schema 2020-12 is OpenAPI 3.1's own dialect; what only says "a safe integer" or spells a date out is left out. */
const tidy: z.core.ToJSONSchemaParams["override"] = ({ jsonSchema }) => {
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
};

const parametersOf = ({ path, params }: Route): Json[] => {
  const { properties = {}, required = [] } = z.toJSONSchema(params, { io: "input", override: tidy });
  // What an answer names by its id stands among the components.
  const own = JSON.parse(JSON.stringify(properties).replaceAll('"#/$defs/', '"#/components/schemas/'));
  return Object.entries(own as Record<string, Json>).map(([name, property]) => {
    const { description, id: _, ...schema } = property;
    const inPath = path.includes(`{${name}}`);
    return {
      name,
      in: inPath ? "path" : "query",
      required: inPath || required.includes(name),
      ...(description !== undefined && { description }),
      schema,
    };
  });
};

const answersOf = ({ answer }: Route): Json => {
  const failed = (description: string): Json => ({
    description,
    content: { "application/problem+json": { schema: refTo(nameOf(Problem)) } },
  });
  return {
    200: {
      description: z.globalRegistry.get(answer)?.description ?? "The answer.",
      content: { "application/json": { schema: refTo(nameOf(answer)) } },
    },
    400: failed(
      "A parameter is missing, wrong or unknown; a time that does not parse; a cursor of another question.",
    ),
    404: failed("There is no such cluster, finding, role or object, or no snapshot of that time yet."),
    405: failed("Another method than GET: nothing is changed this way."),
    500: failed("The question could not be answered."),
    503: failed("The store is busy: ask again later."),
  };
};

/** Answer schemas, and what they are made of, under their ids. */
const componentsOf = (routes: readonly Route[]): Json => {
  const { schemas } = z.toJSONSchema(z.globalRegistry, {
    uri: (id) => `#/components/schemas/${id}`,
    override: tidy,
  });
  const all = schemas as Record<string, Json>;
  const found = new Map<string, Json>();
  const take = (name: string): void => {
    const { $schema: _, $id: __, id: ___, ...schema } = all[name] ?? {};
    if (found.has(name)) return;
    found.set(name, schema);
    for (const [, used = ""] of JSON.stringify(schema).matchAll(/"#\/components\/schemas\/(\w+)"/g))
      take(used);
  };
  for (const { answer } of routes) take(nameOf(answer));
  take(nameOf(Problem));
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** `/findings/{id}` is `getFindingsById`. */
const operationId = (path: string): string =>
  path
    .split(/[/.-]/)
    .filter(Boolean)
    .map((part) => part.replace(/^\{(.+)\}$/, "by-$1"))
    .join("-")
    .replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())
    .replace(/^/, "get");

/** The document; the same routes always make the same one. */
export const openApi = (routes: readonly Route[]): Json => ({
  openapi: "3.1.1",
  info: {
    title: "dsql-access-auditor",
    version: API_VERSION,
    description:
      "Who can reach what in Amazon Aurora DSQL, who did, and what changed. Read-only. Times are ISO 8601 in UTC; each answer names the snapshot that it rests on and what that snapshot cannot say.",
    license: { name: "Apache-2.0", identifier: "Apache-2.0" },
  },
  security: [{ sigv4: [] }],
  paths: Object.fromEntries(
    routes.map((one) => [
      one.path,
      {
        get: {
          operationId: operationId(one.path),
          summary: one.summary,
          description: one.description,
          parameters: parametersOf(one),
          responses: answersOf(one),
        },
      },
    ]),
  ),
  components: {
    schemas: componentsOf(routes),
    securitySchemes: {
      sigv4: {
        type: "apiKey",
        in: "header",
        name: "Authorization",
        description:
          "AWS Signature Version 4 for the service execute-api; the caller needs execute-api:Invoke.",
        "x-amazon-apigateway-authtype": "awsSigv4",
      },
    },
  },
});

const OpenApiDocument = z
  .looseObject({ openapi: z.string() })
  .register(z.globalRegistry, { id: "OpenApiDocument", description: "This document." });

/** GET /openapi.json over the routes given and itself. */
export const openApiRoute = (others: readonly Route[]): Route => {
  const self: Route = route({
    path: "/openapi.json",
    summary: "This document",
    description: "What there is to ask, as OpenAPI 3.1.",
    params: z.strictObject({}),
    answer: OpenApiDocument,
    run: async () => openApi([...others, self]) as z.input<typeof OpenApiDocument>,
  });
  return self;
};
