// Where a command reads trail files from: a file, a folder or an S3 prefix; and says so when there is nothing to read.
import { resolve } from "node:path";
import type { S3Client } from "@aws-sdk/client-s3";
import { checkFolderDigests, type FolderDigests } from "../../lib/cloudtrail/folder-digests.ts";
import { listFolder, type PassedOver } from "../../lib/cloudtrail/list-folder.ts";
import { prefixDigests, prefixSources } from "../../lib/cloudtrail/list-prefix.ts";
import type { S3Object } from "../../lib/cloudtrail/s3-objects.ts";
import { dayDigests, daySources, type TrailDays } from "../../lib/cloudtrail/trail-days.ts";
import type { TrailSource } from "../../lib/cloudtrail/trail-source.ts";
import { fromTo } from "../../lib/core/base/time.ts";
import type { Io } from "../io.ts";
import { printable } from "../output.ts";

export type TrailInput = {
  /** As it was given. */
  readonly path: string;
  readonly sources: Iterable<TrailSource> | AsyncIterable<TrailSource>;
  /** How many there are, where that is known before they are read. */
  readonly total: number | undefined;
  /** What the digests of a folder say. */
  readonly digests: FolderDigests | undefined;
  /** In S3: the digests, which are proven one by one. */
  readonly signed: (() => AsyncIterable<S3Object>) | undefined;
  /** What was passed over up to now: all of it once the sources are read. */
  readonly passedOver: () => PassedOver;
};

/** What was passed over up to now, and who hears of each. */
const passing = () => {
  let files = 0;
  let example: string | undefined;
  const onPassedOver = (name: string): void => {
    files++;
    example ??= name;
  };
  return { onPassedOver, passedOver: () => ({ files, example }) };
};

/** The files of a deployment's trail for one account, Region and stretch of days. */
export const openTrailDays = (s3: S3Client, days: TrailDays): TrailInput => {
  const { onPassedOver, passedOver } = passing();
  return {
    path: `s3://${days.bucket}/${days.prefix}AWSLogs/ for account ${days.account} in ${days.region}, ${fromTo(days.from, days.to)}`,
    sources: daySources(s3, days, onPassedOver),
    ...{ total: undefined, digests: undefined, signed: () => dayDigests(s3, days), passedOver },
  };
};

/** AuditError "bad-file" for a path that is not there, "usage" for an address that is none. */
export const openTrailInput = (s3: S3Client, path: string, cwd: string): TrailInput => {
  if (path.startsWith("s3://")) {
    const { onPassedOver, passedOver } = passing();
    const sources = prefixSources(s3, path, onPassedOver);
    const signed = () => prefixDigests(s3, path);
    return { path, sources, total: undefined, digests: undefined, signed, passedOver };
  }
  const { logs, digests, passedOver } = listFolder(resolve(cwd, path));
  return {
    path,
    sources: logs,
    total: logs.length,
    digests: digests.length ? checkFolderDigests(digests, logs) : undefined,
    signed: undefined,
    passedOver: () => passedOver,
  };
};

const inWords = ({ files, example }: PassedOver): string =>
  `${files.toLocaleString("en-US")} ${files === 1 ? "file" : "files"} passed over, e.g. ${printable(example ?? "")}`;

/** A mistyped path or prefix must not look like a quiet trail. */
export const sayNothingRead = (io: Io, path: string, passedOver: PassedOver): void => {
  const passed = passedOver.files ? `: ${inWords(passedOver)}` : "";
  io.stderr.write(`warning: no trail files found in ${printable(path)}${passed}\n`);
};

/** Beside trail files: what is no log and no digest was not read, and somebody may have thought that it was. */
export const sayPassedOver = (io: Io, passedOver: PassedOver): void => {
  if (passedOver.files) io.stderr.write(`note: ${inWords(passedOver)}: neither logs nor digests\n`);
};
