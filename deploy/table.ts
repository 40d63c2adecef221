// The one DynamoDB table: made from the definition that the embedded database is made from, or one that is there already.

import { TIME_INDEX } from "../lib/store/table/keys.ts";
import { TTL_ATTRIBUTE, tableDefinition } from "../lib/store/table/table-definition.ts";
import { arn, arnOf, either, type Resources, ref, sub } from "./cloudformation.ts";
import { withKey } from "./own-key.ts";

// CloudFormation names the table: with a fixed name the retained one would stand in the way of the next deployment.
const { TableName: _, ...definition } = tableDefinition("");

const MAKES_TABLE = "MakesTable";

/** Of the table that the functions work on. */
export const tableName = either(MAKES_TABLE, ref("Table"), ref("ExistingTable"));
export const tableArn = either(MAKES_TABLE, arnOf("Table"), arn("dynamodb", `table/\${ExistingTable}`));
export const tableIndexArn = either(
  MAKES_TABLE,
  sub(`\${Table.Arn}/index/${TIME_INDEX}`),
  arn("dynamodb", `table/\${ExistingTable}/index/${TIME_INDEX}`),
);

export const table: Resources = {
  Table: {
    Type: "AWS::DynamoDB::Table",
    Condition: MAKES_TABLE,
    // What it holds is the record: removing the stack, or a change that replaces the table, leaves it there.
    DeletionPolicy: "Retain",
    UpdateReplacePolicy: "Retain",
    Properties: {
      ...definition,
      TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
      SSESpecification: withKey({ SSEEnabled: true, SSEType: "KMS", KMSMasterKeyId: ref("KmsKeyArn") }),
    },
  },
};
