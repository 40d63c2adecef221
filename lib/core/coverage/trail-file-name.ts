// What the name of a trail's file says: account, Region and the minute of delivery.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
import type { Instant } from "../base/time.ts";

export type TrailFileName = { readonly account: string; readonly region: string; readonly at: Instant };

const NAME = /(?:^|[/\\])(\d{12})_CloudTrail_([a-z0-9-]+)_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z_/;

/** `<account>_CloudTrail_<region>_<YYYYMMDDTHHmmZ>_<unique>.json.gz` at the end of any path; undefined for other names. */
export const parseTrailFileName = (path: string): TrailFileName | undefined => {
  const [, account, region, ...digits] = NAME.exec(path) ?? [];
  if (account === undefined || region === undefined) return undefined;
  const [year, month, day, hour, minute] = digits.map(Number) as [number, number, number, number, number];
  const at = Date.UTC(year, month - 1, day, hour, minute);
  return Number.isFinite(at) ? { account, region, at } : undefined;
};

/** What lies below a key of a trail's bucket: log files, digests that prove them, or neither. */
export const kindOfTrailKey = (key: string): "log" | "digest" | "other" => {
  const folders = key.split("/").slice(0, -1);
  if (folders.includes("CloudTrail-Digest")) return "digest";
  return folders.includes("CloudTrail") ? "log" : "other";
};
