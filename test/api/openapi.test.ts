import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { httpPlans } from "../../deploy/topology.ts";
import { acts } from "../../lib/api/acts.ts";
import { openApi } from "../../lib/api/openapi.ts";
import { methodOf } from "../../lib/api/route.ts";
import { routePlaces } from "../../lib/api/routes.ts";

const routes = await Promise.all(routePlaces.map(({ load }) => load()));
const all = [...routes, ...acts];

type Operation = {
  readonly operationId: string;
  readonly parameters: readonly { name: string; in: string; required: boolean; description?: string }[];
  readonly requestBody?: {
    readonly content: {
      readonly "application/json": {
        readonly schema: { readonly properties: Readonly<Record<string, { readonly description?: string }>> };
      };
    };
  };
  readonly responses: Readonly<Record<string, unknown>>;
};
type Document = {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
};

const text = readFileSync(join(import.meta.dirname, "../../docs/openapi.json"), "utf8");
const document = JSON.parse(text) as Document;

describe("docs/openapi.json", () => {
  it("is what the routes make; after a change run: npm run openapi", () => {
    expect(document).toEqual(JSON.parse(JSON.stringify(openApi(all))));
  });

  it("has every question and every act, each with one method, its parameters and its body", () => {
    expect(document.openapi).toBe("3.1.1");
    expect(Object.keys(document.paths)).toEqual(all.map(({ path }) => path));
    for (const { path, params, body } of all) {
      const method = body ? "post" : "get";
      expect(Object.keys(document.paths[path] ?? {})).toEqual([method]);
      const { parameters = [], requestBody } = document.paths[path]?.[method] ?? {};
      const sent = requestBody?.content["application/json"].schema.properties ?? {};
      expect(Object.keys(sent)).toEqual(Object.keys(body?.shape ?? {}));
      for (const [name, { description }] of Object.entries(sent))
        expect(description, `${path} ${name}`).toBeTruthy();
      expect(parameters.map(({ name }) => name)).toEqual(Object.keys(params.shape));
      for (const { name, in: place, required, description } of parameters) {
        expect(description, `${path} ${name}`).toBeTruthy();
        expect(place).toBe(path.includes(`{${name}}`) ? "path" : "query");
        if (place === "path") expect(required).toBe(true);
      }
    }
  });

  it("has each route in the place that it is asked at", () => {
    expect(routePlaces.map(({ path, method }) => [path, method])).toEqual(
      routes.map((route) => [route.path, methodOf(route)]),
    );
  });

  it("names each operation once", () => {
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(["getFindingsById", "postFindingsByIdAck", "postPolicyTry"]));
  });

  it("names every way that the deployment is called by", () => {
    const called = httpPlans.flatMap(({ called: { routes: own } }) => own);
    const posts = called
      .filter(({ method }) => method === "POST")
      .map(({ path }) => path.replace("{act}", ""));
    for (const { path, body } of all)
      expect(
        !body || posts.some((one) => path === one || (one.endsWith("/") && path.startsWith(one))),
        path,
      ).toBe(true);
    for (const one of posts)
      expect(
        all.some(({ path }) => path.startsWith(one)),
        one,
      ).toBe(true);
  });

  it("refers to nothing that is not in it, and holds nothing that is not referred to", () => {
    const used = new Set([...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name));
    expect([...used].sort()).toEqual(Object.keys(document.components.schemas));
    expect(text.match(/"\$ref": "(?!#\/components\/schemas\/)/)).toBeNull();
  });
});
