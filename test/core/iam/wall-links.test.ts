// What would open the wall of IAM: all of it, so that whoever does what is said is let in.
import { describe, expect, it } from "vitest";
import { wallLinks } from "../../../lib/core/iam/wall-links.ts";
import { waysIn } from "../../../lib/core/iam/ways-in.ts";
import { catalog, cluster } from "../../support/catalogs.ts";
import { allow, iamFacts, policy, policyArn, roleArn } from "../../support/iam-facts.ts";

const APP = roleArn("app");
const s3 = policy(allow({ Action: "s3:*" }));
const all = policy(allow());

const missing = (own: unknown, boundary: unknown): string[] => {
  const iam = iamFacts(
    { roles: { app: { policies: [own], ...(boundary !== null && { boundary }) } } },
    cluster,
  );
  return [...wallLinks(waysIn({ ...catalog({}), iam }, null), APP, "DbConnect").completes];
};

describe("what would let a role in", () => {
  const grant = `-- In IAM: allow dsql:DbConnect on ${cluster} to ${APP}.`;
  const bound = (too: string): string =>
    `-- In IAM: let the permissions boundary ${policyArn("boundary-app")} allow dsql:DbConnect${too}.`;

  it.each<[string, unknown, unknown, readonly string[]]>([
    ["nothing, where it is in", all, null, []],
    ["a permission", s3, null, [grant]],
    ["a permission, within a boundary that allows it", s3, all, [grant]],
    ["the boundary, where there is a permission", all, s3, [bound("")]],
    ["both, where there is neither", s3, s3, [grant, bound(" too")]],
  ])("is %s", (_, own, boundary, expected) => {
    expect(missing(own, boundary)).toEqual(expected);
  });
});
