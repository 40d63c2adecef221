// Roles whose policies nobody but AWS changes.
import { parseArn } from "../base/ids.ts";

const OF_SERVICE = /^role\/(?:aws-service-role\/|AWSServiceRoleFor)/;
const OF_IDENTITY_CENTER = /^role\/(?:aws-reserved\/sso\.amazonaws\.com\/|AWSReservedSSO_)/;

/** Whether an ARN's resource is a role that IAM Identity Center made: AWS manages it, and sessions end there. */
export const isOfIdentityCenter = (resource: string): boolean => OF_IDENTITY_CENTER.test(resource);

/**
 * Whose role it is, where no policy can be added to it by hand: a service's, or that of a permission set. A role of which no
 * more than a session was seen has lost its path.
 * https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
 */
export const managedBy = (arn: string): "a service" | "IAM Identity Center" | null => {
  const { resource = "" } = parseArn(arn) ?? {};
  if (OF_SERVICE.test(resource)) return "a service";
  return isOfIdentityCenter(resource) ? "IAM Identity Center" : null;
};
