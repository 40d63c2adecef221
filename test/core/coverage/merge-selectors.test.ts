// Merging a trail's selectors: nothing that it takes today is lost, and the connects come to it.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cluster } from "../../../lib/core/base/ids.ts";
import { CONNECTS, withConnects } from "../../../lib/core/coverage/merge-selectors.ts";
import { connectsTaken } from "../../../lib/core/coverage/trail-selectors.ts";

const cluster = "arn:aws:dsql:us-east-1:111122223333:cluster/abc" as Cluster;
const text = fc.string({ minLength: 1, maxLength: 12 });
const advanced = fc.array(
  fc.record({
    Name: text,
    FieldSelectors: fc.array(
      fc.record({ Field: text, Equals: fc.array(text, { minLength: 1, maxLength: 3 }) }),
    ),
  }),
  { minLength: 1, maxLength: 5 },
);

describe("merged selectors", () => {
  it("keep every advanced selector as it is, and take the connects of any cluster", () => {
    fc.assert(
      fc.property(advanced, (selectors) => {
        const merged = withConnects({ selectors });
        if ("why" in merged) throw new Error(merged.why);
        expect(merged.after).toEqual([...selectors, CONNECTS]);
        expect(connectsTaken(merged.after, cluster).taken).toBe("yes");
        expect(merged.widened).toEqual([]);
      }),
    );
  });

  it("say in advanced words what basic selectors take, wider where the exact is not certain", () => {
    const merged = withConnects({
      selectors: [],
      basic: [
        {
          ReadWriteType: "WriteOnly",
          IncludeManagementEvents: true,
          ExcludeManagementEventSources: ["kms.amazonaws.com"],
          DataResources: [
            { Type: "AWS::S3::Object", Values: ["arn:aws:s3:::logs/", "arn:aws:s3:::data/in"] },
            { Type: "AWS::Lambda::Function", Values: ["arn:aws:lambda"] },
            { Type: "AWS::DynamoDB::Table", Values: ["arn:aws:dynamodb:us-east-1:111122223333:table/t"] },
            { Type: "AWS::S3::Object", Values: [] },
          ],
        },
      ],
    });
    const write = { Field: "readOnly", Equals: ["false"] };
    const data = (type: string) => [
      { Field: "eventCategory", Equals: ["Data"] },
      { Field: "resources.type", Equals: [type] },
      write,
    ];
    expect(merged).toEqual({
      kept: [
        {
          FieldSelectors: [
            { Field: "eventCategory", Equals: ["Management"] },
            write,
            { Field: "eventSource", NotEquals: ["kms.amazonaws.com"] },
          ],
        },
        {
          FieldSelectors: [
            ...data("AWS::S3::Object"),
            { Field: "resources.ARN", StartsWith: ["arn:aws:s3:::logs/", "arn:aws:s3:::data/in"] },
          ],
        },
        { FieldSelectors: data("AWS::Lambda::Function") },
        {
          FieldSelectors: [
            ...data("AWS::DynamoDB::Table"),
            { Field: "resources.ARN", StartsWith: ["arn:aws:dynamodb:us-east-1:111122223333:table/t"] },
          ],
        },
      ],
      added: CONNECTS,
      after: expect.any(Array),
      widened: ["what else begins with arn:aws:dynamodb:us-east-1:111122223333:table/t"],
    });
  });

  it("keep the management events of a trail that nobody ever set selectors for", () => {
    const merged = withConnects({ selectors: [], basic: [{ ReadWriteType: "All", DataResources: [] }] });
    expect("kept" in merged && merged.kept).toEqual([
      { FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] },
    ]);
  });

  it.each([
    ["of which nothing is known", { selectors: [] }],
    ["with both kinds", { selectors: [CONNECTS], basic: [{}] }],
    [
      "with a type that is not known",
      { selectors: [], basic: [{ DataResources: [{ Type: "AWS::New::Thing", Values: ["x"] }] }] },
    ],
    ["with an access that is not known", { selectors: [], basic: [{ ReadWriteType: "Some" }] }],
    [
      "with as many values as a trail takes",
      {
        selectors: [
          {
            FieldSelectors: [
              { Field: "resources.ARN", StartsWith: Array.from({ length: 500 }, (_, n) => `a${n}`) },
            ],
          },
        ],
      },
    ],
  ])("are not made for a trail %s", (_, there) => {
    expect(withConnects(there)).toHaveProperty("why");
  });
});
