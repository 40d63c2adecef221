// Digests that were verified, by account and Region, and the hours that their chain proves.
import { createHash } from "node:crypto";
import { DAY, HOUR, type Interval, iso } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import type { Scope } from "../../core/coverage/coverage-scope.ts";
import { hoursProvenByDigests, type VerifiedDigest } from "../../core/coverage/digest-chain.ts";
import * as keys from "../table/keys.ts";
import { parseItem } from "../table/stored.ts";
import type { Table } from "../table/table.ts";
import { TTL_ATTRIBUTE } from "../table/table-definition.ts";
import type { CoverageHours } from "./coverage-hours.ts";

const KEEP_DAYS = 400;
/** Digests come hourly: so far to both sides their neighbours are looked for. */
const AROUND = 4 * HOUR;

const DigestItem = z.object({
  v: z.literal(1),
  digest: z.object({
    ...{ from: z.int(), to: z.int(), key: z.string(), hash: z.string() },
    previousKey: z.nullable(z.string()),
    previousHash: z.nullable(z.string()),
  }),
});

export type DigestStore = {
  /** Keeps a verified digest and marks the hours that it completes. Any order, any number of times. */
  readonly record: (scope: Scope, digest: VerifiedDigest) => Promise<void>;
  readonly within: (scope: Scope, interval: Interval) => Promise<VerifiedDigest[]>;
};

export const digestStore = (table: Table, coverage: Pick<CoverageHours, "markHours">): DigestStore => {
  const within = async (scope: Scope, { from, to }: Interval): Promise<VerifiedDigest[]> => {
    const found: VerifiedDigest[] = [];
    const range = { from: iso(from), to: `${iso(to)}~`, consistent: true };
    for await (const item of table.query({ pk: keys.digests(scope), ...range })) {
      found.push(parseItem(DigestItem, item).digest);
    }
    return found;
  };
  return {
    record: async (scope, digest) => {
      const id = createHash("sha256").update(digest.key).digest("hex").slice(0, 16);
      const key = keys.digest(scope, digest.to, id);
      if (!(await table.get(key, { consistent: true }))) {
        await table.put({
          ...key,
          v: 1,
          digest: { ...digest },
          [TTL_ATTRIBUTE]: Math.ceil((digest.to + KEEP_DAYS * DAY) / 1_000),
        });
      }
      const near = await within(scope, { from: digest.from - AROUND, to: digest.to + AROUND });
      await coverage.markHours(scope, hoursProvenByDigests(near), "digest");
    },
    within,
  };
};
