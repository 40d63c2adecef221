// A manifest as one item of the table, and the way back: an item that is not as it was stored is an error in every reader.
import type { Cluster } from "../../core/base/ids.ts";
import { type Instant, iso } from "../../core/base/time.ts";
import { openManifest, type SealedManifest } from "../../core/history/manifest.ts";
import { type StoredManifest, SUM_DIGITS } from "../../core/history/verify-manifest.ts";
import { AuditError } from "../../errors.ts";
import * as keys from "../table/keys.ts";
import { pad } from "../table/keys.ts";
import type { Item } from "../table/table.ts";

/** Of two snapshots with one time the later stored comes later: the sequence number is part of the sort key. */
const timeKey = (takenAt: Instant, seq: number): string => `${iso(takenAt)}#${pad(seq)}`;

/** A manifest as the table holds it. `sum` lets a flipped bit in the newest manifest be seen, which no later one vouches for yet. */
export const manifestItem = (cluster: Cluster, { manifest, hash, body }: SealedManifest): Item => ({
  ...keys.manifest(cluster, manifest.seq),
  takenAt: timeKey(manifest.takenAt, manifest.seq),
  body,
  sum: hash.slice(0, SUM_DIGITS),
});

const broken = (item: Item, why: string, cause?: unknown): AuditError =>
  new AuditError("store", `the manifest of snapshot ${Number(item.sk.slice(-10))} cannot be read: ${why}`, {
    cause,
    hint: "Run: dsql-audit history verify",
  });

/**
 * The manifest of an item. AuditError("store") where it is not as it was stored: an attribute is missing or another, its
 * text was altered, or it is filed under another number or time than its text names.
 */
export const openItem = (item: Item): SealedManifest => {
  const { body, sum, takenAt } = item;
  for (const [name, value] of Object.entries({ body, sum, takenAt })) {
    if (typeof value !== "string") throw broken(item, `its attribute ${name} is missing or of another type`);
  }
  let sealed: SealedManifest;
  try {
    sealed = openManifest(String(body));
  } catch (cause) {
    if (!(cause instanceof AuditError)) throw cause;
    throw new AuditError(cause.code, `${cause.message} (snapshot ${Number(item.sk.slice(-10))})`, {
      cause,
      ...(cause.hint !== undefined && { hint: cause.hint }),
    });
  }
  const { seq, takenAt: at } = sealed.manifest;
  if (sealed.hash.slice(0, SUM_DIGITS) !== sum) throw broken(item, "it does not match its checksum");
  if (!item.sk.endsWith(`#${pad(seq)}`)) throw broken(item, `it stands in another's place, it is of ${seq}`);
  if (takenAt !== timeKey(at, seq))
    throw broken(item, `it is filed under another time than it was taken at, ${iso(at)}`);
  return sealed;
};

/** The same unbelieved, for verify and export: `takenAt` null where the item is not filed under any time. */
export const storedManifest = (item: Item): StoredManifest => {
  const [text = "", seq] = String(item.takenAt).split("#");
  const at = Date.parse(text);
  const key = Number(item.sk.slice(-10));
  const filed = !Number.isNaN(at) && item.takenAt === `${iso(at)}#${seq}` && seq === pad(key);
  return { key, takenAt: filed ? at : null, body: String(item.body), sum: String(item.sum) };
};
