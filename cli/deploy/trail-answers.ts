// Where the trail's files are to be, for a file of parameters: a bucket that is there, or a trail that the stack makes.
import type { Params } from "../../deploy/params.ts";
import type { TrailState } from "../../lib/cloudtrail/trail-config.ts";
import { trailsOf } from "../../lib/doctor/setup-links.ts";
import { AuditError } from "../../lib/errors.ts";
import { printable } from "../output.ts";
import { asked, askedOrNone, checkedOne } from "./asked.ts";
import type { Sources } from "./init-answers.ts";
import { candidates, ofTrail, takesConnects } from "./init-values.ts";

type Place = Pick<Params, "trailBucket"> & Partial<Params>;

/** Prefix and key of the old file belong to the trail that it speaks of; of another one they are not known. */
const OF_ANOTHER = { trailPrefix: "", trailKeyArn: "" };

/** Whether the old file has the stack make a trail. */
const makesTrail = ({ createTrail = "off" }: Partial<Params>): boolean => createTrail !== "off";

/** The trail's bucket, and what its trail says of prefix and key. */
const trailPlace = async (
  { old, looked, region, asking }: Sources,
  given: Partial<Params>,
): Promise<Place> => {
  const found = candidates(looked, region);
  const ofBucket = (bucket: string): Place => {
    const trail = found.find((one) => one.bucket === bucket);
    const isOld = old.trailBucket === bucket && !makesTrail(old);
    return { trailBucket: bucket, ...(trail ? ofTrail(trail) : isOld ? {} : OF_ANOTHER) };
  };
  if (given.trailBucket !== undefined) return ofBucket(given.trailBucket);
  const buckets = [...new Set(found.flatMap(({ bucket }) => bucket ?? []))];
  const suggested = old.trailBucket ?? (buckets.length === 1 ? buckets[0] : undefined);
  if (asking) {
    if (buckets.length > 1)
      asking.stderr.write(`Trails of ${region} write to: ${printable(buckets.join(", "))}\n`);
    const question = "Bucket of the trail that records the connects (none: EventBridge alone)";
    const bucket = await askedOrNone(asking, "trailBucket", question, suggested);
    return ofBucket(bucket);
  }
  if (suggested !== undefined) return ofBucket(suggested);
  throw new AuditError(
    "usage",
    buckets.length
      ? `trails of ${region} write to several buckets: ${buckets.join(", ")}`
      : "it is not known which bucket the trail writes to",
    {
      hint: "Name it with --trail-bucket, let the stack make a trail with --create-trail on, or give --trail-bucket '' for none.",
    },
  );
};

const recordsManagement = ({ selectors, basic = [] }: TrailState): boolean =>
  basic.some(({ IncludeManagementEvents = true }) => IncludeManagementEvents) ||
  selectors.some(({ FieldSelectors = [] }) =>
    FieldSelectors.some(
      ({ Field, Equals = [] }) => Field === "eventCategory" && Equals.includes("Management"),
    ),
  );

/** What a trail costs. Prices of us-east-1: https://aws.amazon.com/cloudtrail/pricing/ */
const offer = (region: string, management: TrailState | undefined): string =>
  [
    `No trail that could be read records who connects to the clusters of ${region}. The stack can make one, with a bucket of its own.`,
    "In us-east-1 AWS charges $0.10 for every 100,000 connections that a trail records, and S3 for keeping its files.",
    ...(management
      ? [
          `${printable(management.arn)} records management events, and a further copy costs $2.00 for every 100,000:`,
          '"connects" leaves them out. With "off" that trail can record the connections too, for the same price: deploy-check prints how.',
        ]
      : [
          'The first copy of management events is free. "on" records them too, so that changes of clusters and of IAM are seen at once.',
        ]),
    "",
  ].join("\n");

/** Whether the stack makes a trail: asked of a person where the account has none that will do. */
const ownTrail = async (
  { old, looked, region, asking }: Sources,
  given: Partial<Params>,
): Promise<string> => {
  const known = given.createTrail ?? old.createTrail ?? "off";
  const isSaid = given.createTrail !== undefined || given.trailBucket !== undefined || known !== "off";
  if (isSaid || !asking || old.trailBucket || !("value" in looked.trails)) return known;
  const all = looked.trails.value;
  const trails = trailsOf(all, region).filter(({ logging }) => logging);
  if (trails.some((trail) => takesConnects(trail, looked, region))) return known;
  asking.stderr.write(offer(region, trails.find(recordsManagement)));
  return asked(
    asking,
    "Make a trail (on: with management events; connects; off)",
    // One that could not be read may record them, and would be charged beside it.
    trails.length || all.some((trail) => "unreadable" in trail) ? "off" : "on",
    checkedOne("createTrail"),
  );
};

/** What the file says of the trail. AuditError("usage") where it is not known, and nobody can be asked. */
export const trailAnswers = async (sources: Sources, given: Partial<Params>): Promise<Partial<Params>> => {
  const createTrail = await ownTrail(sources, given);
  if (createTrail === "off") return { createTrail, ...(await trailPlace(sources, given)) };
  return { createTrail, ...(makesTrail(sources.old) ? {} : OF_ANOTHER) };
};
