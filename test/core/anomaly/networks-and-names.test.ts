import { describe, expect, it } from "vitest";
import { coarseNetwork, fineNetwork, isNamedNetwork } from "../../../lib/core/anomaly/coarse-network.ts";
import { isInteractive, isPersonLike } from "../../../lib/core/anomaly/person-like.ts";

describe("grains of a network", () => {
  it.each([
    ["203.0.113.0/24", "203.0.113.0/24", "203.0.0.0/16"],
    ["10.20.4.0/24", "10.20.0.0/16", "private"],
    ["172.31.9.0/24", "172.31.0.0/16", "private"],
    ["172.32.9.0/24", "172.32.9.0/24", "172.32.0.0/16"],
    ["100.64.1.0/24", "100.64.0.0/16", "private"],
    ["2001:db8:1::/48", "2001:db8:1::/48", "2001:db8::/32"],
    ["fd12:3456:789::/48", "fd12:3456:789::/48", "private"],
    ["vpce-0a1b2c3d", "vpce-0a1b2c3d", "private"],
  ])("%s is %s, in %s", (network, fine, coarse) => {
    expect([fineNetwork(network), coarseNetwork(network), coarseNetwork(fine)]).toEqual([
      fine,
      coarse,
      coarse,
    ]);
  });

  it("tells what names no network", () => {
    expect(["unknown", "…", "198.51.100.0/24"].map(isNamedNetwork)).toEqual([false, false, true]);
  });
});

describe("a person's session", () => {
  const nobody = () => false;
  it.each(["jane.doe@example.com", "jane.doe", "maria-lopez", "José_García"])(
    "%s names a person",
    (session) => {
      expect(isPersonLike(session, nobody)).toBe(true);
    },
  );

  it.each([
    "",
    "app-*",
    "deploy-bot",
    "orders-api",
    "lambda-runner",
    "botocore-session-*",
    "nightly",
    "ci_build",
  ])("%s names none", (session) => {
    expect(isPersonLike(session, nobody)).toBe(false);
  });

  it("is known where IAM Identity Center used it, whatever it looks like", () => {
    expect(isPersonLike("jdoe", (name) => name === "jdoe")).toBe(true);
    expect(isPersonLike("jdoe", nobody)).toBe(false);
  });
});

describe("a tool that people use by hand", () => {
  it.each(["DBeaver", "psql", "pgAdmin 4", "DataGrip", "jupyter-notebook", "JetBrains-DataGrip"])(
    "%s is one",
    (family) => {
      expect(isInteractive(family)).toBe(true);
    },
  );
  it.each(["aurora-dsql-nodejs-pg", "Boto3", "psqlodbc-pool", "aws-sdk-go-v2"])("%s is none", (family) => {
    expect(isInteractive(family)).toBe(false);
  });
});
