// What the table looks like: for the embedded database, and held against serverless.yml by a test.
import type { CreateTableCommandInput } from "@aws-sdk/client-dynamodb";
import { TIME_INDEX } from "./keys.ts";

/** One on-demand table; the local index by takenAt is sparse: only manifests have the attribute. */
export const tableDefinition = (name: string) =>
  ({
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [
      { AttributeName: "pk", AttributeType: "S" },
      { AttributeName: "sk", AttributeType: "S" },
      { AttributeName: "takenAt", AttributeType: "S" },
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
          { AttributeName: "takenAt", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "KEYS_ONLY" },
      },
    ],
  }) satisfies CreateTableCommandInput;

/** The attribute that DynamoDB expires items by, epoch seconds. */
export const TTL_ATTRIBUTE = "expiresAt";
