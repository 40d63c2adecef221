// The values of parameters, from whoever gives them to the file and back.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { checkedParams } from "../../../cli/deploy/init-values.ts";
import { type ParameterName, parameters } from "../../../deploy/parameters.ts";
import { type Params, paramsText, readParams } from "../../../deploy/params.ts";

it("writes what was given or refuses it: no value becomes another, nor another parameter", () => {
  const names = parameters.map(([name]) => name);
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "1\nregion: x",
      "{a: 1}",
      "[",
      "null",
      "~",
      "true",
      "007",
      "1e3",
      "- x",
      "a: b",
      "'",
      '"',
      "# x",
      "!!js",
    ),
  );
  fc.assert(
    fc.property(fc.constantFrom(...names), text, (name: ParameterName, value) => {
      let params: Params;
      try {
        params = checkedParams({ [name]: value });
      } catch (error) {
        expect(String(error)).toContain(name);
        return;
      }
      const same = (text: string): unknown => {
        try {
          return JSON.parse(text);
        } catch {
          return text;
        }
      };
      expect(same(params[name])).toEqual(same(value));
      const back = readParams(paramsText(params));
      expect(back).toEqual({ params });
      for (const [other, plan] of parameters) if (other !== name) expect(params[other]).toBe(plan.default);
    }),
    { numRuns: 400 },
  );
});
