// Files and folders as they come from other hands: compressed twice, printed by a tool, put together of links.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readFolder } from "../../lib/cloudtrail/read-folder.ts";
import { readTrailFile } from "../../lib/cloudtrail/trail-file.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "odd-files-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (path: string, content: string | Uint8Array): void => {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
};
const record = (n: number) => ({
  eventID: `0e000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
  eventTime: "2026-11-02T09:14:07Z",
  eventSource: "dsql.amazonaws.com",
  eventName: "DbConnect",
  awsRegion: "us-east-1",
  recipientAccountId: "111122223333",
  userIdentity: { type: "IAMUser", arn: `arn:aws:iam::111122223333:user/u${n}` },
});
const text = (n: number): string => JSON.stringify(record(n));
const fileOf = (...ns: readonly number[]): string => JSON.stringify({ Records: ns.map(record) });
const envelope = (n: number) => ({ "detail-type": "AWS API Call via CloudTrail", detail: record(n) });

const read = async () => {
  const { counted, duplicates, rejected, coverageByScope } = await readFolder(root);
  const hours = [...coverageByScope.values()].flat().length;
  return { counted, duplicates, hours, rejected: rejected.map(({ reason }) => reason) };
};

describe("a trail file", () => {
  it("that was compressed again is read, at once and as a stream", async () => {
    const twice = gzipSync(gzipSync(fileOf(1, 2)));
    put("twice.json.gz", twice);
    expect(await read()).toMatchObject({ counted: 2, rejected: [] });
    const open = async function* () {
      for (const byte of twice) yield Uint8Array.of(byte);
    };
    expect(await readTrailFile({ name: "twice", open }, async () => {})).toMatchObject({ connections: 2 });
  });

  it("that says Records more than once counts all of them, whatever stands between", async () => {
    const between = fc.constantFrom(
      ...[
        '"a":1',
        '"a":"Records"',
        '"a":["Records",[{}]]',
        '"a":{"Records":[{"eventName":"x"}]}',
        '"Records":null',
        '"b":[]',
      ],
    );
    const layout = fc.array(fc.tuple(fc.array(between, { maxLength: 2 }), fc.nat({ max: 3 })), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(
        layout,
        fc.boolean(),
        fc.constantFrom("", " ", "\n"),
        fc.integer({ min: 1, max: 40 }),
        async (lists, isArray, space, size) => {
          let n = 0;
          const parts = lists.flatMap(([others, count]) => [
            ...others,
            `"Records":${space}[${Array.from({ length: count }, () => text(++n)).join(`,${space}`)}]`,
          ]);
          const one = `{${space}${parts.join(`${space},${space}`)}}`;
          const whole = Buffer.from(isArray ? `[${one},${fileOf(99)}]` : one);
          const open = async function* () {
            for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size);
          };
          const seen: string[] = [];
          const { rejected } = await readTrailFile({ name: "twice.json", open }, async (batch) => {
            seen.push(...batch.map(({ eventId }) => eventId));
          });
          expect(rejected).toEqual([]);
          expect(seen).toHaveLength(n + (isArray ? 1 : 0));
        },
      ),
    );
  });

  it("that breaks off in its inner layer counts for nothing", async () => {
    put("cut.json.gz", gzipSync(gzipSync(fileOf(1)).subarray(0, -9)));
    expect(await read()).toMatchObject({
      counted: 0,
      rejected: [expect.stringContaining("whole gzip file")],
    });
  });

  it.each<[string, unknown]>([
    ["aws sqs receive-message", { Messages: [{ Body: JSON.stringify(envelope(1)) }, { Body: text(2) }] }],
    [
      "aws cloudtrail lookup-events",
      { Events: [{ CloudTrailEvent: text(1) }, { CloudTrailEvent: text(2) }] },
    ],
    ["aws logs filter-log-events", { events: [{ message: text(1) }, { message: text(2) }] }],
    [
      "a subscription of CloudWatch Logs",
      { messageType: "DATA_MESSAGE", logEvents: [{ message: text(1) }, { message: text(2) }] },
    ],
    ["SQS with a whole file in a message", { Records: [{ eventSource: "aws:sqs", body: fileOf(1, 2) }] }],
    [
      "SQS with a list in a message",
      { Records: [{ eventSource: "aws:sqs", body: JSON.stringify([envelope(1), envelope(2)]) }] },
    ],
    ["SNS with a whole file in a message", { Type: "Notification", Message: fileOf(1, 2) }],
  ])("as printed by %s is read, and proves no delivery", async (_, document) => {
    put("printed.json", JSON.stringify(document, null, 2));
    expect(await read()).toEqual({ counted: 2, duplicates: 0, hours: 0, rejected: [] });
  });

  it("that a tool printed is read as one whatever its elements hold", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.constantFrom(1, 2, 3), fc.string()), { maxLength: 6 }),
        async (all) => {
          const events = all.map((one) => ({ message: typeof one === "number" ? text(one) : one }));
          put("printed.json", JSON.stringify({ events }));
          const { counted, duplicates, rejected } = await read();
          expect(counted + duplicates).toBe(all.filter((one) => typeof one === "number").length);
          expect(counted + duplicates + rejected.length).toBe(all.length);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("a folder of links", () => {
  it("is read, each folder once", async () => {
    put("elsewhere/a.json", fileOf(1));
    put("trail/b.json", fileOf(2));
    symlinkSync("../elsewhere", join(root, "trail/account"));
    symlinkSync("..", join(root, "trail/up"));
    symlinkSync("b.json", join(root, "trail/same.json"));
    expect(await read()).toMatchObject({ counted: 2, duplicates: 1, rejected: [] });
  });

  it("that lead nowhere or in a circle names them, and the others are read", async () => {
    put("a.json", fileOf(1));
    symlinkSync("nowhere.json", join(root, "gone.json"));
    symlinkSync("y.json", join(root, "x.json"));
    symlinkSync("x.json", join(root, "y.json"));
    symlinkSync("gone_CloudTrail-Digest.json", join(root, "111122223333_CloudTrail-Digest_us-east-1_t.json"));
    const { digestProblems, ...folder } = await readFolder(root);
    expect(folder.counted).toBe(1);
    expect(folder.rejected.map(({ reason }) => reason)).toEqual([
      "cannot be read (ENOENT)",
      "cannot be read (ELOOP)",
      "cannot be read (ELOOP)",
    ]);
    expect(digestProblems.map(({ reason }) => reason)).toEqual(["cannot be read (ENOENT)"]);
  });
});
