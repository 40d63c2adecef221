// What has to hold of the trail: that it takes the connects, signs its files, and that its bucket tells of them. Of a trail that
// the account has before a deployment; of one that the deployment makes after it.
import type { Params } from "../../deploy/params.ts";
import { stackNameOf } from "../../deploy/params-file.ts";
import { captureState } from "../../lib/cloudtrail/capture-state.ts";
import { Cluster, parseArn } from "../../lib/core/base/ids.ts";
import { bucketLink, digestsLink, trailLink } from "../../lib/doctor/account-links.ts";
import { type Answer, broken, type Link, unanswered } from "../../lib/doctor/link.ts";
import { mergedNotification, mergedSelectors } from "../../lib/doctor/merges.ts";
import { placeLink, type TrailPlace } from "../../lib/doctor/setup-links.ts";
import type { SetupPorts } from "../../lib/doctor/setup-ports.ts";
import { type CheckItem, itemOf, withMerge } from "./check-item.ts";
import { accountOf, type Looked, notSignedIn, tells } from "./look.ts";
import { watchedOf } from "./watched.ts";

/** Where the trail's files are; `own`: the trail that the stack made, empty: it made none. */
type Place = TrailPlace & { readonly own: string };

/** As the parameters name it. */
export const placeOf = ({ region, trailBucket, trailPrefix, trailKeyArn }: Params): TrailPlace => ({
  ...{ region, bucket: trailBucket, prefix: trailPrefix, keyArn: trailKeyArn },
});

/** Whether somebody deleted the trail that the stack made. */
const isGone = (trails: Looked["trails"], own: string): boolean =>
  own !== "" && "value" in trails && !trails.value.some(({ arn }) => arn === own);

/** Of each cluster: whether a trail takes its connects, and signs its files. */
const clusterItems = (looked: Looked, params: Params, when: CheckItem["when"], place: Place): CheckItem[] => {
  const { trails } = looked;
  const watched = watchedOf(params, looked);
  if (!("value" in watched))
    return ["trail", "digests"].map((link) => itemOf(when, unanswered(link, watched)));
  const asked = accountOf(looked);
  return watched.value.flatMap((arn) => {
    const cluster = Cluster.parse(arn);
    // No trail of this account alone takes connects to another account's cluster, whatever its selectors.
    const isForeign = asked !== undefined && parseArn(arn)?.account !== asked;
    const own = isForeign ? "" : place.own;
    const merged =
      !isForeign && "value" in trails && !isGone(trails, own)
        ? mergedSelectors(trails.value, place, asked, cluster)
        : undefined;
    return [
      withMerge(itemOf(when, trailLink(trails, cluster, own, asked), { cluster }), merged),
      itemOf(when, digestsLink(trails, cluster, own, asked), { cluster }),
    ];
  });
};

/** Whether the bucket tells of new files. */
const bucketItems = async (
  ports: SetupPorts,
  looked: Looked,
  when: CheckItem["when"],
  bucket: string,
): Promise<CheckItem[]> => {
  if (bucket === "") return [];
  const told = notSignedIn(looked) ?? (await ports.notification(bucket));
  return [
    withMerge(
      itemOf(when, bucketLink(bucket, tells(told))),
      "value" in told ? mergedNotification(bucket, told.value) : undefined,
    ),
  ];
};

/** The trail that the stack made and its bucket, as its outputs name them; or why there is none to look at yet. */
const madeBy = async (
  ports: SetupPorts,
  looked: Looked,
  stage: string,
): Promise<Answer<{ readonly own: string; readonly bucket: string }>> => {
  const stack = notSignedIn(looked) ?? (await ports.stack(stackNameOf(stage)));
  if (!("value" in stack)) return stack;
  const { TrailArn: own = "", TrailBucketName: bucket = "" } = stack.value.outputs;
  return own && bucket ? { value: { own, bucket } } : { why: "the stack has no trail yet", missing: true };
};

const FILES = "trail files";

/** Trails that take the connects before the stack makes one: all of them are charged. */
const alreadyTaking = (looked: Looked, params: Params): readonly string[] => {
  const watched = watchedOf(params, looked);
  const { trails } = looked;
  if (!("value" in watched && "value" in trails)) return [];
  return [...new Set(watched.value.flatMap((arn) => captureState(trails.value, Cluster.parse(arn)).trails))];
};

/** Of a trail that the stack makes: it is to be looked at once it is there. */
const ownItems = async (
  ports: SetupPorts,
  looked: Looked,
  params: Params,
  stage: string,
): Promise<CheckItem[]> => {
  const made = await madeBy(ports, looked, stage);
  // The bucket of before has to be there when the stack is deployed.
  const old = await bucketItems(ports, looked, "before", "value" in made ? "" : params.existingTrailBucket);
  if (!("value" in made)) {
    const taking = alreadyTaking(looked, params);
    const link: Link = made.missing
      ? broken(
          FILES,
          [
            "the stack is to make the trail and its bucket, and has not yet",
            ...(taking.length
              ? [`connects are recorded already, and charged in each trail that does: ${taking.join(", ")}`]
              : []),
          ].join("; "),
          `npx serverless deploy --stage ${stage}`,
        )
      : unanswered(FILES, made);
    return [...old, itemOf("after", link)];
  }
  const { own, bucket } = made.value;
  const place = { ...placeOf(params), bucket, prefix: "", own };
  return [
    ...clusterItems(looked, params, "after", place),
    ...(isGone(looked.trails, own)
      ? []
      : [
          itemOf(
            "after",
            placeLink(looked.trails, place, () => `npx serverless deploy --stage ${stage}`),
          ),
        ]),
    ...(await bucketItems(ports, looked, "after", bucket)),
  ];
};

/** `again`: the command that mends the parameters. */
export const trailItems = async (
  ports: SetupPorts,
  looked: Looked,
  params: Params,
  { stage, again }: { readonly stage: string; readonly again: (options: string) => string },
): Promise<CheckItem[]> => {
  if (params.createTrail !== "off") return ownItems(ports, looked, params, stage);
  const place = { ...placeOf(params), own: "" };
  return [
    ...clusterItems(looked, params, "before", place),
    itemOf("before", placeLink(looked.trails, place, again)),
    ...(await bucketItems(ports, looked, "before", place.bucket)),
  ];
};
