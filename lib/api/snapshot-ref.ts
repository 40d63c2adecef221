// Which snapshot an answer rests on, and what it therefore cannot say.
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import * as z from "../core/base/zod.ts";
import { type SectionName, sectionNames } from "../core/catalog/catalog.ts";
import { AuditError } from "../errors.ts";
import { requireAsOf, type Snapshot } from "../store/history/snapshots.ts";
import type { QueryDeps } from "./deps.ts";

export const Time = z.iso
  .datetime()
  .register(z.globalRegistry, { id: "Time", description: "ISO 8601 in UTC." });
export const Section = z
  .enum(sectionNames as readonly [SectionName, ...SectionName[]])
  .register(z.globalRegistry, { id: "Section" });

export const SnapshotRef = z
  .object({
    seq: z.int(),
    takenAt: Time,
    manifestHash: z
      .string()
      .check(z.meta({ description: "SHA-256, hex: what `dsql-audit history verify` checks." })),
  })
  .register(z.globalRegistry, { id: "SnapshotRef", description: "The snapshot that the answer rests on." });

export const Unreadable = z
  .object({
    section: Section,
    lastReadAt: z
      .nullable(Time)
      .check(z.meta({ description: "The last snapshot that could read it; null: none yet." })),
  })
  .register(z.globalRegistry, {
    id: "Unreadable",
    description: "A section that could not be read: nothing in it is known to be absent.",
  });

const Uncertainty = z
  .object({
    after: Time.check(
      z.meta({ description: "The snapshot's time: what changed later is not in the answer." }),
    ),
    before: z
      .nullable(Time)
      .check(z.meta({ description: "The next snapshot's time; null: there is none yet." })),
    unreadable: z.array(Unreadable),
    text: z.string().check(z.meta({ description: "The same in words." })),
  })
  .register(z.globalRegistry, {
    id: "Uncertainty",
    description: "What the snapshot cannot say about the moment that was asked about.",
  });

/** What an answer says of itself. */
export const Basis = { snapshot: SnapshotRef, uncertainty: Uncertainty } as const;
export const Side = z.object(Basis).register(z.globalRegistry, {
  id: "Side",
  description: "The snapshot that stands for one end of a stretch of time.",
});

/** The snapshot as of `at`; on later pages the one that the first page rested on, whatever was stored since. */
export const pinnedSnapshot = async (
  { store: { snapshots } }: QueryDeps,
  cluster: Cluster,
  at: Instant,
  seq: number | undefined,
): Promise<Snapshot> => {
  if (seq === undefined) return requireAsOf(snapshots, cluster, at);
  const found = await snapshots.bySeq(cluster, seq);
  if (found) return found;
  throw new AuditError("usage", "the cursor's snapshot is no longer kept", {
    hint: "Begin anew without a cursor.",
  });
};
