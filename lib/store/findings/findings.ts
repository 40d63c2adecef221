// Findings in the table: each one item with a revision, so that two judgements at once cannot overwrite each other.
import { isDeepStrictEqual } from "node:util";
import type { Cluster } from "../../core/base/ids.ts";
import { DAY, HOUR } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import type { Finding } from "../../core/findings/finding.ts";
import { StoredFinding } from "../../core/findings/stored-finding.ts";
import { AuditError } from "../../errors.ts";
import { inParallel } from "../table/in-parallel.ts";
import * as keys from "../table/keys.ts";
import { parseItem } from "../table/stored.ts";
import type { Item, Key, Table } from "../table/table.ts";
import { TTL_ATTRIBUTE } from "../table/table-definition.ts";
import { type ExemptionItems, exemptionItems } from "./exemptions.ts";
import { PACKED, PACKED_BY_KEY, packFinding, unpackFinding } from "./finding-codec.ts";
import { type LookItems, lookItems } from "./looks.ts";

const PLAIN = 1;
/** What only was seen once more is written so often: a finding is looked at every hour and rarely changes. */
const REFRESH_MS = 6 * HOUR;
/** A closed finding is kept as long as what it rests on. */
const CLOSED_DAYS = 400;
const MAX_ROUNDS = 10;
const LANES = 8;

/** The finding that a key is of. */
const namedBy = ({ pk, sk }: Key): Pick<Finding, "cluster" | "id"> => ({
  cluster: pk.slice(keys.findings("" as Cluster).length) as Cluster,
  id: sk,
});

/** Findings are packed since their second format. */
const Packed = z.object({
  v: z.union([z.literal(PACKED), z.literal(PACKED_BY_KEY)]),
  z: z.instanceof(Uint8Array),
  pk: z.string(),
  sk: z.string(),
});
const FindingItem = z.pipe(
  z.transform((item) => {
    const packed = Packed.safeParse(item);
    if (!packed.success) return item;
    const { v, z: bytes, pk, sk } = packed.data;
    return { ...(item as Item), finding: unpackFinding(bytes, v, namedBy({ pk, sk })) };
  }),
  z.object({
    v: z.union([z.literal(PLAIN), z.literal(PACKED), z.literal(PACKED_BY_KEY)]),
    rev: z.int(),
    finding: StoredFinding,
  }),
);

/** One stored finding with its revision. Throws where the item is not one that this version can read. */
export const findingOfItem = (item: Item): { readonly finding: Finding; readonly rev: number } =>
  parseItem(FindingItem, item);

/** Findings as they were read, for a change that rests on them. */
export type FindingsRead = ReadonlyMap<string, { readonly finding: Finding; readonly rev: number }>;

export type FindingStore = ExemptionItems &
  LookItems & {
    /**
     * Of every finding what was stored a moment ago, for half of the price: for a judgement, whose writes notice what it
     * missed.
     */
    readonly read: (cluster: Cluster) => Promise<FindingsRead>;
    readonly list: (cluster: Cluster) => Promise<Finding[]>;
    readonly get: (cluster: Cluster, id: string) => Promise<Finding | undefined>;
    /**
     * Reads all findings, lets `change` say what they should be, and writes those that changed, each on its revision; what
     * only was seen once more is written every six hours.
     * `change` is asked again where another writer was first (`round` 1 and on): of the same it must say the same. Returns the
     * findings afterwards.
     * `known`: what was read before, so that it need not be read again.
     */
    readonly update: (
      cluster: Cluster,
      change: (
        existing: readonly Finding[],
        round: number,
      ) => readonly Finding[] | Promise<readonly Finding[]>,
      known?: FindingsRead,
    ) => Promise<Finding[]>;
  };

/**
 * Whether a change has to be written now. Evidence is: what a mail or a person reads is as of the last look. What only
 * was seen once more is written by the next look, or the one after, along with something else.
 */
const isNews = (before: Finding, after: Finding): boolean => {
  if (before === after) return false;
  const { confirmedAt, seenDays: _, lastSeenAt, ...was } = before;
  const { confirmedAt: againAt, seenDays: __, lastSeenAt: lastAt, ...is } = after;
  const grew = after.life === "episode" && lastSeenAt !== lastAt;
  return grew || againAt - confirmedAt >= REFRESH_MS || !isDeepStrictEqual(was, is);
};

export const createFindingStore = (table: Table): FindingStore => {
  const readAll = async (cluster: Cluster, consistent: boolean): Promise<FindingsRead> => {
    const found = new Map<string, { finding: Finding; rev: number }>();
    for await (const item of table.query({ pk: keys.findings(cluster), consistent })) {
      const { finding, rev } = findingOfItem(item);
      found.set(finding.id, { finding, rev });
    }
    return found;
  };

  const write = (finding: Finding, rev: number | undefined): Promise<boolean> =>
    table.putIf(
      {
        ...keys.finding(finding.cluster, finding.id),
        v: PACKED_BY_KEY,
        rev: (rev ?? 0) + 1,
        z: packFinding(finding),
        ...(finding.closedAt !== undefined && {
          [TTL_ATTRIBUTE]: Math.ceil((finding.closedAt + CLOSED_DAYS * DAY) / 1000),
        }),
      },
      "rev",
      rev,
    );

  return {
    ...exemptionItems(table),
    ...lookItems(table),

    read: (cluster) => readAll(cluster, false),

    list: async (cluster) => [...(await readAll(cluster, true)).values()].map(({ finding }) => finding),

    get: async (cluster, id) => {
      const item = await table.get(keys.finding(cluster, id), { consistent: true });
      return item && findingOfItem(item).finding;
    },

    update: async (cluster, change, known) => {
      for (let round = 0; round < MAX_ROUNDS; round++) {
        const stored = (round === 0 && known) || (await readAll(cluster, true));
        const wanted = await change(
          [...stored.values()].map(({ finding }) => finding),
          round,
        );
        let lost = 0;
        const changed = wanted.filter((finding) => {
          const before = stored.get(finding.id)?.finding;
          return before === undefined || isNews(before, finding);
        });
        await inParallel(changed, LANES, async (finding) => {
          if (!(await write(finding, stored.get(finding.id)?.rev))) lost += 1;
        });
        if (lost === 0) return [...wanted];
      }
      throw new AuditError(
        "conflict",
        "the findings of a cluster changed too many times while they were written",
      );
    },
  };
};
