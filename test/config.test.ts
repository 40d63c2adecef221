// What functions are told by their environment, and what of it is refused.
import { describe, expect, it } from "vitest";
import { reachOf, readSettings, withinReach } from "../lib/config.ts";
import { Cluster } from "../lib/core/base/ids.ts";
import { AuditError } from "../lib/errors.ts";

const watched = JSON.stringify([
  { cluster: "arn:aws:dsql:us-east-1:1:cluster/a", endpoint: "a.on.aws", user: "r" },
]);

describe("settings", () => {
  it("reads what was asked for and nothing else", () => {
    const settings = readSettings(
      { TABLE_NAME: "t", CLUSTERS: watched },
      "TABLE_NAME",
      "CLUSTERS",
      "AUDITOR_USER",
    );
    expect(settings.TABLE_NAME).toBe("t");
    expect(settings.CLUSTERS).toMatchObject([{ endpoint: "a.on.aws" }]);
    expect(settings.AUDITOR_USER).toBe("dsql_auditor");
  });

  it("reads IAM unless it is told not to, in so many words", () => {
    expect(readSettings({}, "IAM")).toEqual({ IAM: "read" });
    expect(readSettings({ IAM: "ignore" }, "IAM")).toEqual({ IAM: "ignore" });
    expect(() => readSettings({ IAM: "no" }, "IAM")).toThrow(/IAM/);
  });

  it("lists every problem at once", () => {
    const read = () =>
      readSettings({ CLUSTERS: "[{", ARCHETYPES: '{"a":"b"}' }, "TABLE_NAME", "CLUSTERS", "ARCHETYPES");
    expect(read).toThrow(/TABLE_NAME.*CLUSTERS.*ARCHETYPES/s);
  });
});

describe("clusters within reach", () => {
  const prefix = "arn:aws:dsql:us-east-1:111122223333:cluster/";
  const reach = reachOf(prefix, []);
  const watch = (cluster: string) => ({ cluster: Cluster.parse(cluster), endpoint: "e", user: "u" });

  it("are those of the deployment's own account and Region", () => {
    const own = [watch(`${prefix}a`), watch(`${prefix}b`)];
    expect(withinReach(own, reach)).toEqual(own);
  });

  it("are those of further Regions too, where the deployment names them", () => {
    const { REGIONS } = readSettings({ REGIONS: "eu-west-1,us-east-2" }, "REGIONS");
    const both = reachOf(prefix, REGIONS);
    const there = watch("arn:aws:dsql:eu-west-1:111122223333:cluster/a");
    expect(withinReach([watch(`${prefix}a`), there], both)).toHaveLength(2);
    const foreign = watch("arn:aws:dsql:eu-north-1:111122223333:cluster/a");
    expect(() => withinReach([foreign], both)).toThrow("Regions us-east-1, eu-west-1, us-east-2");
    expect(readSettings({}, "REGIONS").REGIONS).toEqual([]);
    expect(() => readSettings({ REGIONS: "eu-west-1, x" }, "REGIONS")).toThrow("REGIONS");
  });

  it.each([
    "arn:aws:dsql:eu-west-1:111122223333:cluster/a",
    "arn:aws:dsql:us-east-1:444455556666:cluster/a",
    "arn:aws-cn:dsql:us-east-1:111122223333:cluster/a",
    "k7abc",
  ])("are refused by name where the role may not connect: %s", (foreign) => {
    const read = () => withinReach([watch(`${prefix}a`), watch(foreign)], reach);
    expect(read).toThrow(AuditError);
    expect(read).toThrow(`not of account 111122223333 and Region us-east-1`);
    expect(read).toThrow(foreign);
    expect(read).not.toThrow(`${prefix}a`);
  });

  it.each(["", "*", "a/b", "a ", "../a", "A", "a\u202e", "a\narn:aws:dsql"])(
    "are named by an ARN of one cluster: %j is none",
    (id) => {
      const read = () => withinReach([watch(`${prefix}${id}`)], reach);
      expect(read).toThrow("not the ARN of a cluster");
      expect(read).not.toThrow(/[\u202e\n]/);
    },
  );

  it("are each named once, and never connected to as admin", () => {
    expect(() => withinReach([watch(`${prefix}a`), watch(`${prefix}a`)], reach)).toThrow(
      `stands twice: ${prefix}a`,
    );
    expect(() => withinReach([{ ...watch(`${prefix}a`), user: "admin" }], reach)).toThrow("never connects");
    expect(() => readSettings({ AUDITOR_USER: "admin" }, "AUDITOR_USER")).toThrow("never connects");
  });

  it.each([
    ["AUTO", "neither auto nor JSON"],
    ["[]", ">=1 items"],
    ['[{"cluster":"a","endpoint":"e"}]', "0 user"],
    ["[null]", "CLUSTERS: 0"],
  ])("that cannot be read say where: %s", (text, says) => {
    expect(() => readSettings({ CLUSTERS: text }, "CLUSTERS")).toThrow(says);
  });
});
