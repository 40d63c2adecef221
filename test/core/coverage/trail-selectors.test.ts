import { describe, expect, it } from "vitest";
import type { Cluster } from "../../../lib/core/base/ids.ts";
import { connectsTaken, type FieldSelector } from "../../../lib/core/coverage/trail-selectors.ts";
import { CLUSTER } from "../../support/records.ts";

const cluster = CLUSTER as Cluster;
const data: FieldSelector[] = [
  { Field: "eventCategory", Equals: ["Data"] },
  { Field: "resources.type", Equals: ["AWS::DSQL::Cluster"] },
];
const taken = (...selectors: FieldSelector[][]) =>
  connectsTaken(
    selectors.map((FieldSelectors) => ({ FieldSelectors })),
    cluster,
  );

describe("connectsTaken", () => {
  it.each<[string, FieldSelector[][], string]>([
    ["the documented selector", [data], "yes"],
    ["none at all", [], "no"],
    ["management events only", [[{ Field: "eventCategory", Equals: ["Management"] }]], "no"],
    [
      "another resource type",
      [[data[0] as FieldSelector, { Field: "resources.type", Equals: ["AWS::S3::Object"] }]],
      "no",
    ],
    ["this cluster by ARN", [[...data, { Field: "resources.ARN", Equals: [CLUSTER] }]], "yes"],
    [
      "this cluster by prefix",
      [[...data, { Field: "resources.ARN", StartsWith: ["arn:aws:dsql:us-east-1:"] }]],
      "yes",
    ],
    ["another cluster", [[...data, { Field: "resources.ARN", EndsWith: ["cluster/other"] }]], "no"],
    ["all but this cluster", [[...data, { Field: "resources.ARN", NotEquals: ["x", CLUSTER] }]], "no"],
    ["all but another", [[...data, { Field: "resources.ARN", NotStartsWith: ["arn:aws:dsql:eu-"] }]], "yes"],
    ["DbConnect alone", [[...data, { Field: "eventName", Equals: ["DbConnect"] }]], "no"],
    ["both names", [[...data, { Field: "eventName", Equals: ["DbConnect", "DbConnectAdmin"] }]], "yes"],
    [
      "both names by two selectors",
      [
        [...data, { Field: "eventName", Equals: ["DbConnect"] }],
        [...data, { Field: "eventName", EndsWith: ["Admin"] }],
      ],
      "yes",
    ],
    ["a filter on readOnly", [[...data, { Field: "readOnly", Equals: ["false"] }]], "unknown"],
    [
      "a filter on principals",
      [[...data, { Field: "userIdentity.arn", NotEquals: ["arn:aws:iam::1:role/x"] }]],
      "unknown",
    ],
    ["a field of the future", [[...data, { Field: "resources.tag", Equals: ["x"] }]], "unknown"],
    [
      "an operator of the future",
      [[...data, { Field: "eventName", Matches: ["Db.*"] } as FieldSelector]],
      "unknown",
    ],
    [
      "a doubtful filter beside a plain one",
      [[...data, { Field: "readOnly", Equals: ["false"] }], data],
      "yes",
    ],
    [
      "a doubtful filter for another cluster",
      [[...data, { Field: "readOnly", Equals: ["false"] }, { Field: "resources.ARN", Equals: ["x"] }]],
      "no",
    ],
    ["a field named like nothing", [[...data, { Field: "constructor", Equals: ["x"] }]], "unknown"],
  ])("says of %s: %s", (_, selectors, expected) => {
    const answer = taken(...selectors);
    expect(answer.taken).toBe(expected);
    if (expected !== "yes") expect(answer.reasons.length).toBeGreaterThan(0);
  });
});
