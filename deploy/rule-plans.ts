// Which events of AWS call the auditor: connects, files of the trail, and changes of clusters, IAM and trails.

/** Where the trail's files are: a bucket's name and the beginning of their keys, as text or as CloudFormation's words. */
export type TrailPlace = { readonly bucket: unknown; readonly keys: unknown };

/** A rule of the event bus. */
export type RulePlan = {
  readonly name: string;
  readonly says: string;
  readonly pattern: (trail: TrailPlace) => Readonly<Record<string, unknown>>;
  /** Exists only in a deployment that has a trail's bucket. */
  readonly needsTrail?: true;
};

const viaCloudTrail = "AWS API Call via CloudTrail";

const calls = (service: string, eventName: readonly string[], types = [viaCloudTrail]) => ({
  source: [`aws.${service}`],
  "detail-type": types,
  detail: { eventSource: [`${service}.amazonaws.com`], eventName },
});
// AWS does not say under which of the two detail-types DSQL's events come.
const eitherType = [viaCloudTrail, "AWS Service Event via CloudTrail"];

/**
 * Connects are data events: a rule in the plain ENABLED state sees them where a trail records them.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
export const connects: RulePlan = {
  name: "connect",
  says: "Connects to DSQL clusters, allowed or refused",
  pattern: () => calls("dsql", ["DbConnect", "DbConnectAdmin"], eitherType),
};

/** Digests included. They come only where the bucket has EventBridge switched on, in its Region. */
export const trailFiles: RulePlan = {
  name: "trailFile",
  says: "New files of the trail",
  needsTrail: true,
  pattern: ({ bucket, keys }) => ({
    source: ["aws.s3"],
    "detail-type": ["Object Created"],
    detail: { bucket: { name: [bucket] }, object: { key: [{ prefix: keys }] } },
  }),
};

/**
 * Changes are looked at at once. All events are named: the auditor's own calls must never call it again. Write events
 * only, which is what a rule in the ENABLED state sees.
 */
export const changes: readonly RulePlan[] = [
  {
    name: "dsql",
    says: "Clusters, their policies and their tags that change",
    pattern: () =>
      calls(
        "dsql",
        [
          ...["CreateCluster", "UpdateCluster", "DeleteCluster", "PutClusterPolicy", "DeleteClusterPolicy"],
          // Policies may ask for a cluster's tags: whoever changes them changes who may connect.
          ...["StartRestoreJob", "TagResource", "UntagResource"],
        ],
        eitherType,
      ),
  },
  {
    // IAM's events come in one Region of a partition only: lib/core/base/partition.ts. Elsewhere this rule stays silent
    // unless deploy/forward-iam.yml hands them over, and the hourly schedule sees the same change later.
    name: "iam",
    says: "Roles and users that come, go or change what they may do",
    pattern: () =>
      calls("iam", [
        ...["CreateRole", "DeleteRole", "AttachRolePolicy", "DetachRolePolicy", "PutRolePolicy"],
        ...["DeleteRolePolicy", "UpdateAssumeRolePolicy", "CreateUser", "UpdateUser", "DeleteUser"],
        ...["AttachUserPolicy", "DetachUserPolicy", "PutUserPolicy", "DeleteUserPolicy"],
        ...["CreatePolicyVersion", "SetDefaultPolicyVersion"],
        // What users have by groups, what boundaries leave of it, and the tags that policies may ask for.
        ...["AddUserToGroup", "RemoveUserFromGroup", "AttachGroupPolicy", "DetachGroupPolicy"],
        ...["PutGroupPolicy", "DeleteGroupPolicy", "PutRolePermissionsBoundary"],
        ...["DeleteRolePermissionsBoundary", "PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary"],
        ...["TagRole", "UntagRole", "TagUser", "UntagUser"],
        ...["CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"],
      ]),
  },
  {
    // A trail's events come in its home Region.
    name: "trail",
    says: "Trails that are stopped or record something else",
    pattern: () =>
      calls("cloudtrail", [
        ...["CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging", "PutEventSelectors"],
      ]),
  },
];
