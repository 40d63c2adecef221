// Adds an hour up from its segments and a day from its hours, and puts it where nobody else was in between.

import { type Bounded, boundTallies, crowdReason } from "../../core/activity/bound-tallies.ts";
import { mergeTallies } from "../../core/activity/tally.ts";
import type { Cluster } from "../../core/base/ids.ts";
import { DAY, HOUR, type Instant, type Interval, iso } from "../../core/base/time.ts";
import { AuditError } from "../../errors.ts";
import { doubtStore } from "../coverage/doubts.ts";
import * as keys from "../table/keys.ts";
import type { Item, Table } from "../table/table.ts";
import { TTL_ATTRIBUTE } from "../table/table-definition.ts";
import { attributesOf, packCounts } from "./profile-item.ts";
import { homeOf, PROFILE_LIMITS, type ProfileHours } from "./read-profiles.ts";
import { talliesOfSegments } from "./segment.ts";
import { SLOT_DAYS } from "./slots.ts";
import { unpackTallies } from "./tally-codec.ts";

const MAX_ROUNDS = 20;

const revisionOf = (item: Item | undefined): number | undefined =>
  typeof item?.rev === "number" ? item.rev : undefined;

/** Both answer whether what is stored has changed; a profile of an hour is kept three days longer than its slots. */
export const rebuildProfiles = (table: Table, { addUp }: ProfileHours) => {
  /** Reads, builds and puts until nobody else was in between; `build` returns undefined when nothing has changed. */
  const rebuild = async (
    key: { pk: string; sk: string },
    build: (stored: Item | undefined) => Promise<Record<string, unknown> | undefined>,
  ): Promise<boolean> => {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const stored = await table.get(key, { consistent: true });
      const built = await build(stored);
      if (built === undefined) return false;
      const rev = revisionOf(stored);
      if (await table.putIf({ ...key, v: 1, rev: (rev ?? 0) + 1, ...built }, "rev", rev)) return true;
    }
    throw new AuditError("conflict", "A profile changed too many times while it was added up");
  };

  const doubts = doubtStore(table);
  /** Whoever stands in a remainder may have used any mapping: the stretch proves nothing while it is so. */
  const noteCrowd = async (
    cluster: Cluster,
    at: Interval,
    bounded: Bounded,
    stored: Item | undefined,
    before = 0,
  ) => {
    if (!bounded.others && !stored?.others) return;
    const reason = crowdReason(bounded, before);
    const source = `crowd ${iso(at.from)} ${at.to - at.from}`;
    await doubts.replace(cluster, source, reason === undefined ? [] : [{ ...at, reason }]);
  };

  const rebuildHour = (cluster: Cluster, hour: Instant): Promise<boolean> =>
    rebuild(keys.hour(cluster, hour), async (stored) => {
      const counts: number[] = [];
      const minutes = new Map<number, Item[]>();
      for await (const item of table.query({ pk: keys.slots(cluster, hour), consistent: true })) {
        const minute = Number(item.sk.slice(0, 2));
        counts[minute] = (counts[minute] ?? 0) + 1;
        const known = minutes.get(minute);
        if (known) known.push(item);
        else minutes.set(minute, [item]);
      }
      const segments = packCounts(counts);
      const same = stored?.segments instanceof Uint8Array && Buffer.compare(stored.segments, segments) === 0;
      if (same || (stored === undefined && !minutes.size)) return undefined;
      const all = [...minutes.values()].flatMap(talliesOfSegments);
      const bounded = boundTallies(mergeTallies(all), PROFILE_LIMITS.hour, { home: homeOf(cluster) });
      await noteCrowd(cluster, { from: hour, to: hour + HOUR }, bounded, stored);
      const expiresAt = Math.ceil((hour + (SLOT_DAYS + 3) * DAY) / 1_000);
      return { segments, ...attributesOf(bounded), [TTL_ATTRIBUTE]: expiresAt };
    });

  const rebuildDay = (cluster: Cluster, day: Instant): Promise<boolean> =>
    rebuild(keys.day(cluster, day), async (stored) => {
      const bounded = await addUp(cluster, day, true);
      await noteCrowd(cluster, { from: day, to: day + DAY }, bounded, stored, bounded.namelessBefore);
      const attributes = attributesOf(bounded);
      const { tallies } = attributes;
      const same = stored?.tallies instanceof Uint8Array && Buffer.compare(stored.tallies, tallies) === 0;
      const nothing = stored === undefined && unpackTallies(tallies).length === 0;
      return same || nothing ? undefined : attributes;
    });

  return { rebuildHour, rebuildDay };
};
