// A file of parameters with other values in it: what was not to be changed stands there as before, letter for letter.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { stringify } from "yaml";
import { changedText } from "../../../cli/deploy/changed-text.ts";
import type { ParameterPlan } from "../../../deploy/parameter-plan.ts";
import { type ParameterName, parameterPlans, parameters } from "../../../deploy/parameters.ts";
import { type Params, paramsText, readParams } from "../../../deploy/params.ts";

const read = (text: string): Params => {
  const found = readParams(text);
  if ("problems" in found) throw new Error(found.problems.join());
  return found.params;
};

const HAND_MADE = `# Ask Ann before you change anything here.
region: eu-central-1   # where the shop is

alertEmail:
trailBucket: 'trail-files'
clusters: >-
  auto
# One line for each team:
archetypes:
  reporting: read-only # Bob
  loader: service

dormantDays: 30  # agreed in May
detectorOptions: {dormant-mapping: {days: 60}}
# The end.
`;

it("keeps every comment and the order of a file that a person wrote", () => {
  const old = read(HAND_MADE);
  const params = {
    ...old,
    ...{ alertEmail: "team@example.com", clusters: "auto", archetypes: '{"a":"service"}' },
    ...{ dormantDays: "40", keepDays: "500" },
  };
  expect(changedText(HAND_MADE, old, params)).toBe(
    HAND_MADE.replace("alertEmail:", 'alertEmail: "team@example.com"')
      .replace("reporting: read-only # Bob\n  loader: service", '{"a":"service"}')
      .replace("30 ", "40 ")
      .concat(`\n# ${parameterPlans.keepDays.says[0]}\nkeepDays: 500\n`),
  );
  expect(changedText(HAND_MADE, old, old)).toBe(HAND_MADE);
});

it("leaves to a person what it cannot change in place", () => {
  for (const text of [
    '{region: eu-central-1, alertEmail: "", trailBucket: ""}',
    'region: eu-central-1\nalertEmail: &none ""\ntrailBucket: *none\n',
  ]) {
    const old = read(text);
    expect(changedText(text, old, { ...old, alertEmail: "team@example.com", keepDays: "3" })).toBeUndefined();
  }
});

const odd = fc.oneof(fc.stringMatching(/^[a-z]{1,8}$/), fc.constantFrom("a # b", "-", "it's", "b: c"));
const watched = fc.record({
  cluster: fc.constantFrom("a", "b", "c").map((id) => `arn:aws:dsql:REGION:111122223333:cluster/${id}`),
  endpoint: odd,
  user: odd,
});
const json: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  clusters: fc.uniqueArray(watched, { minLength: 1, maxLength: 3, selector: ({ cluster }) => cluster }),
  archetypes: fc.dictionary(odd, fc.constantFrom("service", "read-only")),
  detectorOptions: fc.constantFrom({}, { "dormant-mapping": { days: 60 } }, { "new-client": { off: true } }),
};
const anyValue = (name: ParameterName): fc.Arbitrary<string> => {
  const plan: ParameterPlan = parameterPlans[name];
  const { min = 1, max = 99 } = plan;
  if (plan.values) return fc.constantFrom(...plan.values);
  if (plan.json) return (json[name] ?? fc.constant({})).map((value) => JSON.stringify(value));
  // Kept for as long as whatever rests on it may ask.
  if (plan.days) return fc.integer({ min: 400, max }).map(String);
  if (plan.type) return fc.integer({ min: Math.ceil(min), max: Math.min(max, 99) }).map(String);
  const some = { region: ["eu-central-1"], alertEmail: ["a@b.example"], trailPrefix: ["a b/", "# x/", "'/"] };
  return fc.constantFrom(plan.default, ...(some[name as keyof typeof some] ?? []));
};
const allValues = fc
  .record(
    Object.fromEntries(parameters.map(([name]) => [name, anyValue(name)])) as {
      [Name in ParameterName]: fc.Arbitrary<string>;
    },
  )
  // A trail of the stack's own has no prefix, and clusters that are named are in its Region, and not chosen by tags.
  .map((all) => ({
    ...(all.createTrail === "off" ? all : { ...all, trailPrefix: "" }),
    ...{ clusterTags: "{}", clusters: all.clusters.replaceAll("REGION", all.region) },
  }));

/** A value as somebody may write it, and a word behind it. */
const written = (name: ParameterName, value: string, form: number): string => {
  const plan = parameterPlans[name];
  const data: unknown = "json" in plan || "type" in plan ? JSON.parse(value) : value;
  const options = { lineWidth: 0, ...(form % 3 === 0 && { defaultStringType: "QUOTE_SINGLE" as const }) };
  const line = form % 3 === 1 ? `${name}: ${JSON.stringify(data)}\n` : stringify({ [name]: data }, options);
  const isOne = line.trimEnd().split("\n").length === 1;
  return isOne && form % 2 ? `${line.trimEnd()}  # about ${name}\n` : line;
};

it("reads as it should, whatever was written how, and changes no line of another parameter", () => {
  const forms = fc.array(fc.nat(5), { minLength: parameters.length, maxLength: parameters.length });
  const left = fc.subarray(
    parameters.map(([name]) => name).filter((name) => !("stated" in parameterPlans[name])),
  );
  fc.assert(
    fc.property(allValues, allValues, forms, left, (from, to, form, missing) => {
      const names = parameters.map(([name]) => name).filter((name) => !missing.includes(name));
      const lines = names.map((name, n) => `# ${n}\n${written(name, from[name], form[n] ?? 0)}`);
      const old = read(lines.join(""));
      const text = changedText(lines.join(""), old, to) ?? "";
      expect(read(text)).toEqual(to);
      for (const [n, name] of names.entries()) if (old[name] === to[name]) expect(text).toContain(lines[n]);
      for (const n of names.keys()) expect(text).toContain(`# ${n}\n`);
      expect(read(changedText(paramsText(to), to, from) ?? "")).toEqual(from);
    }),
    { numRuns: 100 },
  );
});
