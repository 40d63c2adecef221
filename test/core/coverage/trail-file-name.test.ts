import { describe, expect, it } from "vitest";
import {
  isBackfillDigest,
  kindOfTrailKey,
  parseTrailFileName,
  regionOfDigest,
} from "../../../lib/core/coverage/trail-file-name.ts";

const LOG = "111122223333_CloudTrail_us-east-1_20261120T1005Z_abc.json.gz";
const DIGEST = "111122223333_CloudTrail-Digest_us-east-1_night_us-east-1_20261120T093100Z.json.gz";

describe("a key of a trail's bucket", () => {
  it.each([
    [`AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/20/${LOG}`, "log"],
    [`some/prefix/AWSLogs/o-abc1234567/111122223333/CloudTrail/eu-west-1/2026/11/20/${LOG}`, "log"],
    ["AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/20/renamed.json.gz", "log"],
    [`AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/11/20/${DIGEST}`, "digest"],
    ["AWSLogs/111122223333/CloudTrail-Digest/us-east-1/d.json", "digest"],
    ["AWSLogs/111122223333/CloudTrail-Insight/us-east-1/x.json.gz", "other"],
    ["AWSLogs/111122223333/CloudTrail-Aggregated/us-east-1/x.json.gz", "other"],
    ["AWSLogs/111122223333/CloudTrail-NetworkActivity/us-east-1/x.json.gz", "other"],
    ["AWSLogs/111122223333/Config/us-east-1/x.json.gz", "other"],
    ["AWSLogs/111122223333/CloudTrail/", "other"],
    ["AWSLogs/111122223333/CloudTrail-Digest/", "other"],
    ["exports/", "other"],
    [LOG, "log"],
    [DIGEST, "digest"],
    [`CloudTrail-Digest/${LOG}`, "log"],
    [`CloudTrail/${DIGEST}`, "digest"],
    [`CloudTrail-Digest/AWSLogs/111122223333/CloudTrail/us-east-1/${LOG}`, "log"],
    [`AWSLogs/111122223333/CloudTrail-Digest/AWSLogs/111122223333/CloudTrail/us-east-1/${LOG}`, "log"],
    ["exports/111122223333_CloudTrail-NetworkActivity_us-east-1_20261120T1005Z_a.json.gz", "other"],
    ["exports/111122223333_CloudTrail-Insight_us-east-1_20261120T1005Z_a.json.gz", "other"],
    ["exports/day.ndjson", "unnamed"],
    ["CloudTrail/day.json", "unnamed"],
    ["AWSLogs\\111122223333\\CloudTrail-Aggregated\\us-east-1\\x.json.gz", "other"],
    [`AWSLogs\\o-abc1234567\\111122223333\\CloudTrail-Digest\\us-east-1\\${DIGEST}`, "digest"],
    [`backup/AWSLogs\\111122223333\\CloudTrail\\us-east-1\\${LOG}`, "log"],
    ["readme.txt", "other"],
    ["exports/.day.json", "other"],
  ])("%s is %s", (key, kind) => {
    expect(kindOfTrailKey(key)).toBe(kind);
  });

  it("says the Region of a digest by its place, else by its name", () => {
    expect(regionOfDigest(`AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/${DIGEST}`)).toBe(
      "eu-west-1",
    );
    expect(regionOfDigest(`exports/${DIGEST}`)).toBe("us-east-1");
    expect(regionOfDigest(`AWSLogs\\111122223333\\CloudTrail-Digest\\eu-west-1\\${DIGEST}`)).toBe(
      "eu-west-1",
    );
    expect(regionOfDigest(`CloudTrail-Digest/eu-west-1/${LOG}`)).toBeUndefined();
  });

  it("calls a digest a backfill by the end of its name alone", () => {
    expect(
      isBackfillDigest("x/1_CloudTrail-Digest_us-east-1_t_us-east-1_20261120T093100Z_backfill.json.gz"),
    ).toBe(true);
    expect(
      isBackfillDigest("x/1_CloudTrail-Digest_us-east-1_night_backfill_us-east-1_20261120T093100Z.json.gz"),
    ).toBe(false);
    expect(
      isBackfillDigest(
        "x_backfill.json.gz/1_CloudTrail-Digest_us-east-1_t_us-east-1_20261120T093100Z.json.gz",
      ),
    ).toBe(false);
  });

  it("names account, Region and minute of a file, never of a folder", () => {
    expect(parseTrailFileName(`a/${LOG}`)).toEqual({
      account: "111122223333",
      region: "us-east-1",
      at: Date.parse("2026-11-20T10:05:00Z"),
    });
    expect(parseTrailFileName(`${LOG}/x.json`)).toBeUndefined();
  });
});
