// What the table looks like: for the embedded database, and held against serverless.yml by a test.
import type { CreateTableCommandInput } from "@aws-sdk/client-dynamodb";
import { TIME_INDEX } from "./keys.ts";

/** What the local index sorts by. */
export const TIME_ATTRIBUTE = "takenAt";

/** One on-demand table; the local index by takenAt is sparse: only manifests have the attribute. */
export const tableDefinition = (name: string) =>
  ({
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [
      { AttributeName: "pk", AttributeType: "S" },
      { AttributeName: "sk", AttributeType: "S" },
      { AttributeName: TIME_ATTRIBUTE, AttributeType: "S" },
    ],
    KeySchema: [
      { AttributeName: "pk", KeyType: "HASH" },
      { AttributeName: "sk", KeyType: "RANGE" },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: TIME_INDEX,
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: TIME_ATTRIBUTE, KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "KEYS_ONLY" },
      },
    ],
  }) satisfies CreateTableCommandInput;

/** The attribute that DynamoDB expires items by, epoch seconds. */
export const TTL_ATTRIBUTE = "expiresAt";
