// A cluster whose findings channels follow: what each of them took, how it answers next, and at which write the process dies.
import type { Finding, Severity, Status } from "../../lib/core/findings/finding.ts";
import { type FeedKind, type FeedName, feedNames } from "../../lib/core/incidents/feed.ts";
import { AuditError, type ErrorCode } from "../../lib/errors.ts";
import { feedChannels, settleChannels } from "../../lib/jobs/feed-channels.ts";
import type { Channel } from "../../lib/notices/channels/channel.ts";
import { openStore, type Store } from "../../lib/store/open-store.ts";
import { cluster } from "./catalogs.ts";
import { Crash, dyingTable } from "./faulty-table.ts";
import type { sqliteTables } from "./table.ts";

const START = Date.UTC(2026, 3, 1);
type Fresh = Awaited<ReturnType<ReturnType<typeof sqliteTables>["fresh"]>>;

/** What a channel took of one event. */
export type Told = {
  readonly id: string;
  readonly event: string;
  readonly kind: FeedKind;
  readonly status: Status;
  readonly severity: Severity;
};

/** At which of its writes the process dies: before it, or right after it. */
export type Death = { readonly at: number; readonly after: boolean };

/** What channels took, and how each answers next. */
export class World {
  now = START;
  count = 0;
  /** Events that were taken while the process died: they may come again, as what the finding is by then. */
  readonly uncertain = new Set<string>();
  readonly took = new Map<FeedName, Told[]>(feedNames.map((name) => [name, []]));
  /** How many events it takes before it fails, and why. */
  readonly fails = new Map<FeedName, { readonly after: number; readonly code: ErrorCode }>();
  on: readonly FeedName[] = [];
  readonly table: Fresh;
  constructor(table: Fresh) {
    this.table = table;
  }
  store(dies?: Death): Store {
    const table = dies ? dyingTable(this.table, dies.at, dies.after) : this.table;
    return openStore(table, { now: () => this.now });
  }
  channel(name: FeedName): Channel {
    return {
      name,
      send: async (events) => {
        const fault = this.fails.get(name);
        const taken = events.slice(0, fault?.after ?? events.length);
        for (const { id, kind, finding, mark } of taken)
          this.took
            .get(name)
            ?.push({ id: finding.id, event: id, kind, status: mark.status, severity: mark.severity });
        return {
          taken,
          failure: fault && taken.length < events.length ? new AuditError(fault.code, "no") : undefined,
        };
      },
    };
  }
  async notify(dies?: Death): Promise<readonly unknown[]> {
    const before = feedNames.map((name) => this.took.get(name)?.length ?? 0);
    const channels = this.on.map((name) => this.channel(name));
    const fed = await feedChannels(this.store(dies), channels, cluster, this.now);
    const failures = fed.flatMap(({ failure }) => failure ?? []);
    if (failures.some((failure) => failure instanceof Crash))
      for (const [i, name] of feedNames.entries())
        for (const { event } of (this.took.get(name) ?? []).slice(before[i])) this.uncertain.add(event);
    return failures.filter((failure) => !(failure instanceof Crash));
  }
  /** A look that finds what `by` says, by a function that knows which channels are on. */
  async look(by: (all: readonly Finding[]) => readonly Finding[]): Promise<void> {
    this.now += 60_000;
    await settleChannels(this.store(), cluster, this.on, this.now);
    await this.store().findings.update(cluster, by);
  }
}
