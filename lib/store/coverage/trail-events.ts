// When trails were stopped or changed, by account and Region; and who changed IAM, by account.

import { Principal } from "../../core/base/ids.ts";
import { DAY, type Instant, type Interval, iso } from "../../core/base/time.ts";
import * as z from "../../core/base/zod.ts";
import type { Scope } from "../../core/coverage/coverage-scope.ts";
import { type ManagementEvent, managementKinds, UNREADABLE } from "../../core/coverage/management-event.ts";
import type { IamEvent } from "../../core/iam/iam-event.ts";
import * as keys from "../table/keys.ts";
import { keyText } from "../table/stored.ts";
import type { Item, Key, Table } from "../table/table.ts";
import { TTL_ATTRIBUTE } from "../table/table-definition.ts";

const KEEP_DAYS = 400;

export type IamEvents = { readonly events: readonly IamEvent[]; readonly unreadable: readonly string[] };

const Kept = z.object({
  ...{ eventId: z.string(), at: z.int(), name: z.string(), principal: Principal },
  target: z.nullable(z.string()),
});
const IamItem = z.object({ v: z.literal(1), event: z.extend(Kept, { account: z.string() }) });
const TrailItem = z.object({
  v: z.literal(1),
  event: z.extend(Kept, {
    kind: z.enum(Object.values(managementKinds).flatMap((kinds) => Object.values(kinds))),
    scope: z.string(),
  }),
});

/** The time stands in the key; where it does not, it may have been at any of the stretch. */
const timeOf = ({ sk }: Key, from: Instant): Instant => {
  const at = Date.parse(sk.split("#")[0] ?? "");
  return Number.isNaN(at) ? from : at;
};

const eventOf = (item: Item, scope: Scope, from: Instant): ManagementEvent => {
  const parsed = TrailItem.safeParse(item);
  if (parsed.success) return parsed.data.event;
  const principal = Principal.parse("unknown:unreadable");
  const at = timeOf(item, from);
  return { eventId: item.sk, at, kind: UNREADABLE, name: keyText(item), scope, principal, target: null };
};

export type TrailEventStore = {
  /** The same event twice is one item. */
  readonly record: (event: ManagementEvent) => Promise<void>;
  /** One that cannot be read is there as such, at the time that its key says. */
  readonly within: (scope: Scope, interval: Interval) => Promise<ManagementEvent[]>;
  /** The same event twice is one item. */
  readonly recordIam: (event: IamEvent) => Promise<void>;
  /** The newest first, at most `most`; and the keys of items among them that cannot be read. */
  readonly iamWithin: (account: string, interval: Interval, most: number) => Promise<IamEvents>;
};

const keep = async (table: Table, key: Key, event: ManagementEvent | IamEvent): Promise<void> => {
  if (await table.get(key)) return;
  await table.put({
    ...key,
    v: 1,
    event: { ...event },
    [TTL_ATTRIBUTE]: Math.ceil((event.at + KEEP_DAYS * DAY) / 1_000),
  });
};

export const trailEventStore = (table: Table): TrailEventStore => ({
  record: (event) => keep(table, keys.trailEvent(event.scope, event.at, event.eventId), event),
  recordIam: (event) =>
    keep(table, keys.trailEvent(keys.iamScope(event.account), event.at, event.eventId), event),
  iamWithin: async (account, { from, to }, most) => {
    const events: IamEvent[] = [];
    const unreadable: string[] = [];
    for await (const item of table.query({
      pk: keys.trailEvents(keys.iamScope(account)),
      ...{ from: iso(from), to: iso(to), backward: true, limit: most },
    })) {
      const parsed = IamItem.safeParse(item);
      if (parsed.success) events.push(parsed.data.event);
      else unreadable.push(keyText(item));
    }
    return { events, unreadable };
  },
  within: async (scope, { from, to }) => {
    const events: ManagementEvent[] = [];
    for await (const item of table.query({ pk: keys.trailEvents(scope), from: iso(from), to: iso(to) })) {
      events.push(eventOf(item, scope, from));
    }
    return events;
  },
});
