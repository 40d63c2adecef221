// A policy file that somebody hands over: what it is, or a word that names what is wrong and where.
import { describe, expect, it } from "vitest";
import { parseProposal } from "../../../lib/core/iam/proposed-policy.ts";
import { allow, deny, everybody, policy } from "../../support/iam-facts.ts";

const parse = (file: unknown) =>
  parseProposal(typeof file === "string" ? file : JSON.stringify(file), "proposed.json");
const problemOf = (file: unknown): string => {
  try {
    parse(file);
  } catch (error) {
    return (error as Error).message;
  }
  return "none";
};

describe("a proposed policy", () => {
  it("is a cluster's where its statements say whom they are about, else one of an identity", () => {
    expect(parse(policy(deny(everybody))).kind).toBe("cluster");
    expect(parse(policy(allow())).kind).toBe("identity");
    expect(parse({ Version: "2012-10-17", Statement: allow() }).kind).toBe("identity");
  });

  it("may come as the answer of GetClusterPolicy", () => {
    const document = policy(deny(everybody));
    expect(parse({ policy: JSON.stringify(document), policyVersion: "1" }).kind).toBe("cluster");
    expect(parse({ policy: document }).kind).toBe("cluster");
  });

  it("has a name for each statement: its Sid, or its number", () => {
    const { document } = parse(policy(allow({ Sid: "A" }), allow(), allow({ Sid: "" })));
    const { Statement } = JSON.parse(document) as { Statement: { Sid: string }[] };
    expect(Statement.map(({ Sid }) => Sid)).toEqual(["A", "statement 2", "statement 3"]);
  });

  it.each<[unknown, string]>([
    ["", "proposed.json: it is no JSON"],
    ["{", "proposed.json: it is no JSON"],
    ['{"Statement": [], "Statement": []}', 'the key "Statement" stands twice (line 1)'],
    ["[".repeat(100) + "]".repeat(100), "it is nested more than 64 deep"],
    [" ".repeat(200_000), "is larger than any policy that AWS takes (200000 characters)"],
    ["null", "the document is null where an object belongs"],
    ["[]", "the document is a list where an object belongs"],
    ["5", "the document is a number where an object belongs"],
    [{}, "it has no Statement"],
    [{ policy: 7 }, "policy is a number where an object belongs"],
    [{ policy: "{" }, "policy: it is no JSON"],
    [policy(), "Statement is an empty list"],
    [{ Version: "2012-10-17", Statement: "Allow" }, "statement 1 is a string where an object belongs"],
    [policy(allow(), null), "statement 2 is null where an object belongs"],
    [{ Version: "2020-01-01", Statement: allow() }, 'its Version "2020-01-01" is not known'],
    [{ ...(policy(allow()) as object), Statements: [] }, "Statements is no element of a policy"],
    [
      policy(allow(), deny({ ...everybody, Sid: "Fence" })),
      "statement 2 (Fence) names a Principal and statement 1 does not",
    ],
    [policy(allow({ Effect: "allow" })), "statement 1: its Effect is neither Allow nor Deny"],
    [policy(allow({ Sid: "A", Action: 5 })), "statement 1 (A): Action holds a number where a text belongs"],
    [policy(allow({ Action: [] })), "statement 1: Action is an empty list"],
    [policy(allow({ Resource: undefined })), "statement 1: it has neither Resource nor NotResource"],
    [policy(allow({ Condition: "x" })), "statement 1: its Condition is no object"],
    [policy(allow({ Condition: { StringSortOf: { a: "b" } } })), "StringSortOf is no condition operator"],
    [policy(allow({ Conditions: {} })), "statement 1: Conditions is no element of a statement"],
    [policy(allow({ NotPrincipal: "*" })), "NotPrincipal is not supported with Allow"],
    [policy(deny({ Principal: 7 })), "statement 1: its Principal is neither * nor an object"],
    [policy(deny({ Principal: { Role: "x" } })), "Principal.Role is no kind of principal"],
    [
      policy(...Array.from({ length: 9 }, () => allow({ Effect: "Maybe" }))),
      "statement 5: its Effect is neither Allow nor Deny; and 4 more statements",
    ],
  ])("that is none is refused with its place: %#", (file, message) => {
    expect(problemOf(file)).toContain(message);
  });

  it("repeats nothing that a terminal would act on", () => {
    const clear = "\u001b[2J";
    for (const file of [
      policy(allow({ Sid: clear, Effect: "x" })),
      policy(allow({ [clear]: 1 })),
      `{"${clear}`,
    ])
      expect(problemOf(file)).not.toContain("\u001b");
  });
});
