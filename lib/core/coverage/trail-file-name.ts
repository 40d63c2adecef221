// What the key of an object in a trail's bucket says: what it is, of which account and Region, and the minute of delivery.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
import type { Instant } from "../base/time.ts";

export type TrailFileName = { readonly account: string; readonly region: string; readonly at: Instant };

const NAME = /(?:^|[/\\])(\d{12})_CloudTrail_([a-z0-9-]+)_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z_[^/\\]*$/;

/** `<account>_CloudTrail_<region>_<YYYYMMDDTHHmmZ>_<unique>.json.gz` at the end of any path; undefined for other names. */
export const parseTrailFileName = (path: string): TrailFileName | undefined => {
  const [, account, region, ...digits] = NAME.exec(path) ?? [];
  if (account === undefined || region === undefined) return undefined;
  const [year, month, day, hour, minute] = digits.map(Number) as [number, number, number, number, number];
  const at = Date.UTC(year, month - 1, day, hour, minute);
  return Number.isFinite(at) ? { account, region, at } : undefined;
};

/**
 * `log`: data and management events. `digest`: the signed list of such files. `unnamed`: neither its place nor its name
 * says what it is, only its ending; whoever was pointed at it may try. `other`: all else, such as insights, aggregated and
 * network activity events, which prove nothing about connections, and the empty objects that stand for folders.
 */
export type TrailKeyKind = "log" | "digest" | "unnamed" | "other";

/** The folder behind the account, where CloudTrail puts a file; the last one, for a prefix may hold a copy of a bucket. */
const LAYOUT = /^(?:.*\/)?AWSLogs\/(?:o-[a-z0-9]+\/)?\d+\/([^/]+)\/(.*)$/s;
/** A trail's file by its own name, wherever it was copied to. */
const FILE = /^\d{12}_(CloudTrail(?:-[A-Za-z]+)*)_([a-z0-9-]+)_/;
const ENDING = /\.(?:json|jsonl|ndjson|gz)$/i;

const KINDS: ReadonlyMap<string, TrailKeyKind> = new Map([
  ["CloudTrail", "log"],
  ["CloudTrail-Digest", "digest"],
]);

/** As CloudTrail writes it: a tool of Windows may have put backslashes between the parts, also in the name of one file. */
const withSlashes = (key: string): string => key.replaceAll("\\", "/");

const nameOf = (key: string): string => key.slice(key.lastIndexOf("/") + 1);

/**
 * What lies below a key of a trail's bucket, or at a path below a folder, with `/` between its parts: by the folder right
 * after `AWSLogs/[organization/]account/`, else by the file's own name. No other folder counts.
 */
export const kindOfTrailKey = (written: string): TrailKeyKind => {
  const key = withSlashes(written);
  const name = nameOf(key);
  if (!ENDING.test(name) || name.startsWith(".")) return "other";
  const said = LAYOUT.exec(key)?.[1] ?? FILE.exec(name)?.[1];
  return said === undefined ? "unnamed" : (KINDS.get(said) ?? "other");
};

/** The Region that a digest is of, as its key says; a trail of all Regions writes one for each. */
export const regionOfDigest = (written: string): string | undefined => {
  const key = withSlashes(written);
  const [, folder, rest = ""] = LAYOUT.exec(key) ?? [];
  const inPath = folder === "CloudTrail-Digest" ? /^([a-z0-9-]+)\//.exec(rest)?.[1] : undefined;
  if (inPath !== undefined) return inPath;
  const [, kind, inName] = FILE.exec(nameOf(key)) ?? [];
  return kind === "CloudTrail-Digest" ? inName : undefined;
};

/**
 * A digest of files that CloudTrail delivered late, which is no link of the hourly chain: its name ends so. A trail may
 * have the same word in its name.
 */
export const isBackfillDigest = (key: string): boolean => /_backfill\.json(?:\.gz)?$/.test(key);
