// The one DynamoDB table, made from the definition that the embedded database is made from.
import { TTL_ATTRIBUTE, tableDefinition } from "../lib/store/table/table-definition.ts";
import type { Resources } from "./cloudformation.ts";

// CloudFormation names the table: with a fixed name the retained one would stand in the way of the next deployment.
const { TableName: _, ...definition } = tableDefinition("");

export const table: Resources = {
  Table: {
    Type: "AWS::DynamoDB::Table",
    // What it holds is the record: removing the stack, or a change that replaces the table, leaves it there.
    DeletionPolicy: "Retain",
    UpdateReplacePolicy: "Retain",
    Properties: {
      ...definition,
      TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    },
  },
};
