// Takes a person's session name out of what was counted: out of segments, hours and days. What was worked out from them is
// removed, and the next evaluation works it out anew.
import { redactedSightings, redactedSums, redactedTallies } from "../../core/activity/redact.ts";
import type { Cluster } from "../../core/base/ids.ts";
import { DAY } from "../../core/base/time.ts";
import { AuditError } from "../../errors.ts";
import { inParallel } from "../table/in-parallel.ts";
import * as keys from "../table/keys.ts";
import type { Item, Table } from "../table/table.ts";
import { noteChangedDays } from "./changed-days.ts";
import { packSightings, unpackSightings } from "./sighting-codec.ts";
import { packTallies, unpackTallies } from "./tally-codec.ts";

const LANES = 8;
const MAX_ROUNDS = 20;

export type RedactedActivity = {
  /** Segments of minutes, and profiles of hours and days, that held the name. */
  readonly segments: number;
  readonly profiles: number;
};

/** What changes in a segment; undefined: it does not hold the name. */
const segmentChange = ({ seen, tallies, singles }: Item, person: string): object | undefined => {
  const sightings = seen instanceof Uint8Array ? redactedSightings(unpackSightings(seen), person) : undefined;
  const sums = tallies instanceof Uint8Array ? redactedSums(unpackTallies(tallies), person) : undefined;
  // These stand beside their hashes, one by one.
  const rows = singles instanceof Uint8Array ? redactedTallies(unpackTallies(singles), person) : undefined;
  if (!sightings && !sums && !rows) return undefined;
  return {
    ...(sightings && { seen: packSightings(sightings) }),
    ...(sums && { tallies: packTallies(sums) }),
    ...(rows && { singles: packTallies(rows) }),
  };
};

const conflict = (): AuditError =>
  new AuditError("conflict", "Another writer was first too many times", {
    hint: "Run the command again: what is done already stays done.",
  });

/** With `apply: false` only counts. Safe to repeat, to interrupt, and beside whoever counts. */
export const redactActivity =
  (table: Table) =>
  async (
    cluster: Cluster,
    person: string,
    { apply }: { readonly apply: boolean },
  ): Promise<RedactedActivity> => {
    const hours = new Set<string>();
    for (const pk of [keys.hours(cluster), keys.dirtyHours(cluster)])
      for await (const { sk } of table.query({ pk, consistent: true })) hours.add(sk);

    const counts = await inParallel([...hours], LANES, async (hour) => {
      let changed = 0;
      for await (const item of table.query({ pk: keys.slots(cluster, Date.parse(hour)), consistent: true })) {
        const change = segmentChange(item, person);
        if (!change) continue;
        changed++;
        const writer = typeof item.writer === "string" ? item.writer : undefined;
        if (apply && !(await table.putIf({ ...item, ...change }, "writer", writer))) throw conflict();
      }
      return changed;
    });

    const redactProfile = async (key: Item): Promise<boolean> => {
      let item: Item | undefined = key;
      for (let round = 0; round < MAX_ROUNDS && item; round++) {
        const sums = redactedSums(unpackTallies(item.tallies), person);
        if (!sums) return round > 0;
        if (!apply) return true;
        const rev = typeof item.rev === "number" ? item.rev : undefined;
        const next = { ...item, tallies: packTallies(sums), rev: (rev ?? 0) + 1 };
        if (await table.putIf(next, "rev", rev)) return true;
        item = await table.get({ pk: key.pk, sk: key.sk }, { consistent: true });
      }
      throw conflict();
    };
    let profiles = 0;
    const days = new Set<number>();
    for (const pk of [keys.hours(cluster), keys.days(cluster)])
      for await (const item of table.query({ pk, consistent: true }))
        if (await redactProfile(item)) {
          profiles++;
          days.add(Math.floor(Date.parse(item.sk) / DAY));
        }

    if (apply) {
      await noteChangedDays(table)(
        cluster,
        [...days].sort((a, b) => a - b),
      );
      const { pk } = keys.estates(cluster);
      for (const prefix of ["DAY#", "PART#"])
        for await (const { sk } of table.query({ pk, prefix, consistent: true }))
          await table.remove({ pk, sk });
    }
    return { segments: counts.reduce((sum, n) => sum + n, 0), profiles };
  };
