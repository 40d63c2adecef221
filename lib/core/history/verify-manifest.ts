// Opens manifests as they were found in a table or a file, believing none of them: what is not as it was stored is a fault.
import { AuditError } from "../../errors.ts";
import { type Instant, iso } from "../base/time.ts";
import { openManifest, type SealedManifest } from "./manifest.ts";

/** `key` is the number under which it was found, `takenAt` the time (null: none that can be read): both must be what its own text says. */
export type StoredManifest = {
  readonly key: number;
  readonly takenAt: Instant | null;
  readonly body: string;
  readonly sum: string;
};

type FaultKind = "altered" | "missing" | "reordered" | "forked";
/** `seq`: the first snapshot that it touches; null: none can be named. */
export type Fault = { readonly kind: FaultKind; readonly seq: number | null; readonly message: string };

export const fault = (kind: FaultKind, seq: number | null, message: string): Fault => ({
  kind,
  seq,
  message,
});

/** The digits of its hash that a manifest's item repeats. */
export const SUM_DIGITS = 16;

/** Opens one stored manifest; a fault where it is not what it was when it was stored. */
const openStored = ({ key, takenAt, body, sum }: StoredManifest): SealedManifest | Fault => {
  let sealed: SealedManifest;
  try {
    sealed = openManifest(body);
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    return fault(
      "altered",
      key,
      `the manifest of snapshot ${key} cannot be read: it was altered, or is of a later format`,
    );
  }
  const { seq } = sealed.manifest;
  if (sum.length < SUM_DIGITS || !sealed.hash.startsWith(sum)) {
    return fault(
      "altered",
      key,
      `the manifest of snapshot ${key} was altered: it does not match its checksum`,
    );
  }
  if (seq !== key) return fault("reordered", key, `in the place of snapshot ${key} stands snapshot ${seq}`);
  if (takenAt === null) {
    return fault(
      "altered",
      key,
      `snapshot ${key} is filed under no time: answers by time would pass it over`,
    );
  }
  if (takenAt !== sealed.manifest.takenAt) {
    return fault(
      "altered",
      key,
      `snapshot ${key} is filed under another time than it was taken at, ${iso(sealed.manifest.takenAt)}`,
    );
  }
  return sealed;
};

/** The manifests that can be read, each number once; and what is wrong with the others. */
export const openAll = (
  stored: readonly StoredManifest[],
): { bySeq: Map<number, SealedManifest>; faults: Fault[] } => {
  const bySeq = new Map<number, SealedManifest>();
  const faults: Fault[] = [];
  let last = 0;
  for (const one of stored) {
    const opened = openStored(one);
    if ("kind" in opened) {
      faults.push(opened);
      continue;
    }
    const twin = bySeq.get(one.key);
    if (twin) faults.push(fault("forked", one.key, `there are two snapshots with the number ${one.key}`));
    else if (one.key < last)
      faults.push(fault("reordered", one.key, `snapshot ${one.key} stands after snapshot ${last}`));
    else bySeq.set(one.key, opened);
    last = Math.max(last, one.key);
  }
  return { bySeq, faults };
};
