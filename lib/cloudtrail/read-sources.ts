// Reads many trail files one after the other: tens of thousands of small ones must cost no more than their bytes.
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Rejected } from "../core/activity/activity.ts";
import type { Connection } from "../core/activity/connection.ts";
import type { Instant } from "../core/base/time.ts";
import type { Scope } from "../core/coverage/coverage-scope.ts";
import type { ManagementEvent } from "../core/coverage/management-event.ts";
import { AuditError } from "../errors.ts";
import { readSource, type TrailSource } from "./trail-source.ts";

export type ReadingProgress = { readonly files: number; readonly records: number; readonly bytes: number };

/** `records = connections + ignored + rejected`; a file that cannot be read is one rejected record with index 0. */
export type SourcesRead = {
  readonly files: number;
  readonly records: number;
  readonly connections: number;
  readonly ignored: number;
  readonly rejected: readonly Rejected[];
  readonly hours: ReadonlyMap<Scope, ReadonlySet<Instant>>;
  readonly management: readonly ManagementEvent[];
};

/** Between two looks at the event loop, so that Ctrl-C and a progress bar live. */
const TURN_MS = 50;

/** Reasons why one file fails alone; anything else (a store that is down) stops the run. */
const failsAlone = (error: unknown): string | undefined => {
  if (error instanceof AuditError) {
    const alone = ["bad-file", "bad-record", "denied", "not-found"] as const;
    return (alone as readonly string[]).includes(error.code) ? error.message : undefined;
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^E(?:ACCES|PERM|NOENT|ISDIR|IO|LOOP|NAMETOOLONG)$/.test(code)
    ? `cannot be read (${code})`
    : undefined;
};

/**
 * Reads all sources in order. `onConnections` gets each file's connections after the file has turned out whole, and is
 * awaited; what it throws stops the run. A file that cannot be read is rejected with its reason, the others go on.
 */
export const readSources = async (
  sources: Iterable<TrailSource> | AsyncIterable<TrailSource>,
  onConnections: (connections: readonly Connection[]) => Promise<void> | void,
  { onProgress }: { readonly onProgress?: ((progress: ReadingProgress) => void) | undefined } = {},
): Promise<SourcesRead> => {
  const total = { files: 0, records: 0, connections: 0, ignored: 0, bytes: 0 };
  const rejected: Rejected[] = [];
  const management: ManagementEvent[] = [];
  const hours = new Map<Scope, Set<Instant>>();
  let turnAt = performance.now();
  // What the consumer throws is remembered apart, so that a file is not blamed for a store.
  let broken: { readonly error: unknown } | undefined;
  const deliver = async (batch: readonly Connection[]): Promise<void> => {
    try {
      await onConnections(batch);
    } catch (error) {
      broken = { error };
      throw error;
    }
  };
  for await (const source of sources) {
    total.files++;
    total.bytes += source.size ?? 0;
    try {
      const file = await readSource(source, deliver);
      total.records += file.records;
      total.connections += file.connections;
      total.ignored += file.ignored;
      rejected.push(...file.rejected);
      management.push(...file.management);
      for (const [scope, own] of file.hours) {
        const known = hours.get(scope) ?? new Set<Instant>();
        hours.set(scope, known);
        for (const hour of own) known.add(hour);
      }
    } catch (error) {
      if (broken) throw broken.error;
      const reason = failsAlone(error);
      if (reason === undefined) throw error;
      total.records++;
      rejected.push({ file: source.name, index: 0, reason });
    }
    if (performance.now() - turnAt > TURN_MS) {
      onProgress?.({ files: total.files, records: total.records, bytes: total.bytes });
      await nextTurn();
      turnAt = performance.now();
    }
  }
  onProgress?.({ files: total.files, records: total.records, bytes: total.bytes });
  const { bytes: _, ...counts } = total;
  return { ...counts, rejected, hours, management };
};
