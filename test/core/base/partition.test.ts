// What AWS's own SDK knows of partitions: it is the source, and an update of it that knows more makes these tests fail.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { IAMClient } from "@aws-sdk/client-iam";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parameterPlans } from "../../../deploy/parameters.ts";
import { dnsSuffixOf, iamRegionOf, partitionOf, REGION } from "../../../lib/core/base/partition.ts";
import { root } from "../../deploy/stack.ts";

type Published = {
  readonly id: string;
  readonly outputs: { readonly dnsSuffix: string; readonly implicitGlobalRegion: string };
  readonly regions: Readonly<Record<string, unknown>>;
};

// The package does not export its list of Regions.
const list =
  "../../../node_modules/@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js";
const { partitionsInfo } = (await import(list)) as {
  readonly partitionsInfo: { readonly partitions: readonly Published[] };
};
const regions = partitionsInfo.partitions.flatMap(({ id, outputs, regions }) =>
  Object.keys(regions)
    // "aws-global" and the like are no Regions.
    .filter((region) => !region.endsWith("-global"))
    .map((region) => ({ region, id, outputs })),
);

/** The Region that the SDK signs a question to IAM for: IAM answers it there. */
const signedFor = (region: string): unknown => {
  const client = new IAMClient({ region });
  const { properties } = client.config.endpointProvider({ Region: region });
  client.destroy();
  return properties?.authSchemes?.[0]?.signingRegion;
};

describe("a Region of the SDK", () => {
  it("is one of many, in partitions of which some are cut off from the rest of AWS", () => {
    const ids = partitionsInfo.partitions.map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining(["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-eusc"]),
    );
    expect(regions.length).toBeGreaterThan(40);
  });

  it.each(regions)(
    "$region is known to be of $id, with the suffix of its names",
    ({ region, id, outputs }) => {
      expect(partitionOf(region)).toBe(id);
      expect(dnsSuffixOf(id)).toBe(outputs.dnsSuffix);
    },
  );

  it.each(regions)("$region has its IAM where the SDK asks it", ({ region }) => {
    expect(iamRegionOf(region)).toBe(signedFor(region));
  });

  it("has its IAM in the Region that AWS calls global, but for China: IAM is in Beijing there", () => {
    const differ = regions.filter(
      ({ region, outputs }) => iamRegionOf(region) !== outputs.implicitGlobalRegion,
    );
    expect([...new Set(differ.map(({ id }) => id))]).toEqual(["aws-cn"]);
  });

  it("can be written wherever a Region is asked for", () => {
    const template = (name: string): string =>
      parse(readFileSync(join(root, "deploy", name), "utf8")).Parameters.AuditorRegion.AllowedPattern;
    const patterns = [
      ...["member-account.yml", "forward-region.yml", "forward-iam.yml"].map(template),
      ...[parameterPlans.region.pattern, parameterPlans.regions.pattern, REGION.source],
    ];
    for (const pattern of patterns)
      expect(regions.filter(({ region }) => !new RegExp(pattern).test(region))).toEqual([]);
    expect(new RegExp(parameterPlans.regions.pattern).test("us-east-2,eusc-de-east-1")).toBe(true);
  });
});

describe("a Region that the SDK does not know", () => {
  it("is of AWS's own partition where it has a name like those", () => {
    expect([partitionOf("nz-north-1"), iamRegionOf("nz-north-1")]).toEqual(["aws", "us-east-1"]);
  });

  it("is of no partition otherwise, and where its IAM is nobody knows", () => {
    for (const region of ["us-isox-east-1", "xx-new-east-1", "eu-isoe", "", "*"])
      expect([partitionOf(region), iamRegionOf(region)]).toEqual([undefined, undefined]);
  });
});
