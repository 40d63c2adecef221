import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openApi } from "../../lib/api/openapi.ts";
import { routes } from "../../lib/api/routes.ts";

type Operation = {
  readonly operationId: string;
  readonly parameters: readonly { name: string; in: string; required: boolean; description?: string }[];
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
    expect(document).toEqual(JSON.parse(JSON.stringify(openApi(routes))));
  });

  it("has every route and every parameter, and no method but GET", () => {
    expect(document.openapi).toBe("3.1.1");
    expect(Object.keys(document.paths)).toEqual(routes.map(({ path }) => path));
    for (const { path, params } of routes) {
      expect(Object.keys(document.paths[path] ?? {})).toEqual(["get"]);
      const parameters = document.paths[path]?.get?.parameters ?? [];
      expect(parameters.map(({ name }) => name)).toEqual(Object.keys(params.shape));
      for (const { name, in: place, required, description } of parameters) {
        expect(description, `${path} ${name}`).toBeTruthy();
        expect(place).toBe(path.includes(`{${name}}`) ? "path" : "query");
        if (place === "path") expect(required).toBe(true);
      }
    }
  });

  it("names each operation once", () => {
    const ids = Object.values(document.paths).map(({ get }) => get?.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain("getFindingsById");
  });

  it("refers to nothing that is not in it, and holds nothing that is not referred to", () => {
    const used = new Set([...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name));
    expect([...used].sort()).toEqual(Object.keys(document.components.schemas));
    expect(text.match(/"\$ref": "(?!#\/components\/schemas\/)/)).toBeNull();
  });
});
