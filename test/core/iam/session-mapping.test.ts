// A mapping that names one session of a role: nobody knows whether Aurora DSQL takes it, so that neither "yes" nor "no" is sure.
import { describe, expect, it } from "vitest";
import { explain } from "../../../lib/core/iam/explain-principal.ts";
import { pathsIn } from "../../../lib/core/iam/paths-in.ts";
import { waysIn } from "../../../lib/core/iam/ways-in.ts";
import { accessEngine } from "../../../lib/core/privileges/effective.ts";
import { findObject } from "../../../lib/core/privileges/find-object.ts";
import { acl, catalog, cluster, publicSchema, role, table } from "../../support/catalogs.ts";
import { allow, iamFacts, policy, roleArn } from "../../support/iam-facts.ts";

const session = (name: string): string => `arn:aws:sts::111122223333:assumed-role/app/${name}`;
const iam = iamFacts(
  { roles: { app: { policies: [policy(allow({ Action: "dsql:DbConnect" }))] } } },
  cluster,
);
const found = {
  ...catalog({
    roles: [role(10, "admin"), role(100, "reader")],
    mappings: [{ iamOid: 1, arn: session("job-1"), role: 100, roleName: "reader", grantor: 10 }],
    schemas: [{ ...publicSchema, acl: acl("0=U/10") }],
    relations: [table(1000, "orders", { acl: acl("10=arwd/10", "100=r/10") })],
  }),
  iam,
};
const engine = accessEngine(found);
const asked = (who: string) => {
  const object = findObject(engine, "orders");
  const { verdict, links, role: as } = explain(engine, who, "SELECT", object, { ways: waysIn(found, null) });
  return { verdict, as, mapping: links.find(({ step }) => step === "mapping") };
};

describe("a mapping of one session", () => {
  it.each([
    ["the session", session("job-1")],
    ["the role", roleArn("app")],
  ])("leaves it open for %s", (_, who) => {
    expect(asked(who)).toMatchObject({
      verdict: "unknown",
      as: "reader",
      mapping: { state: "unknown", says: expect.stringContaining(`is to ${session("job-1")}`) },
    });
  });

  it("is none of another session", () => {
    expect(asked(session("job-2"))).toMatchObject({
      verdict: "no",
      mapping: { says: "no mapping names it" },
    });
  });
});

it("to a pattern leaves it open too", () => {
  const world = {
    ...found,
    sections: {
      ...found.sections,
      mappings: {
        status: "read" as const,
        rows: [{ iamOid: 1, arn: roleArn("a*"), role: 100, roleName: "reader", grantor: 10 }],
      },
    },
  };
  const other = accessEngine(world);
  const { verdict } = explain(other, roleArn("app"), "SELECT", findObject(other, "orders"), {
    ways: waysIn(world, null),
  });
  expect(verdict).toBe("unknown");
});

it("does not count its role among those that no mapping names", () => {
  const { paths } = pathsIn(engine, waysIn(found, null), []);
  expect(paths.filter(({ principal }) => principal === roleArn("app"))).toEqual([]);
  expect(paths.find(({ principal }) => principal === session("job-1"))).toMatchObject({ role: "reader" });
});
