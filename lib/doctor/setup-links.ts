// The links that a deployment is prepared by: its clusters, where the trail's files are, an older table.
import { coversRegion } from "../cloudtrail/capture-state.ts";
import type { TrailRead, TrailState } from "../cloudtrail/trail-config.ts";
import { shellWord } from "../core/base/shell-word.ts";
import { type Tags, tagsText } from "../core/coverage/chosen.ts";
import { TIME_INDEX } from "../store/table/keys.ts";
import { tableDefinition } from "../store/table/table-definition.ts";
import { type Answer, broken, type Link, ok, unanswered, unknown } from "./link.ts";
import { LIVE } from "./place-links.ts";
import type { AwsCluster } from "./ports.ts";
import type { TableState } from "./setup-ports.ts";
import { mayBeChosen, tagLink } from "./tag-links.ts";

/** Whether AWS has the clusters that will be watched; `watched` undefined: all that there are, with the tags `by`. */
export const watchedLink = (
  answer: Answer<readonly AwsCluster[]>,
  watched: readonly string[] | undefined,
  region: string,
  by: Tags = {},
): Link => {
  if (!("value" in answer)) return unanswered("clusters", answer);
  const notChosen = tagLink("clusters", answer.value, by, region);
  if (notChosen) return notChosen;
  const wanted = watched ?? mayBeChosen(answer.value, by).map(({ arn }) => arn);
  if (!wanted.length)
    return broken("clusters", `AWS lists no cluster in ${region}`, "Check the parameter region.");
  const stateOf = (arn: string): string | null | undefined => {
    const found = answer.value.find((one) => one.arn === arn);
    return found?.status;
  };
  const gone = wanted.filter((arn) => stateOf(arn) === undefined);
  if (gone.length)
    return broken(
      "clusters",
      `AWS lists no such cluster in ${region}: ${gone.join(", ")}`,
      "Correct the parameter clusters.",
    );
  const down = wanted.filter((arn) => stateOf(arn) !== null && !LIVE.test(stateOf(arn) ?? ""));
  if (down.length)
    return watched || down.length === wanted.length
      ? broken(
          "clusters",
          `cannot be connected to: ${down.join(", ")}`,
          "Take them out of the parameter clusters.",
        )
      : ok("clusters", `${wanted.length - down.length} of ${wanted.length} in ${region} can be connected to`);
  const dark = wanted.filter((arn) => stateOf(arn) === null);
  return dark.length
    ? unanswered("clusters", {
        why: `AWS does not say how these are: ${dark.join(", ")}`,
        permission: "dsql:GetCluster",
      })
    : ok(
        "clusters",
        `${wanted.length} in ${region}${Object.keys(by).length ? ` with the tags ${tagsText(by)}` : ""}`,
      );
};

/** Where a deployment looks for the trail's files. */
export type TrailPlace = {
  readonly bucket: string;
  readonly prefix: string;
  readonly keyArn: string;
  readonly region: string;
};

/** A trail's key prefix as the parameter has it. */
export const prefixOf = ({ prefix }: Pick<TrailState, "prefix">): string => (prefix ? `${prefix}/` : "");

/** The trails that record this Region. */
export const trailsOf = (trails: readonly TrailRead[], region: string): readonly TrailState[] =>
  trails.filter((trail): trail is TrailState => !("unreadable" in trail) && coversRegion(trail, region));

/** Whether a trail of the Region writes where the deployment will look. `again`: the command that mends the parameters. */
export const placeLink = (
  answer: Answer<readonly TrailRead[]>,
  place: TrailPlace,
  again: (options: string) => string,
): Link => {
  const link = "trail files";
  if (place.bucket === "")
    return broken(
      link,
      "no trail bucket is named, so no hour is proven and no mapping is ever called dormant",
      again("--trail-bucket BUCKET"),
    );
  if (!("value" in answer)) return unanswered(link, answer);
  const writing = trailsOf(answer.value, place.region).filter(({ bucket }) => bucket === place.bucket);
  if (!writing.length) {
    const says = `no trail that could be read writes files of ${place.region} to ${place.bucket}`;
    const dark = answer.value.filter((trail) => "unreadable" in trail).map(({ arn }) => arn);
    return dark.length
      ? unknown(link, `${says}; not read: ${dark.join(", ")}`)
      : broken(link, says, again("--trail-bucket BUCKET"));
  }
  const same = writing.find((trail) => prefixOf(trail) === place.prefix);
  if (!same) {
    const wanted = prefixOf(writing[0] as TrailState);
    return broken(
      link,
      `the trail writes to ${place.bucket} under ${JSON.stringify(wanted)}, and the parameters say ${JSON.stringify(place.prefix)}`,
      again(`--trail-prefix ${shellWord(wanted) || "''"}`),
    );
  }
  if (same.keyArn === undefined)
    return unknown(link, "AWS did not say which key the files are encrypted with");
  return (same.keyArn ?? "") === place.keyArn
    ? ok(link, `${same.arn} writes to ${place.bucket}`)
    : broken(
        link,
        `the trail's files are encrypted with ${same.keyArn ?? "no key of yours"}, and the parameters say ${place.keyArn || "none"}`,
        again(`--trail-key ${same.keyArn ?? "''"}`),
      );
};

/** What a deployment says of its own key; "": none. */
type KeyParams = { readonly region: string; readonly kmsKeyArn: string };

/** The key of a table that the stack did not make is not the stack's to change; undefined: it is as the parameters say. */
const otherKey = (
  link: string,
  name: string,
  keyArn: string | null,
  { region, kmsKeyArn }: KeyParams,
): Link | undefined => {
  if ((keyArn ?? "") === kmsKeyArn) return undefined;
  if (kmsKeyArn === "")
    return unknown(
      link,
      `${name} is encrypted with ${keyArn}: the functions may use that key only if it is the one that AWS manages for DynamoDB`,
      "If it is a key of your own, write it to kmsKeyArn.",
    );
  return broken(
    link,
    `${name} is encrypted with ${keyArn ?? "a key of AWS's own"}, and kmsKeyArn is ${kmsKeyArn}`,
    `aws dynamodb update-table --region ${region} --table-name ${shellWord(name)} --sse-specification Enabled=true,SSEType=KMS,KMSMasterKeyId=${shellWord(kmsKeyArn)}`,
  );
};

/** Whether the table of an earlier deployment is there, and is one of ours. */
export const tableLink = (name: string, answer: Answer<TableState>, params: KeyParams): Link => {
  const link = "existing table";
  if (!("value" in answer))
    return answer.missing
      ? broken(link, `there is no table ${name}`, 'Correct existingTable; "" lets the stack make one.')
      : unanswered(link, answer);
  const { status, keys, indexes, keyArn } = answer.value;
  const wanted = tableDefinition(name).KeySchema.map(({ AttributeName }) => AttributeName);
  if (keys.join() !== wanted.join() || !indexes.includes(TIME_INDEX))
    return broken(
      link,
      `${name} is no table of this auditor: its key is ${keys.join(", ")}`,
      "Correct existingTable.",
    );
  const other = otherKey(link, name, keyArn, params);
  if (other) return other;
  return status === "ACTIVE" ? ok(link, `${name} is there`) : unknown(link, `${name} is ${status}`);
};
