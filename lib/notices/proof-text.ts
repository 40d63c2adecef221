// The paragraph at the end of each notice that makes its mail a witness of the history. Pure.

import type { Cluster } from "../core/base/ids.ts";
import { minute } from "../core/base/time.ts";
import type { SealedManifest } from "../core/history/manifest.ts";
import { KEEP_DAYS } from "../core/history/retention.ts";
import { commandsFor, type StoreArguments } from "./command-line.ts";
import { paragraph, wrapped } from "./page.ts";

const command = (cluster: Cluster, store: StoreArguments, head: string, keepDays: number): string[] =>
  commandsFor(cluster, store)(
    "history",
    "verify",
    ...(head ? ["--head", head] : []),
    ...(keepDays === KEEP_DAYS ? [] : ["--keep-days", String(keepDays)]),
  );

const proof = (says: string, run: readonly string[]): string =>
  `${[...paragraph("PROOF OF HISTORY", [...wrapped(says), ...run])].join("\n")}\n`;

/**
 * The newest snapshot's number, time and hash, and the command that checks them: who can write to the table can rewrite
 * the past there, but not in mails that are out. `keepDays`: what retention keeps in full, which verify has to know.
 */
export const proofText = (
  cluster: Cluster,
  { manifest: { seq, takenAt }, hash }: SealedManifest,
  store: StoreArguments,
  keepDays = KEEP_DAYS,
): string =>
  proof(
    `Snapshot ${seq} of ${minute(takenAt)} is the newest. To check that nothing up to it was rewritten since:`,
    command(cluster, store, `${seq}:${hash}`, keepDays),
  );

/** The same where the newest snapshot cannot be read: that is no reason to send nothing, and it must not go unsaid. */
export const noProofText = (cluster: Cluster, store: StoreArguments, keepDays = KEEP_DAYS): string =>
  proof(
    "The newest snapshot CANNOT BE READ: it was altered, or a later release wrote it. To see what is broken:",
    command(cluster, store, "", keepDays),
  );
