// What functions are told by their environment, and what of it is refused.
import { describe, expect, it } from "vitest";
import { readSettings } from "../lib/config.ts";

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

describe("clusters", () => {
  it.each([
    ["AUTO", "neither auto nor JSON"],
    ["[]", "has to name 1 at least"],
    ['[{"cluster":"a","endpoint":"e"}]', "entry 1 user is missing"],
    ["[null]", "CLUSTERS: entry 1"],
  ])("that cannot be read say where: %s", (text, says) => {
    expect(() => readSettings({ CLUSTERS: text }, "CLUSTERS")).toThrow(says);
  });
});
