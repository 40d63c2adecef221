// A KMS key of one's own: what of the stack is encrypted with it, and what each role may do with it. Registered by
// serverless.test.ts, which packages once for everything.
import { describe, expect, it } from "vitest";
import { stackNameOf } from "../../deploy/params-file.ts";
import type { FunctionName } from "../../deploy/topology.ts";
import { keyStatements } from "../../lib/doctor/key-policy.ts";
import { chosen, filled, lookIn, type Made, named, type Stack, upper, VALUES } from "./stack.ts";

type Statement = {
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Resource: unknown;
  readonly Condition: { readonly StringEquals: Readonly<Record<string, unknown>> };
};
type Policies = readonly {
  readonly PolicyName: string;
  readonly PolicyDocument: { readonly Statement: readonly Statement[] };
}[];

const KEY = "arn:aws:kms:us-east-1:111122223333:key/5e1f7e3c-0000-4000-8000-000000000001";
const values = { ...VALUES, KmsKeyArn: KEY };

/** Where each type that keeps what the auditor is told or finds has its key. */
const KEEPS: Readonly<Record<string, string>> = {
  "AWS::DynamoDB::Table": "SSESpecification",
  "AWS::SNS::Topic": "KmsMasterKeyId",
  "AWS::SQS::Queue": "KmsMasterKeyId",
  "AWS::Logs::LogGroup": "KmsKeyId",
  "AWS::Lambda::Function": "KmsKeyArn",
};
/** What keeps no such thing: settings and rights, the packages of the code; and a trail, whose files have a key of their own. */
const SPARED =
  /^AWS::(?:S3::|CloudTrail::Trail$|IAM::|Events::|CloudWatch::|ApiGatewayV2::|SNS::(?:Subscription|TopicPolicy)$|SQS::QueuePolicy$|Lambda::(?:Permission|EventSourceMapping|EventInvokeConfig)$)/;

/** What a role needs of the key to do what the rest of the template has its function do: actions by service. */
const needsOf = (fn: FunctionName, { template }: Stack): Record<string, string[]> => {
  const resources = Object.values(template.Resources);
  const id = `${upper(fn)}LambdaFunction`;
  const { Variables } = lookIn(() => ({ template }) as Stack).made(id).Properties.Environment as {
    Variables: object;
  };
  const has = (type: string, of: (properties: Made["Properties"]) => unknown) =>
    resources.some(({ Type, Properties }) => Type === type && named(of(Properties)).includes(id));
  const isFed = has("AWS::Lambda::EventSourceMapping", ({ FunctionName: name }) => name);
  const givesUp = has("AWS::Lambda::EventInvokeConfig", ({ FunctionName: name }) => name);
  const sends = givesUp || Object.keys(Variables).some((name) => name.endsWith("_QUEUE_URL"));
  const seal = ["kms:GenerateDataKey", "kms:Decrypt"];
  return {
    lambda: ["kms:Decrypt"],
    logs: seal,
    ...("TABLE_NAME" in Variables && { dynamodb: ["kms:Decrypt"] }),
    ...(sends ? { sqs: seal } : isFed && { sqs: ["kms:Decrypt"] }),
    ...(fn === "notify" && { sns: seal }),
  };
};

/** Registers the tests; `packaged` is asked when they run. */
export const ownKeyTests = (functions: readonly FunctionName[], packaged: () => Stack): void => {
  const { all, made } = lookIn(packaged);
  const every = () => Object.entries(packaged().template.Resources);
  const policiesIn = (fn: string, conditions: readonly string[]) =>
    chosen(made(`${upper(fn)}Role`).Properties.Policies, conditions) as Policies;

  describe("a key of one's own", () => {
    it("encrypts all that the stack keeps, and is named by nothing else but the roles", () => {
      for (const [id, { Type, Properties }] of every()) {
        const property = KEEPS[Type];
        const uses = JSON.stringify(Properties).includes('"KmsKeyArn"');
        if (property === undefined) {
          expect(Type, id).toMatch(SPARED);
          expect(uses, id).toBe(Type === "AWS::IAM::Role");
        } else {
          const own = chosen(Properties, ["HasKmsKey", "MakesTable"]) as Made["Properties"];
          const ref = { Ref: "KmsKeyArn" };
          expect(own[property], id).toEqual(
            property === "SSESpecification" ? { SSEEnabled: true, SSEType: "KMS", KMSMasterKeyId: ref } : ref,
          );
          expect(own, id).not.toHaveProperty("SqsManagedSseEnabled");
        }
      }
      for (const type of Object.keys(KEEPS)) expect(all(type).length, type).toBeGreaterThan(0);
    });

    it("leaves everything as it is where there is none", () => {
      for (const [id, { Properties }] of every()) {
        const own = chosen(Properties, ["MakesTable"]);
        expect(JSON.stringify(own), id).not.toMatch(
          /KmsKeyArn|KmsMasterKeyId|KmsKeyId|SSESpecification|own-key/,
        );
      }
      expect(packaged().template.Parameters.KmsKeyArn?.Default).toBe("");
    });

    it.each(functions)(
      "may be used by the role of %s for what its function does, and for nothing else",
      (fn) => {
        const policy = policiesIn(fn, ["HasKmsKey", "MakesTable"]).find(
          ({ PolicyName }) => PolicyName === "own-key",
        );
        const statements = policy?.PolicyDocument.Statement ?? [];
        const used = statements.map(({ Action, Resource, Condition: { StringEquals, ...more } }) => {
          expect(Resource).toEqual([{ Ref: "KmsKeyArn" }]);
          expect(more).toEqual({});
          const { "kms:ViaService": via, ...context } = filled(StringEquals, values) as Record<
            string,
            string
          >;
          return [via?.replace(".us-east-1.AWS::URLSuffix", "") ?? "lambda", Action, context] as const;
        });
        expect(Object.fromEntries(used.map(([service, actions]) => [service, actions]))).toEqual(
          needsOf(fn, packaged()),
        );
        const name = String(filled(made(`${upper(fn)}LambdaFunction`).Properties.FunctionName, values));
        expect(Object.fromEntries(used.map(([service, , context]) => [service, context]))).toMatchObject({
          lambda: {
            "kms:EncryptionContext:aws:lambda:FunctionArn": `arn:aws:lambda:us-east-1:111122223333:function:${name}`,
          },
          logs: {
            "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:us-east-1:111122223333:log-group:${made(`${upper(fn)}LogGroup`).Properties.LogGroupName}`,
          },
          ...(used.some(([service]) => service === "dynamodb") && {
            dynamodb: {
              "kms:EncryptionContext:aws:dynamodb:tableName": "Table",
              "kms:EncryptionContext:aws:dynamodb:subscriberId": "111122223333",
            },
          }),
        });
      },
    );

    it("fits with the rest into what a role's policies may have together", () => {
      for (const fn of functions) {
        const policies = chosen(made(`${upper(fn)}Role`).Properties.Policies, [
          "HasKmsKey",
          "HasVpc",
          "MakesTable",
        ]);
        // IAM counts no white space; 10,240 characters for all in a role, some of them beside it.
        expect(JSON.stringify(filled(policies, values)).length, fn).toBeLessThan(8000);
      }
    });

    it("is opened by its policy to every log group of the stack", () => {
      const [logs] = keyStatements({ arn: KEY, stack: stackNameOf("prod") }) as [
        Statement & { Condition: object },
      ];
      const patterns = Object.values(
        (logs.Condition as unknown as { ArnLike: Record<string, string[]> }).ArnLike,
      ).flat();
      const matchers = patterns.map((pattern) => new RegExp(`^${pattern.replace("*", "[^:]*")}$`));
      const groups = all("AWS::Logs::LogGroup").map(
        ([, { Properties }]) =>
          `arn:aws:logs:us-east-1:111122223333:log-group:${filled(Properties.LogGroupName, values)}`,
      );
      expect(groups).toHaveLength(functions.length + 1);
      expect(groups.filter((group) => !matchers.some((matcher) => matcher.test(group)))).toEqual([]);
    });
  });
};
