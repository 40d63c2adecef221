import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { principalNamed, principalsNamed } from "../../../lib/core/activity/principal-named.ts";
import { principalName } from "../../../lib/core/base/visible-text.ts";
import type { AuditError } from "../../../lib/errors.ts";

const ACCOUNT = "arn:aws:iam::111122223333";
const orders = `${ACCOUNT}:role/service/Orders`;
const support = `${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Support_a1b2c3d4e5f60718`;
const known = [
  orders,
  `${ACCOUNT}:user/ops/ana`,
  `${ACCOUNT}:root`,
  support,
  "unknown:AWSAccount/999900001111",
];

describe("a principal's name", () => {
  it.each([
    ["Orders", orders],
    ["service/Orders", orders],
    ["role/service/Orders", orders],
    ["ana", `${ACCOUNT}:user/ops/ana`],
    ["root of account 111122223333", `${ACCOUNT}:root`],
    ["Support (Identity Center)", support],
    ["unknown:AWSAccount/999900001111", "unknown:AWSAccount/999900001111"],
    // An ARN is whoever it names, known or not.
    [`${ACCOUNT}:role/other`, `${ACCOUNT}:role/other`],
  ])("%s is one of those that are known", (name, principal) => {
    expect(principalNamed(name, known)).toBe(principal);
  });

  it.each(["", "orders", "Order", "ice/Orders", "111122223333", "role"])("%j is nobody's", (name) => {
    expect(() => principalNamed(name, known)).toThrow(/^no principal is known by the name/);
  });

  it("in another case is nobody's, and the error gives the one that is meant", () => {
    const told = (name: string): unknown => {
      try {
        return principalNamed(name, known);
      } catch (error) {
        return (error as AuditError).hint;
      }
    };
    expect(told("ORDERS")).toBe("There is Orders: names keep their case.");
    expect(told("order")).toMatch(/^Give its IAM ARN/);
  });

  it("of a role and a user, or of two accounts, is ambiguous, and its error gives their ARNs", () => {
    const both = [...known, `${ACCOUNT}:user/Orders`];
    expect(() => principalNamed("Orders", both)).toThrow('2 principals are called "Orders"');
    expect(principalNamed("user/Orders", both)).toBe(`${ACCOUNT}:user/Orders`);
    const other = "arn:aws:iam::999900001111:role/service/Orders";
    expect(principalsNamed("role/service/Orders", [...known, other])).toEqual([orders, other]);
  });

  it("is one where a record has lost the path of the ARN, and the one with its path is given", () => {
    const bare = `${ACCOUNT}:role/Orders`;
    expect(principalNamed("Orders", [bare, orders, bare])).toBe(orders);
    expect(principalNamed("Orders", [orders, bare])).toBe(orders);
  });

  it("as tables show it finds whom they show", () => {
    const name = fc.stringMatching(/^[\w+=,.@-]{1,64}$/);
    const principal = fc
      .tuple(fc.constantFrom("role", "user"), fc.constantFrom("", "a/", "a/b/"), name)
      .map(([kind, path, end]) => `${ACCOUNT}:${kind}/${path}${end}`);
    fc.assert(
      fc.property(fc.array(principal, { minLength: 1 }), fc.nat(), (all, n) => {
        const wanted = all[n % all.length] ?? "";
        const found = principalsNamed(principalName(wanted), all);
        expect(found.every((one) => all.includes(one))).toBe(true);
        const [, kind, end] = /:(role|user)\/(?:.*\/)?([^/]+)$/.exec(wanted) ?? [];
        expect(found.some((one) => one.includes(`:${kind}/`) && one.endsWith(end ?? "?"))).toBe(true);
      }),
    );
  });
});

describe("an ARN", () => {
  const STS = "arn:aws:sts::111122223333";

  it.each([
    `${ACCOUNT}:role/Orders`,
    `${ACCOUNT}:role/a/b=c/Ord+ers,.@-_`,
    `${ACCOUNT}:user/ana@example.com`,
    `${ACCOUNT}:root`,
    ACCOUNT.replace("aws", "aws-us-gov").concat(":role/aws-service-role/x.amazonaws.com/Y"),
    `${STS}:assumed-role/Orders/ana@example.com`,
    `${STS}:federated-user/bob`,
  ])("%s stays what it is", (arn) => {
    expect(principalNamed(arn, [])).toBe(arn);
  });

  it.each([
    [`${ACCOUNT}:role/`],
    [`${ACCOUNT}:role/team/`],
    [`${ACCOUNT}:role/Orders `],
    [`${ACCOUNT}:role/*`],
    [`${ACCOUNT}:group/dba`],
    [`${ACCOUNT}:`],
    [`${ACCOUNT}:instance-profile/x`],
    ["arn:aws:iam::*:role/Orders"],
    ["arn:aws:iam::11112222333:role/Orders"],
    ["arn:aws:iam:us-east-1:111122223333:role/Orders"],
    [`${STS}:assumed-role/Orders`],
    [`${STS}:assumed-role/Orders/`],
    [`${STS}:assumed-role/team/Orders/job-1`],
    [`${STS}:role/Orders`],
    ["arn:aws:dsql:us-east-1:111122223333:cluster/x"],
  ])("%s is of no principal, and nothing is said of it, but where one is known by it", (arn) => {
    expect(() => principalNamed(arn, [`${ACCOUNT}:role/Orders`])).toThrow(
      "is not the ARN of an IAM principal",
    );
    expect(principalNamed(arn, [arn])).toBe(arn);
  });
});
