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

  it("lists every problem at once", () => {
    const read = () =>
      readSettings({ CLUSTERS: "[{", ARCHETYPES: '{"a":"b"}' }, "TABLE_NAME", "CLUSTERS", "ARCHETYPES");
    expect(read).toThrow(/TABLE_NAME.*CLUSTERS.*ARCHETYPES/s);
  });
});
