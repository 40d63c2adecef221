// The stacks beside the auditor's own: their names, as the first lines of their templates have them, and the commands that deploy
// them.

/** Hands over IAM's events: deploy/forward-iam.yml. */
export const FORWARD_STACK = "dsql-access-auditor-iam";
/** Hands over what happens in a further Region: deploy/forward-region.yml. */
export const FORWARD_REGION_STACK = "dsql-access-auditor-region";
/** Gives the auditor a role in another account: deploy/member-account.yml. */
export const MEMBER_STACK = "dsql-access-auditor-member";

type Stack = { readonly name: string; readonly template: string; readonly capabilities: string };

export const MEMBER: Stack = {
  ...{ name: MEMBER_STACK, template: "member-account.yml", capabilities: "CAPABILITY_NAMED_IAM" },
};
export const FORWARD_REGION: Stack = {
  ...{ name: FORWARD_REGION_STACK, template: "forward-region.yml", capabilities: "CAPABILITY_IAM" },
};
export const FORWARD_IAM: Stack = {
  ...{ name: FORWARD_STACK, template: "forward-iam.yml", capabilities: "CAPABILITY_IAM" },
};

/** Where the auditor runs. */
export type Home = { readonly account: string; readonly region: string };

/** A command for somebody of `account`, in the Region `from`. `more`: further parameters of the template. */
export const deployAs = (
  { account, from }: { readonly account: string; readonly from: string },
  { name, template, capabilities }: Stack,
  home: Home,
  more = "",
): string =>
  `As account ${account}: aws cloudformation deploy --region ${from} --stack-name ${name} --template-file deploy/${template} --capabilities ${capabilities} --parameter-overrides AuditorRegion=${home.region} AuditorAccount=${home.account}${more}`;
