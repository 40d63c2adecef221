// What the auditor is set up with: its SQL and its IAM policy, which allows what it calls and nothing else.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Cluster } from "../../lib/core/base/ids.ts";
import { setupSql } from "../../lib/dsql/setup-sql.ts";
import { auditorPolicy, iamReads } from "../../lib/iam/auditor-policy.ts";

describe("setup", () => {
  it("lets the auditor connect to the named clusters and never as admin", () => {
    const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/abc");
    const [allow, deny] = auditorPolicy([cluster]).Statement;
    expect(allow).toMatchObject({ Effect: "Allow", Action: ["dsql:DbConnect"], Resource: [cluster] });
    expect(deny).toMatchObject({ Effect: "Deny", Action: ["dsql:DbConnectAdmin"], Resource: ["*"] });
  });

  it("lets the auditor read who may connect, of the clusters' accounts and in all their Regions", () => {
    const clusters = ["us-east-1", "us-east-2"].map((region) =>
      Cluster.parse(`arn:aws:dsql:${region}:111122223333:cluster/abc`),
    );
    expect(auditorPolicy(clusters).Statement.slice(2)).toEqual([
      { Sid: "ReadPolicies", Effect: "Allow", Action: iamReads.policies, Resource: ["*"] },
      {
        Sid: "ReadMappedIdentities",
        Effect: "Allow",
        Action: iamReads.identities,
        Resource: ["arn:aws:iam::111122223333:role/*", "arn:aws:iam::111122223333:user/*"],
      },
      {
        Sid: "ReadClusterAccess",
        Effect: "Allow",
        Action: iamReads.clusters,
        Resource: ["arn:aws:dsql:*:111122223333:cluster/*"],
      },
    ]);
    expect(auditorPolicy(clusters, false).Statement).toHaveLength(2);
  });

  it("asks for no call that the reads do not make, and makes none that it does not ask for", () => {
    const folder = join(import.meta.dirname, "../../lib/iam");
    // The simulator is asked by whoever runs a command, and by no function.
    const text = [
      ...globSync("*.ts", { cwd: folder }).filter((file) => file !== "simulate.ts"),
      "../dsql/cluster-tags.ts",
    ]
      .map((file) => readFileSync(join(folder, file), "utf8"))
      .join("\n");
    const calls = [...text.matchAll(/\bnew (\w+)Command\(/g)].map(([, name]) => name);
    const asked = Object.values(iamReads).flatMap((actions) => actions.map((action) => action.split(":")[1]));
    expect(new Set(calls)).toEqual(new Set(asked));
  });

  it("quotes a hostile role name", () => {
    const [create] = setupSql('a"; DROP ROLE b; --', "arn:aws:iam::111122223333:role/x");
    expect(create).toBe('CREATE ROLE "a""; DROP ROLE b; --" WITH LOGIN;');
  });

  it("names one role in all statements, and refuses a name that no role of its own can have", () => {
    const role = (name: string) => setupSql(name, "arn:aws:iam::111122223333:role/x");
    for (const name of ["watcher", "ADMIN", "current_user", "PG_x", 'a"b', "é".repeat(31)]) {
      const [create = "", map = ""] = role(name);
      const written = create.replace(/^CREATE ROLE (.*) WITH LOGIN;$/s, "$1");
      expect(map).toBe(`AWS IAM GRANT ${written} TO 'arn:aws:iam::111122223333:role/x';`);
    }
    for (const name of [
      "",
      " ",
      "admin",
      "public",
      "none",
      "pg_x",
      "a\nb",
      "a\u202eb",
      "x ",
      "x".repeat(64),
      "\0",
    ])
      expect(() => role(name), JSON.stringify(name)).toThrow(/^the database role/);
  });

  it("refuses a wildcard and what is no ARN", () => {
    expect(() => setupSql("a", "arn:aws:iam::111122223333:role/*")).toThrow(/not the ARN/);
    expect(() => auditorPolicy([Cluster.parse("postgres://h/d")])).toThrow(/not the ARN of an Aurora DSQL/);
  });
});
