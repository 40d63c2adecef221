// Whom a mapping names: one user or role surely, anybody else perhaps, as AWS does not say what Aurora DSQL takes.
import { describe, expect, it } from "vitest";
import { mappedBy, mappedTo } from "../../../lib/core/iam/mapped-to.ts";
import { roleArn, userArn } from "../../support/iam-facts.ts";

const APP = roleArn("app");
const session = (name: string): string => `arn:aws:sts::111122223333:assumed-role/app/${name}`;

describe("a mapping", () => {
  it.each<[string, string, "yes" | "maybe" | "no"]>([
    [APP, APP, "yes"],
    [APP, roleArn("team/app"), "yes"],
    [roleArn("team/app"), session("job-1"), "yes"],
    [APP, roleArn("other"), "no"],
    [APP, userArn("app"), "no"],
    [session("job-1"), session("job-1"), "maybe"],
    [session("job-1"), session("job-2"), "no"],
    [session("job-1"), roleArn("team/app"), "maybe"],
    [session("job-1"), roleArn("other"), "no"],
    [roleArn("*"), APP, "maybe"],
    [roleArn("a??"), session("job-1"), "maybe"],
    [roleArn("b*"), APP, "no"],
    ["*", APP, "maybe"],
    [session("*"), APP, "maybe"],
    [session("*"), session("job-1"), "maybe"],
    [session("job-?"), session("job-1"), "maybe"],
    [session("job-?"), session("other"), "no"],
    ["arn:aws:sts::111122223333:assumed-role/a*/job-1", roleArn("team/app"), "maybe"],
    ["arn:aws:sts::111122223333:assumed-role/*", session("job-1"), "maybe"],
    ["arn:aws:sts::111122223333:*", APP, "maybe"],
    ["arn:aws:sts::111122223333:assumed-role/b*/*", APP, "no"],
    [userArn("annabel*"), userArn("ann"), "no"],
    ["arn:aws:iam::111122223333:root", APP, "maybe"],
    ["111122223333", userArn("ann"), "maybe"],
    ["arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:root", "maybe"],
    ["arn:aws:iam::999900001111:root", APP, "no"],
    ["arn:aws:sts::111122223333:federated-user/ann", "arn:aws:sts::111122223333:federated-user/ann", "maybe"],
    ["no ARN at all", APP, "no"],
    ["no ARN at all", "neither is this", "no"],
  ])("to %s names %s: %s", (mapped, who, expected) => {
    expect(mappedTo(mapped, who)).toBe(expected);
  });

  it("that is sure counts for more than those that are not", () => {
    expect(mappedBy([roleArn("*"), APP])(APP)).toBe("yes");
    expect(mappedBy([])(APP)).toBe("no");
  });
});
