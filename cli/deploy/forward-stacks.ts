// The names of the stacks beside the auditor's own, as the first lines of their templates have them.

/** Hands over IAM's events: deploy/forward-iam.yml. */
export const FORWARD_STACK = "dsql-access-auditor-iam";
/** Hands over what happens in a further Region: deploy/forward-region.yml. */
export const FORWARD_REGION_STACK = "dsql-access-auditor-region";
/** Gives the auditor a role in another account: deploy/member-account.yml. */
export const MEMBER_STACK = "dsql-access-auditor-member";
