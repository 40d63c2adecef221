// What roles may do only where a parameter asks for it, each as a policy of its own beside the role.

import { arn, inText, pascal, type Resource, type Resources, ref, sub } from "./cloudformation.ts";
import { allow, type Statement } from "./statements.ts";
import type { FunctionName } from "./topology.ts";
import { trailBucketName } from "./trail.ts";

/** A grant that exists only where a parameter asks for it. */
const onlyWith = (condition: string, fn: FunctionName, name: string, statement: Statement): Resource => ({
  Type: "AWS::IAM::RolePolicy",
  Condition: condition,
  Properties: {
    RoleName: ref(`${pascal(fn)}Role`),
    PolicyName: name,
    PolicyDocument: { Version: "2012-10-17", Statement: [statement] },
  },
});

/** The role that deploy/member-account.yml gives: it has the name of the snapshot function's. */
const assumeMember: Statement = {
  ...allow(
    "AssumeMemberRole",
    ["sts:AssumeRole"],
    [sub(`arn:\${AWS::Partition}:iam::*:role/\${AWS::StackName}-snapshot-\${AWS::Region}`)],
  ),
  Condition: { StringEquals: { "aws:ResourceAccount": { "Fn::Split": [",", ref("MemberAccounts")] } } },
};

export const optionalRights: Resources = {
  FindMembersClusters: onlyWith("HasMembers", "plan", "members", assumeMember),
  ReadMembersClusters: onlyWith("HasMembers", "snapshot", "members", assumeMember),
  ReadTrailFiles: onlyWith(
    "HasTrailBucket",
    "ingestFiles",
    "trail-files",
    allow(
      "ReadTrailFiles",
      ["s3:GetObject"],
      [sub(`arn:\${AWS::Partition}:s3:::\${Files}/\${TrailPrefix}AWSLogs/*`, { Files: trailBucketName })],
    ),
  ),
  OpenTrailFiles: onlyWith("HasTrailKey", "ingestFiles", "trail-key", {
    ...allow("OpenTrailFiles", ["kms:Decrypt"], [ref("TrailKeyArn")]),
    Condition: { StringLike: { "kms:ViaService": sub(`s3.*.\${AWS::URLSuffix}`) } },
  }),
  PutEventsOnBus: onlyWith(
    "HasEventBus",
    "notify",
    "event-bus",
    allow("PutEventsOnBus", ["events:PutEvents"], [ref("EventBus")]),
  ),
  PublishToChat: onlyWith(
    "HasChatTopic",
    "notify",
    "chat",
    allow("PublishToChat", ["sns:Publish"], [ref("ChatTopic")]),
  ),
  // SNS encrypts in the publisher's name: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html. EventBridge uses
  // the key of a bus by itself: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-key-policy.html.
  SealForChat: onlyWith("HasChatTopicKey", "notify", "chat-key", {
    ...allow("SealForChat", ["kms:GenerateDataKey", "kms:Decrypt"], [ref("ChatTopicKeyArn")]),
    Condition: { StringLike: { "kms:ViaService": sub(`sns.*.\${AWS::URLSuffix}`) } },
  }),
  // As the default product of the account: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecurityhub.html
  ImportFindings: onlyWith(
    "HasSecurityHub",
    "notify",
    "security-hub",
    allow(
      "ImportFindings",
      ["securityhub:BatchImportFindings"],
      [arn("securityhub", `product/${inText("AWS::AccountId")}/default`)],
    ),
  ),
};
