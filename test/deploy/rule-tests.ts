// The rules of EventBridge in a deployment: registered by serverless.test.ts, which packages once for everything.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eventPlans, queuePlans } from "../../deploy/topology.ts";
import { compilePattern, type EventPattern } from "../../local/aws/event-pattern.ts";
import { lookIn, named, property, root, type Stack } from "./stack.ts";

const envelope = JSON.parse(readFileSync(join(root, "test/fixtures/dbconnect-eventbridge.json"), "utf8")) as {
  readonly detail: Readonly<Record<string, unknown>>;
};

/** Registers the tests; `packaged` is asked when they run. */
export const ruleTests = (packaged: () => Stack): void => {
  const { all } = lookIn(packaged);
  describe("rules", () => {
    it("are those of the table of functions, with its patterns and its times", () => {
      const rules = all("AWS::Events::Rule").map(([, rule]) => rule);
      const place = { bucket: "trails", keys: "org/AWSLogs/" };
      const planned = [...queuePlans, ...eventPlans].flatMap(({ called }) => called.rules);
      const patterns = rules.flatMap((rule) => property(rule, "EventPattern") ?? []);
      expect(patterns).toHaveLength(planned.length);
      expect(patterns).toEqual(expect.arrayContaining(planned.map(({ pattern }) => pattern(place))));
      const rates = eventPlans.flatMap(({ called }) => called.schedules.map(({ rate }) => rate));
      expect(rules.flatMap((rule) => property(rule, "ScheduleExpression") ?? []).sort()).toEqual(
        rates.sort(),
      );
    });

    const catches = (event: unknown): string[] =>
      all("AWS::Events::Rule")
        .filter(([, rule]) => rule.Properties.EventPattern !== undefined)
        .filter(([, rule]) => compilePattern(property(rule, "EventPattern") as EventPattern)(event))
        .flatMap(([, rule]) => named(rule.Properties.Targets)[0] ?? []);
    const called = (source: string, eventName: string, type = "AWS API Call via CloudTrail") => ({
      source: `aws.${source}`,
      "detail-type": type,
      detail: { ...envelope.detail, eventSource: `${source}.amazonaws.com`, eventName },
    });

    it("catch connects under either detail-type", () => {
      expect(catches(envelope)).toEqual(["IngestEventsQueue"]);
      expect(catches(called("dsql", "DbConnectAdmin"))).toEqual(["IngestEventsQueue"]);
      expect(catches(called("dsql", "DbConnect", "AWS Service Event via CloudTrail"))).toEqual([
        "IngestEventsQueue",
      ]);
    });

    it("look at once where clusters, identities or trails change, and never at the auditor's own calls", () => {
      expect(catches(called("dsql", "PutClusterPolicy"))).toEqual(["PlanLambdaFunction"]);
      expect(catches(called("dsql", "TagResource"))).toEqual(["PlanLambdaFunction"]);
      expect(catches(called("dsql", "UntagResource"))).toEqual(["PlanLambdaFunction"]);
      expect(catches(called("iam", "DeleteRole"))).toEqual(["PlanLambdaFunction"]);
      expect(catches(called("cloudtrail", "StopLogging"))).toEqual(["PlanLambdaFunction"]);
      for (const own of ["ListClusters", "GetCluster"]) expect(catches(called("dsql", own))).toEqual([]);
      for (const own of ["LookupEvents", "GetTrail"]) expect(catches(called("cloudtrail", own))).toEqual([]);
    });

    it("catch new files of the trail, below its prefix in its bucket", () => {
      const file = (name: string, key: string) => ({
        source: "aws.s3",
        "detail-type": "Object Created",
        detail: { bucket: { name }, object: { key } },
      });
      const key = "org/AWSLogs/o-1/111122223333/CloudTrail/us-east-1/2026/11/02/x.json.gz";
      expect(catches(file("trails", key))).toEqual(["IngestFilesQueue"]);
      expect(catches(file("trails", `copy/${key}`))).toEqual([]);
      expect(catches(file("other", key))).toEqual([]);
    });
  });
};
