// The queues of a deployment, and what wakes somebody: registered by serverless.test.ts, which packages once for everything.
import { describe, expect, it } from "vitest";
import { MAX_RECEIVES, queuePlans, visibilityOf } from "../../deploy/topology.ts";
import {
  chosen,
  filled,
  lookIn,
  named,
  property,
  type Stack,
  type Statement,
  upper,
  VALUES,
} from "./stack.ts";

/** Registers the tests; `packaged` is asked when they run. */
export const queueTests = (functions: readonly string[], packaged: () => Stack): void => {
  const { all, made } = lookIn(packaged);
  describe("queues", () => {
    const mappings = () => all("AWS::Lambda::EventSourceMapping").map(([, { Properties }]) => Properties);

    it("are sealed by SQS, and give up into a queue that keeps for 14 days", () => {
      for (const [id, { Properties }] of all("AWS::SQS::Queue")) {
        expect(chosen(Properties, []), id).toMatchObject({ SqsManagedSseEnabled: true });
        if (id.endsWith("DeadLetterQueue")) expect(Properties.MessageRetentionPeriod, id).toBe(14 * 86_400);
        else {
          const { deadLetterTargetArn } = Properties.RedrivePolicy as { deadLetterTargetArn: unknown };
          expect(named(deadLetterTargetArn)).toEqual([id.replace(/Queue$/, "DeadLetterQueue")]);
          expect(Properties.MessageRetentionPeriod).toBeLessThan(14 * 86_400);
        }
      }
      for (const fn of ["Plan", "Retain"]) {
        expect(made(`${fn}LambdaEvConf`).Properties).toMatchObject({
          DestinationConfig: {
            OnFailure: { Destination: { "Fn::GetAtt": [`${fn}DeadLetterQueue`, "Arn"] } },
          },
        });
      }
    });

    it("are each emptied by one function, message by message, with time to come back", () => {
      expect(
        mappings()
          .map((m) => named(m.EventSourceArn).join())
          .sort(),
      ).toEqual(queuePlans.map(({ name }) => `${upper(name)}Queue`).sort());
      for (const plan of queuePlans) {
        expect(made(`${upper(plan.name)}Queue`).Properties).toMatchObject({
          VisibilityTimeout: visibilityOf(plan),
          RedrivePolicy: { maxReceiveCount: MAX_RECEIVES },
        });
      }
      for (const mapping of mappings()) {
        const [queue = "", fn = ""] = [...named(mapping.EventSourceArn), ...named(mapping.FunctionName)];
        expect(queue.replace("Queue", "LambdaFunction")).toBe(fn);
        expect(mapping.FunctionResponseTypes, fn).toEqual(["ReportBatchItemFailures"]);
        const window = Number(mapping.MaximumBatchingWindowInSeconds ?? 0);
        expect(made(queue).Properties.VisibilityTimeout).toBeGreaterThanOrEqual(
          6 * Number(made(fn).Properties.Timeout) + window,
        );
      }
    });

    it("wake somebody: what was given up, what waits, what fails", () => {
      const alarms = all("AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties);
      const watched = (metric: string) =>
        alarms
          .filter(({ MetricName }) => MetricName === metric)
          .flatMap(({ Dimensions }) => named(Dimensions));
      const queues = all("AWS::SQS::Queue").map(([id]) => id);
      expect(watched("ApproximateNumberOfMessagesVisible").sort()).toEqual(
        queues.filter((id) => id.endsWith("DeadLetterQueue")).sort(),
      );
      expect(watched("ApproximateAgeOfOldestMessage").sort()).toEqual(
        queues.filter((id) => !id.endsWith("DeadLetterQueue")).sort(),
      );
      expect(watched("ReadThrottleEvents")).toEqual(["Table"]);
      expect(watched("WriteThrottleEvents")).toEqual(["Table"]);
      expect(watched("NumberOfNotificationsFailed")).toEqual(["Topic"]);
      expect(watched("SnapshotOverdue")).toEqual(["DetectLambdaFunction"]);
      expect(watched("CanaryMissed")).toEqual(["DetectLambdaFunction"]);
      expect(watched("TopicMissing")).toEqual(["NotifyLambdaFunction"]);
      for (const metric of ["EventBusRefused", "SecurityHubRefused", "ChatRefused"])
        expect(watched(metric)).toEqual(["NotifyLambdaFunction"]);
      expect(watched("5xx")).toEqual(["HttpApi"]);
      expect(watched("Errors").sort()).toEqual(functions.map((fn) => `${upper(fn)}LambdaFunction`).sort());
      for (const { AlarmActions, AlarmName } of alarms) {
        expect(AlarmActions).toEqual([{ Ref: "Topic" }]);
        // By this prefix the topic's policy lets the alarms in.
        expect(filled(AlarmName, VALUES)).toMatch(/^dsql-access-auditor-prod-/);
      }
    });

    it("let in the rules that put into them, and nobody else", () => {
      const admitted = all("AWS::SQS::QueuePolicy").flatMap(([, { Properties }]) =>
        (Properties.PolicyDocument as { Statement: Statement[] }).Statement.flatMap((statement) => {
          expect(statement).toMatchObject({ Effect: "Allow", Action: "sqs:SendMessage" });
          const { ArnEquals } = statement.Condition as { ArnEquals: { "aws:SourceArn": unknown[] } };
          return ArnEquals["aws:SourceArn"].map(
            (from) =>
              `${String(filled(from, VALUES)).replace(/^.*rule\//, "")} > ${named(statement.Resource).join()}`,
          );
        }),
      );
      const targeted = all("AWS::Events::Rule").flatMap(([id, rule]) => {
        const from = String(property(rule, "Name") ?? `${id}.Arn`);
        return named(rule.Properties.Targets)
          .filter((to) => to.endsWith("Queue"))
          .map((to) => `${from} > ${to}`);
      });
      expect(admitted.sort()).toEqual(targeted.sort());
      expect(all("AWS::Events::Rule").every(([, rule]) => named(rule.Properties.Targets).length === 2)).toBe(
        true,
      );
    });
  });
};
