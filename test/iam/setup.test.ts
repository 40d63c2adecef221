import { describe, expect, it } from "vitest";
import { Cluster } from "../../lib/core/base/ids.ts";
import { setupSql } from "../../lib/dsql/setup-sql.ts";
import { auditorPolicy } from "../../lib/iam/auditor-policy.ts";

describe("setup", () => {
  it("lets the auditor connect to the named clusters and never as admin", () => {
    const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/abc");
    const [allow, deny] = auditorPolicy([cluster]).Statement;
    expect(allow).toMatchObject({ Effect: "Allow", Action: ["dsql:DbConnect"], Resource: [cluster] });
    expect(deny).toMatchObject({ Effect: "Deny", Action: ["dsql:DbConnectAdmin"], Resource: ["*"] });
  });

  it("quotes a hostile role name", () => {
    const [create] = setupSql('a"; DROP ROLE b; --', "arn:aws:iam::111122223333:role/x");
    expect(create).toBe('CREATE ROLE "a""; DROP ROLE b; --" WITH LOGIN;');
  });

  it("refuses a wildcard and what is no ARN", () => {
    expect(() => setupSql("a", "arn:aws:iam::111122223333:role/*")).toThrow(/not the ARN/);
    expect(() => auditorPolicy([Cluster.parse("postgres://h/d")])).toThrow(/not the ARN of an Aurora DSQL/);
  });
});
