// Every kind of item names how long it is kept, in one table; and the README says it of what is kept of people.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { itemKinds } from "../../deploy/item-kinds.ts";
import { parameterPlans } from "../../deploy/parameters.ts";
import { kindOf, tableRights, writtenByPeople } from "../../deploy/table-rights.ts";
import { retentionNames } from "../../lib/core/findings/retention-days.ts";
import * as keys from "../../lib/store/table/keys.ts";
import { cluster } from "../support/catalogs.ts";

type Make = (...args: readonly unknown[]) => unknown;
/** Whatever a key is made of: a cluster or a scope, then a time, a number or a name. */
const madeBy = (make: Make): unknown => {
  for (const args of [[cluster, 0, "0", 0], [cluster, "0"], [0]])
    try {
      return make(...args);
    } catch {}
  return undefined;
};

const kindsOfKeys = (): string[] => {
  const made = Object.values(keys).flatMap((key) => (typeof key === "function" ? [madeBy(key as Make)] : []));
  const pks = made.flatMap((one) =>
    typeof one === "string" ? one : Array.isArray(one) ? one : (one as { pk: string }).pk,
  );
  return pks.filter((pk) => /^[A-Z]+(#|$)/.test(pk)).map((pk) => kindOf(pk));
};

it("every key of the store is of a kind that names its retention, and no kind is there without a key", () => {
  const known = Object.keys(itemKinds).sort();
  expect([...new Set(kindsOfKeys())].sort()).toEqual(known);
  const written = Object.values(tableRights).flatMap(({ writes }) => writes);
  expect([...new Set([...written, ...writtenByPeople])].sort()).toEqual(known);
});

it("the retain function may remove what a parameter limits, and nothing that the chain needs", () => {
  expect([...tableRights.retain.removes].sort()).toEqual(
    [
      ...["CLUSTER#", "CHUNK#", "SLOT#", "HOUR#", "DAY#", "COVERAGE#"],
      ...["FINDING#", "NOTICES#", "ACT#", "EXEMPTION#"],
    ].sort(),
  );
});

it("what leads to people is limited by a parameter or by itself, or says why not", () => {
  for (const [kind, { people, kept }] of Object.entries(itemKinds)) {
    if (!people || !("because" in kept)) continue;
    expect(kept.because.length, kind).toBeGreaterThan(20);
  }
  const limits = Object.values(itemKinds).flatMap(({ kept }) => ("by" in kept ? kept.by : []));
  expect([...new Set(limits)].sort()).toEqual(["keepDays", ...retentionNames].sort());
  for (const name of limits) expect(parameterPlans).toHaveProperty(name);
});

it("the README names each of these parameters in its section on personal data", () => {
  const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
  const section = readme.slice(readme.indexOf("### Personal data"), readme.indexOf("## Measured"));
  for (const name of ["keepDays", ...retentionNames]) expect(section).toContain(`\`${name}\``);
});
