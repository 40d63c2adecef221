// What each role needs of a KMS key of the user's own, by what it does.
import { arn, type Intrinsic, inText, ref, sub } from "./cloudformation.ts";
import { withKey } from "./own-key.ts";
import { tableName } from "./table.ts";

/** A grant of the role as it is without a key. */
type Granted = { readonly Effect: string; readonly Action: readonly string[] };

const OPEN = ["kms:Decrypt"];
/** Whoever seals asks for a data key, and opens it again to verify it. */
const SEAL = ["kms:GenerateDataKey", "kms:Decrypt"];

const use = (Sid: string, Action: readonly string[], StringEquals: object) => ({
  ...{ Sid, Effect: "Allow", Action, Resource: [ref("KmsKeyArn")] },
  Condition: { StringEquals },
});

/** Asked by this service in the role's name alone, never by the role itself. */
const via = (service: string) => ({
  "kms:ViaService": sub(`${service}.\${AWS::Region}.\${AWS::URLSuffix}`),
});

/**
 * What a role with these grants needs of the key:
 * settings: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
 * log: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 * table: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 * queues: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 * topic: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
const keyStatements = (fn: string, granted: readonly Granted[]) => {
  const may = (action: string): boolean =>
    granted.some(({ Effect, Action }) => Effect === "Allow" && Action.some((one) => one.startsWith(action)));
  const stack = inText("AWS::StackName");
  return [
    use("OpenItsSettings", OPEN, {
      "kms:EncryptionContext:aws:lambda:FunctionArn": arn("lambda", `function:${stack}-${fn}`),
    }),
    use("SealItsLog", SEAL, {
      ...via("logs"),
      "kms:EncryptionContext:aws:logs:arn": arn("logs", `log-group:/aws/lambda/${stack}-${fn}`),
    }),
    ...(may("dynamodb:")
      ? [
          use("OpenTable", OPEN, {
            ...via("dynamodb"),
            "kms:EncryptionContext:aws:dynamodb:tableName": tableName,
            "kms:EncryptionContext:aws:dynamodb:subscriberId": ref("AWS::AccountId"),
          }),
        ]
      : []),
    ...(may("sqs:SendMessage")
      ? [use("SealMessages", SEAL, via("sqs"))]
      : may("sqs:ReceiveMessage")
        ? [use("OpenMessages", OPEN, via("sqs"))]
        : []),
    ...(may("sns:Publish") ? [use("SealNotices", SEAL, via("sns"))] : []),
  ];
};

/** The same as a policy in the role, and not beside it: Lambda needs it from the function's first call on. */
export const keyPolicy = (fn: string, granted: readonly Granted[]): Intrinsic =>
  withKey({
    PolicyName: "own-key",
    PolicyDocument: { Version: "2012-10-17", Statement: keyStatements(fn, granted) },
  });
