// Reads many trail files one after the other: tens of thousands of small ones must cost no more than their bytes.
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Rejected } from "../core/activity/activity.ts";
import type { Connection } from "../core/activity/connection.ts";
import type { Instant } from "../core/base/time.ts";
import type { Scope } from "../core/coverage/coverage-scope.ts";
import type { ManagementEvent } from "../core/coverage/management-event.ts";
import { AuditError } from "../errors.ts";
import { readSource, type TrailSource } from "./trail-source.ts";
import type { TrailFile } from "./trail-sums.ts";

export type ReadingProgress = { readonly files: number; readonly records: number; readonly bytes: number };

/** `records = connections + ignored + rejected`; a file that cannot be read is one rejected record with index 0. */
export type SourcesRead = {
  readonly files: number;
  readonly records: number;
  readonly connections: number;
  readonly ignored: number;
  readonly rejected: readonly Rejected[];
  /** The files among them of which nothing was read. */
  readonly unread: readonly string[];
  readonly hours: ReadonlyMap<Scope, ReadonlySet<Instant>>;
  readonly management: readonly ManagementEvent[];
};

/** Between two looks at the event loop, so that Ctrl-C and a progress bar live. */
const TURN_MS = 50;

/** Reasons why one file fails alone, in words; undefined: anything else (a store that is down) stops the run. */
export const failsAlone = (error: unknown): string | undefined => {
  if (error instanceof AuditError) {
    const alone = ["bad-file", "bad-record", "denied", "not-found"] as const;
    return (alone as readonly string[]).includes(error.code) ? error.message : undefined;
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^E(?:ACCES|PERM|NOENT|ISDIR|IO|LOOP|NAMETOOLONG)$/.test(code)
    ? `cannot be read (${code})`
    : undefined;
};

/** What has been read so far. */
export type ReadingTotal = {
  /** A file that was read whole, or the reason why it was not. */
  readonly add: (source: TrailSource, read: TrailFile | { readonly failed: string }) => void;
  readonly progress: () => ReadingProgress;
  readonly result: () => SourcesRead;
};

export const readingTotal = (): ReadingTotal => {
  const total = { files: 0, records: 0, connections: 0, ignored: 0 };
  let bytes = 0;
  const rejected: Rejected[] = [];
  const unread: string[] = [];
  const management: ManagementEvent[] = [];
  const hours = new Map<Scope, Set<Instant>>();
  return {
    add: (source, file) => {
      total.files++;
      bytes += source.size ?? 0;
      if ("failed" in file) {
        total.records++;
        unread.push(source.name);
        rejected.push({ file: source.name, index: 0, reason: file.failed });
        return;
      }
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
    },
    progress: () => ({ files: total.files, records: total.records, bytes }),
    result: () => ({ ...total, rejected, unread, hours, management }),
  };
};

/** Gets each file's connections after the file has turned out whole, and is awaited; what it throws stops the run. */
export type OnConnections = (connections: readonly Connection[]) => Promise<void> | void;

/** Reads one file into the total: whole, or rejected with its reason. */
export const readInto = async (
  total: ReadingTotal,
  source: TrailSource,
  onConnections: OnConnections,
): Promise<void> => {
  // What the consumer throws is remembered apart, so that a file is not blamed for a store.
  let broken: { readonly error: unknown } | undefined;
  try {
    const file = await readSource(source, async (batch) => {
      try {
        await onConnections(batch);
      } catch (error) {
        broken = { error };
        throw error;
      }
    });
    total.add(source, file);
  } catch (error) {
    if (broken) throw broken.error;
    const failed = failsAlone(error);
    if (failed === undefined) throw error;
    total.add(source, { failed });
  }
};

/** To be called often: now and then it tells how far we are and lets the event loop live. */
export const turns = (onTurn: () => void): (() => Promise<void> | undefined) => {
  let turnAt = performance.now();
  return () => {
    if (performance.now() - turnAt <= TURN_MS) return undefined;
    onTurn();
    return nextTurn().then(() => {
      turnAt = performance.now();
    });
  };
};

/** Reads all sources in order. A file that cannot be read is rejected with its reason, the others go on. */
export const readSources = async (
  sources: Iterable<TrailSource> | AsyncIterable<TrailSource>,
  onConnections: OnConnections,
  { onProgress }: { readonly onProgress?: ((progress: ReadingProgress) => void) | undefined } = {},
): Promise<SourcesRead> => {
  const total = readingTotal();
  const turn = turns(() => onProgress?.(total.progress()));
  for await (const source of sources) {
    await readInto(total, source, onConnections);
    await turn();
  }
  onProgress?.(total.progress());
  return total.result();
};
