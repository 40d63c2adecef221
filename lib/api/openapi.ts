// The OpenAPI 3.1 document of the routes, made from the very objects that check parameters and shape answers.
// https://spec.openapis.org/oas/v3.1.1.html
import * as z from "../core/base/zod.ts";
import { Problem } from "./problem.ts";
import { methodOf, type Operation, type Route, route } from "./route.ts";

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

/** What an answer names by its id stands among the components. */
const asComponents = <T>(schema: T): T =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as T;

const parametersOf = ({ path, params }: Operation): Json[] => {
  const { properties = {}, required = [] } = z.toJSONSchema(params, { io: "input", override: tidy });
  const own = asComponents(properties);
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

const bodyOf = ({ body }: Operation): Json => {
  if (!body) return {};
  const { $schema: _, $defs: __, ...schema } = z.toJSONSchema(body, { io: "input", override: tidy });
  return {
    requestBody: { required: true, content: { "application/json": { schema: asComponents(schema) } } },
  };
};

const answersOf = (operation: Operation): Json => {
  const { answer, body } = operation;
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
      `A parameter${body ? " or a part of the body" : ""} is missing, wrong or unknown; a time that does not parse; a cursor of another question.`,
    ),
    404: failed("There is no such cluster, finding, role or object, or no snapshot of that time yet."),
    405: failed(`Another method than ${methodOf(operation)}: nothing is changed this way.`),
    500: failed("It could not be answered."),
    503: failed("The store is busy: ask again later."),
  };
};

/** Answer schemas, and what they are made of, under their ids. */
const componentsOf = (operations: readonly Operation[]): Json => {
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
  for (const { answer } of operations) take(nameOf(answer));
  take(nameOf(Problem));
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** `/findings/{id}` is `getFindingsById`. */
const operationId = (operation: Operation): string =>
  operation.path
    .split(/[/.-]/)
    .filter(Boolean)
    .map((part) => part.replace(/^\{(.+)\}$/, "by-$1"))
    .join("-")
    .replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())
    .replace(/^/, methodOf(operation).toLowerCase());

/** The document; the same questions and acts always make the same one. */
export const openApi = (operations: readonly Operation[]): Json => ({
  openapi: "3.1.1",
  info: {
    title: "dsql-access-auditor",
    version: API_VERSION,
    description:
      "Who can reach what in Amazon Aurora DSQL, who did, and what changed. Questions change nothing: each GET, and POST /policy/try. The other POSTs act in the name of their caller. Times are ISO 8601 in UTC; each answer names the snapshot that it rests on and what that snapshot cannot say.",
    license: { name: "Apache-2.0", identifier: "Apache-2.0" },
  },
  security: [{ sigv4: [] }],
  paths: Object.fromEntries(
    operations.map((one) => [
      one.path,
      {
        [methodOf(one).toLowerCase()]: {
          operationId: operationId(one),
          summary: one.summary,
          description: one.description,
          parameters: parametersOf(one),
          ...bodyOf(one),
          responses: answersOf(one),
        },
      },
    ]),
  ),
  components: {
    schemas: componentsOf(operations),
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

/** GET /openapi.json over the questions given, itself and the acts. */
export const openApiRoute = (others: readonly Route[], acts: readonly Operation[]): Route => {
  const self: Route = route({
    path: "/openapi.json",
    summary: "This document",
    description: "What there is to ask and to do, as OpenAPI 3.1.",
    params: z.strictObject({}),
    answer: OpenApiDocument,
    run: async () => openApi([...others, self, ...acts]) as z.input<typeof OpenApiDocument>,
  });
  return self;
};
