// The mails that went out about a cluster: one item each, added by who sends them and never changed, but where a person's
// name is taken out.
import { isDeepStrictEqual } from "node:util";
import type { Cluster } from "../../core/base/ids.ts";
import { DAY } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import { NoticeRecord } from "../../core/incidents/notice-record.ts";
import * as keys from "../table/keys.ts";
import { parseItem } from "../table/stored.ts";
import type { Table } from "../table/table.ts";
import { TTL_ATTRIBUTE } from "../table/table-definition.ts";

const FORMAT = 1;
/** As long as a closed finding is kept. */
const KEPT_DAYS = 400;
/** Ids of incidents have 12 characters, and an item holds 400 KB. */
const MAX_INCIDENTS = 10_000;
const SentItem = z.object({ v: z.literal(FORMAT), sent: NoticeRecord });

export type SentNotices = {
  /** Written once the mail is out. Twice is once. */
  readonly note: (cluster: Cluster, sent: NoticeRecord) => Promise<void>;
  /** In the order of time; those of earlier releases were not kept. */
  readonly list: (cluster: Cluster) => Promise<NoticeRecord[]>;
  /** Puts what `change` makes of each in its place, where that is another; how many. Without `apply` only counts. */
  readonly rewrite: (
    cluster: Cluster,
    change: (sent: NoticeRecord) => NoticeRecord,
    options: { readonly apply: boolean },
  ) => Promise<number>;
};

export const sentNotices = (table: Table): SentNotices => ({
  note: async (cluster, sent) => {
    const [only, second] = sent.incidents;
    const about = second === undefined ? (only ?? "") : "";
    await table.put({
      ...keys.sentNotice(cluster, sent.at, `${sent.kind}#${about}`),
      v: FORMAT,
      sent: { ...sent, incidents: sent.incidents.slice(0, MAX_INCIDENTS) },
      [TTL_ATTRIBUTE]: Math.ceil((sent.at + KEPT_DAYS * DAY) / 1_000),
    });
  },
  list: async (cluster) => {
    const found: NoticeRecord[] = [];
    for await (const item of table.query({ ...keys.sentNotices(cluster), consistent: true }))
      found.push(parseItem(SentItem, item).sent);
    return found;
  },
  rewrite: async (cluster, change, { apply }) => {
    let changed = 0;
    for await (const item of table.query({ ...keys.sentNotices(cluster), consistent: true })) {
      const { sent } = parseItem(SentItem, item);
      const next = change(sent);
      if (isDeepStrictEqual(next, sent)) continue;
      changed++;
      if (apply) await table.put({ ...item, sent: next });
    }
    return changed;
  },
});
