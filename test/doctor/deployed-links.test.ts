// What is said of the stacks that hand events over to the auditor's Region.
import { describe, expect, it } from "vitest";
import { forwardLink } from "../../lib/doctor/deployed-links.ts";

const missing = { why: "AWS knows no such thing", missing: true } as const;

describe("IAM's events", () => {
  it.each([
    ["eu-west-1", "us-east-1"],
    ["cn-northwest-1", "cn-north-1"],
    ["us-iso-west-1", "us-iso-east-1"],
    ["us-isof-east-1", "us-isof-south-1"],
  ])("are forwarded to %s from the Region of its partition's IAM, %s", (region, from) => {
    expect(forwardLink(region, "forward", missing)).toMatchObject({
      state: "broken",
      says: expect.stringContaining(`come in ${from} only`),
      next: expect.stringContaining(`aws cloudformation deploy --region ${from} `),
    });
  });

  it("are said to come in the auditor's own Region only where they do", () => {
    expect(forwardLink("us-iso-east-1", "forward", undefined)).toMatchObject({ state: "ok" });
    expect(forwardLink("us-isox-east-1", "forward", undefined)).toMatchObject({
      state: "unknown",
      says: expect.stringContaining("not known for the partition of us-isox-east-1"),
      next: expect.stringContaining("deploy/forward-iam.yml"),
    });
  });
});
