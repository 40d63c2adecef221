// What has to hold of KMS keys: of one's own, that the stack can use it and its policy admits whom it has to; of the trail's, that
// CloudTrail may write with it and the auditor read.
import type { Params } from "../../deploy/params.ts";
import { stackNameOf } from "../../deploy/params-file.ts";
import { parseArn } from "../../lib/core/base/ids.ts";
import { keyLink, keyPolicyLink } from "../../lib/doctor/key-links.ts";
import { unanswered, unknown } from "../../lib/doctor/link.ts";
import { prefixOf, trailsOf } from "../../lib/doctor/setup-links.ts";
import type { SetupPorts } from "../../lib/doctor/setup-ports.ts";
import { trailKeyLink } from "../../lib/doctor/trail-key.ts";
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

/** The trail that seals with the key: the one that the stack makes, by its name, or the one that writes where the files are read. */
const sealing = (
  { trails }: Looked,
  { createTrail, region, trailBucket, trailPrefix, trailKeyArn }: Params,
  account: string,
  stage: string,
): string | undefined => {
  if (createTrail !== "off")
    return `arn:${parseArn(trailKeyArn)?.partition ?? "aws"}:cloudtrail:${region}:${account}:trail/${stackNameOf(stage)}-${region}`;
  if (!("value" in trails)) return undefined;
  return trailsOf(trails.value, region).find(
    (trail) => trail.bucket === trailBucket && prefixOf(trail) === trailPrefix,
  )?.arn;
};

/** Of the key that the file of parameters names for the trail's files; none where it names none. */
export const trailKeyItems = async (
  ports: SetupPorts,
  looked: Looked,
  params: Params,
  stage: string,
): Promise<CheckItem[]> => {
  const { trailKeyArn: arn, trailBucket, createTrail } = params;
  if (arn === "" || (trailBucket === "" && createTrail === "off")) return [];
  const silent = notSignedIn(looked);
  if (silent) return [itemOf("before", unanswered("trail key", silent))];
  const account = accountOf(looked);
  const trail = account === undefined ? undefined : sealing(looked, params, account, stage);
  if (account === undefined || trail === undefined)
    return [
      itemOf(
        "before",
        unknown(
          "trail key",
          `it is not known ${account === undefined ? "which account asks" : `which trail writes to ${trailBucket}`}, so the policy of ${arn} was not looked at`,
          "Mend the items above first.",
        ),
      ),
    ];
  const { link, merged } = trailKeyLink(await ports.keyPolicy(arn), {
    ...{ arn, trail, account, stack: stackNameOf(stage) },
  });
  return [withMerge(itemOf("before", link), merged)];
};
