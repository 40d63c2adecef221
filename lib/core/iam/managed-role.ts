// Roles whose policies nobody but AWS changes.
import { parseArn } from "../base/ids.ts";

const OF_SERVICE = /^role\/(?:aws-service-role\/|AWSServiceRoleFor)/;
const OF_IDENTITY_CENTER = /^role\/(?:aws-reserved\/|AWSReservedSSO_)/;

/**
 * Whose role it is, where no policy can be added to it by hand: a service's, or that of a permission set. A role of which no
 * more than a session was seen has lost its path.
 * https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
 */
export const managedBy = (arn: string): "a service" | "IAM Identity Center" | null => {
  const { resource = "" } = parseArn(arn) ?? {};
  if (OF_SERVICE.test(resource)) return "a service";
  return OF_IDENTITY_CENTER.test(resource) ? "IAM Identity Center" : null;
};
