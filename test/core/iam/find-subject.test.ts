// Who an ARN means where the account's lists and IAM's answer about one identity do not say the same.
import { describe, expect, it } from "vitest";
import type { IamFacts, MappedIdentity } from "../../../lib/core/iam/facts.ts";
import { subjectFinder } from "../../../lib/core/iam/find-subject.ts";
import { whoMay } from "../../../lib/core/iam/who-may.ts";
import { ACCOUNT, IAM_CLUSTER, iamFacts, roleArn, userArn } from "../../support/iam-facts.ts";

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

it("calls nobody gone whom a mapping names by a pattern", () => {
  for (const arn of [roleArn("made*"), "*", `arn:aws:sts::${ACCOUNT}:assumed-role/m?de/job-1`])
    expect(kindOf(asked({}), arn)).not.toBe("gone");
});

describe("the rows of who-may", () => {
  const ofCluster = (principal: string): readonly string[] => {
    const facts = iamFacts({
      roles: { app: { path: "/service/" } },
      clusterPolicy: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { AWS: principal }, Action: "dsql:*", Resource: "*" }],
      },
    });
    return whoMay({ facts, cluster: IAM_CLUSTER, also: [roleArn("app")] }).principals;
  };
  const app = roleArn("service/app");
  const root = `arn:aws:iam::${ACCOUNT}:root`;

  it("hold a federated user and a session that the cluster's policy names", () => {
    for (const named of ["federated-user/bob", "assumed-role/app/job-1"]) {
      const arn = `arn:aws:sts::${ACCOUNT}:${named}`;
      expect(ofCluster(arn)).toEqual([app, root, arn].sort());
    }
  });

  it("hold an identity once, whatever path it is mapped or named by", () => {
    expect(ofCluster(roleArn("other/app"))).toEqual([root, app].sort());
  });
});
