// Who an ARN means where the account's lists and IAM's answer about one identity do not say the same.
import { describe, expect, it } from "vitest";
import type { IamFacts, MappedIdentity } from "../../../lib/core/iam/facts.ts";
import { subjectFinder } from "../../../lib/core/iam/find-subject.ts";
import { ACCOUNT, iamFacts, roleArn, userArn } from "../../support/iam-facts.ts";

const unreadable = { status: "unreadable", reason: "access denied", code: "AccessDenied" } as const;
const asked = (more: Partial<IamFacts["parts"]>, ...rows: readonly MappedIdentity[]): IamFacts => {
  const facts = iamFacts({ roles: { app: {} } });
  return { ...facts, parts: { ...facts.parts, ...more, identities: { status: "read", rows: [...rows] } } };
};
const exists = (arn: string): MappedIdentity => ({
  arn,
  status: "exists",
  kind: "role",
  id: "AROANEW",
  actualArn: arn,
  createdAt: null,
  lastUsedAt: null,
  boundary: null,
  tags: [],
});
const kindOf = (facts: IamFacts, arn: string, isCut = false): string => subjectFinder(facts, isCut)(arn).kind;

describe("subjectFinder", () => {
  it("does not call gone whom the lists lack and IAM has, or would not tell of", () => {
    const made = roleArn("made");
    const session = `arn:aws:sts::${ACCOUNT}:assumed-role/made/job-1`;
    expect(kindOf(asked({}), made)).toBe("gone");
    expect(kindOf(asked({}, exists(made)), made)).toBe("not-read");
    expect(kindOf(asked({}, exists(made)), session)).toBe("not-read");
    expect(kindOf(asked({}, { arn: made, ...unreadable }), made)).toBe("not-read");
  });

  it("calls gone whom IAM does not have, also where the lists could not be read", () => {
    const gone: MappedIdentity = { arn: userArn("kim"), status: "gone" };
    expect(kindOf(asked({ users: unreadable }), userArn("kim"))).toBe("not-read");
    expect(kindOf(asked({ users: unreadable }, gone), userArn("kim"))).toBe("gone");
  });

  it("calls nobody gone by lists that are cut, and no federated user, who is on none", () => {
    expect(kindOf(asked({}), userArn("kim"), true)).toBe("not-read");
    expect(kindOf(asked({}), roleArn("app"), true)).toBe("role");
    expect(kindOf(asked({}), `arn:aws:sts::${ACCOUNT}:federated-user/bob`)).toBe("not-read");
  });
});
