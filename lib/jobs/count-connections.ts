// Counts connections and keeps the auditor's own among them as canaries. Used by both ways in of the ingest function.
import type { ActivitySink } from "../cloudtrail/ingest-sources.ts";
import type { Connection } from "../core/activity/connection.ts";
import { auditorIn } from "../core/base/auditor-in.ts";
import type { Principal } from "../core/base/ids.ts";
import type { Store } from "../store/open-store.ts";
import { proveByLate } from "./canary-proof.ts";
import { noteManagement } from "./note-management.ts";

/** The auditor's own among connections, by the principal that it is in their cluster. */
const ownLogins = (
  connections: readonly Connection[],
  auditor: Principal | undefined,
): ReadonlyMap<Principal, Connection[]> =>
  auditor === undefined
    ? new Map()
    : Map.groupBy(
        connections.filter(({ principal, cluster }) => principal === auditorIn(auditor, cluster)),
        ({ principal }) => principal,
      );

type CaptureStores = Pick<Store, "clusters" | "activity" | "canaries" | "doubts" | "trailEvents">;

/**
 * Where connections go that came by `way`: "trail" from a trail's files, which is the record; "event" from EventBridge,
 * which is best effort. Canaries are noted first: whatever dies in between, the batch comes again.
 */
export const connectionSink = (
  store: CaptureStores,
  auditor: Principal | undefined,
  way: "trail" | "event",
): ActivitySink => ({
  count: async (connections, now) => {
    for (const [own, its] of ownLogins(connections, auditor)) {
      await store.canaries.noteLogins(its, own, way, now);
      if (way === "trail") await proveByLate(store, its, own, now);
    }
    return store.activity.count(connections, now);
  },
  waits: store.activity.waits,
  markHours: store.activity.markHours,
  noteManagement: (event) => noteManagement(store, event),
});
