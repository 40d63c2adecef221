// What has to hold of a KMS key of one's own: the stack can use it, and its policy admits whom it has to.
import { stackNameOf } from "../../deploy/params-file.ts";
import { keyLink, keyPolicyLink } from "../../lib/doctor/key-links.ts";
import type { SetupPorts } from "../../lib/doctor/setup-ports.ts";
import { type CheckItem, itemOf, withMerge } from "./check-item.ts";
import { accountOf, type Looked, notSignedIn } from "./look.ts";

/** `arn`: of the key that the file of parameters names; "": none, and no item. */
export const keyItems = async (
  ports: SetupPorts,
  looked: Looked,
  arn: string,
  stage: string,
): Promise<CheckItem[]> => {
  if (arn === "") return [];
  const silent = notSignedIn(looked);
  const [key, policy] = await Promise.all([silent ?? ports.key(arn), silent ?? ports.keyPolicy(arn)]);
  const item = itemOf("before", keyLink(arn, key, accountOf(looked)));
  // Of a key that cannot be used it does not matter whom its policy admits.
  if (item.state === "missing") return [item];
  const { link, merged } = keyPolicyLink(policy, { arn, stack: stackNameOf(stage) });
  return [item, withMerge(itemOf("before", link), merged)];
};
