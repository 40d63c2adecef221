// The manifest of one snapshot: a small, fixed text that is hashed, and that names the hash of the one before it.
import { AuditError } from "../../errors.ts";
import { Sha256 } from "../base/ids.ts";
import { dayOf, type Instant, LAST_INSTANT } from "../base/time.ts";
import * as z from "../base/zod.ts";
import { type SectionName, sectionNames } from "../catalog/catalog.ts";
import { sha256 } from "./chunk.ts";

/** Raised when a field changes its meaning. What an older release wrote stays readable: its text is never rewritten. */
const MANIFEST_FORMAT = 1;

const Time = z.int().check(z.gte(0), z.lte(LAST_INSTANT));

/**
 * How the mappings were read where auditAsAdmin is on: `read` as admin, for the auditor's role was refused; `failed`: so was admin,
 * or did not come through; `not-needed`: the auditor's role may read them. Nobody is asked as admin for anything else.
 */
export const AsAdmin = z.enum(["read", "failed", "not-needed"]);
export type AsAdmin = z.infer<typeof AsAdmin>;

/** What the auditor itself did to take the snapshot: its own login, to be found again as a canary. */
export const SnapshotMeta = z.object({
  login: z.optional(
    z.object({
      at: Time,
      eventId: z.optional(z.nullable(z.string().check(z.maxLength(128)))),
      principal: z.string().check(z.maxLength(2048)),
      sourceIp: z.optional(z.string().check(z.maxLength(64))),
    }),
  ),
  /** Missing: auditAsAdmin is off. */
  asAdmin: z.optional(AsAdmin),
});
export type SnapshotMeta = z.infer<typeof SnapshotMeta>;

/** When AWS was asked last, and from when on there is somebody to ask about. */
export type AskTimes = { readonly askedAt: Instant; readonly dueAt: Instant };

export type Manifest = {
  readonly seq: number;
  readonly takenAt: Instant;
  /** The root of the tree over the canonical catalog's chunks. */
  readonly root: Sha256;
  /** The hash of the manifest before; null for the first. */
  readonly previous: Sha256 | null;
  /** The first manifest of this one's day: a chain of days that is still whole when other manifests are thinned out. */
  readonly dayFirst: number;
  /** Only where this is its day's first: the first of the day before. */
  readonly previousDay: { readonly seq: number; readonly hash: Sha256 } | null;
  /** The last manifest up to this one that has changes; 0: none has. */
  readonly lastChange: number;
  /** The list of changes since the manifest before; null: there are none. */
  readonly changes: { readonly root: Sha256; readonly count: number } | null;
  /** Rows per section, in the order of `sectionNames`; of an unreadable one what was last known, or null. */
  readonly rows: readonly (number | null)[];
  /** The unreadable sections and the time of the snapshot that last read each. */
  readonly unreadable: { readonly [N in SectionName]?: Instant | null };
  /** The root of the catalog without what was carried over from earlier snapshots, where anything was. */
  readonly plainRoot: Sha256 | null;
  /** When AWS was last asked for second opinions, and from when on it is to be asked again; null: it never was. */
  readonly opinions: AskTimes | null;
  readonly meta: SnapshotMeta;
};

/** A manifest as it is stored: its very text, which is never made anew from its fields. */
export type SealedManifest = { readonly manifest: Manifest; readonly hash: Sha256; readonly body: string };

// Short names and base64url hashes: with its keys the item stays within 1 KB, one write unit.
const Hash = z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/));
const Body = z.object({
  f: z.literal(MANIFEST_FORMAT),
  n: z.int().check(z.positive()),
  t: Time,
  i: Hash,
  p: z.optional(Hash),
  d: z.int().check(z.positive()),
  y: z.optional(z.tuple([z.int().check(z.positive()), Hash])),
  l: z.int().check(z.nonnegative()),
  c: z.optional(z.tuple([z.int().check(z.positive()), Hash])),
  r: z.array(z.nullable(z.int().check(z.nonnegative()))),
  u: z.optional(
    z.partialRecord(z.enum(sectionNames as readonly [SectionName, ...SectionName[]]), z.nullable(Time)),
  ),
  k: z.optional(Hash),
  o: z.optional(z.tuple([Time, Time])),
  m: z.optional(SnapshotMeta),
});

const toText = (hash: Sha256): string => Buffer.from(hash, "hex").toString("base64url");
const toHash = (text: string): Sha256 => Sha256.parse(Buffer.from(text, "base64url").toString("hex"));

/** Fixes a manifest's text and its hash. */
export const sealManifest = (manifest: Manifest): SealedManifest => {
  const { previous, previousDay, changes, unreadable, plainRoot, opinions, meta } = manifest;
  const body = JSON.stringify({
    f: MANIFEST_FORMAT,
    n: manifest.seq,
    t: manifest.takenAt,
    i: toText(manifest.root),
    ...(previous && { p: toText(previous) }),
    d: manifest.dayFirst,
    ...(previousDay && { y: [previousDay.seq, toText(previousDay.hash)] }),
    l: manifest.lastChange,
    ...(changes && { c: [changes.count, toText(changes.root)] }),
    r: [...manifest.rows],
    ...(Object.keys(unreadable).length && { u: unreadable }),
    ...(plainRoot && { k: toText(plainRoot) }),
    ...(opinions && { o: [opinions.askedAt, opinions.dueAt] as [number, number] }),
    ...(Object.keys(meta).length && { m: meta }),
  } satisfies z.input<typeof Body>);
  return { manifest, hash: sha256(body), body };
};

/** Reads a stored text. AuditError("store") where it is no manifest, or of a later format. */
export const openManifest = (body: string): SealedManifest => {
  let parsed: ReturnType<typeof Body.safeParse>;
  try {
    parsed = Body.safeParse(JSON.parse(body));
  } catch (cause) {
    throw new AuditError("store", "a snapshot's manifest is not readable", {
      cause,
      hint: "Run: dsql-audit history verify",
    });
  }
  if (!parsed.success) {
    throw new AuditError("store", "a snapshot's manifest is of a later format, or was altered", {
      cause: parsed.error,
      hint: "Use the version of dsql-audit that wrote it, or run: dsql-audit history verify",
    });
  }
  const { n, t, i, p, d, y, l, c, r, u, k, o, m } = parsed.data;
  const manifest: Manifest = {
    seq: n,
    takenAt: t,
    root: toHash(i),
    previous: p ? toHash(p) : null,
    dayFirst: d,
    previousDay: y ? { seq: y[0], hash: toHash(y[1]) } : null,
    lastChange: l,
    changes: c ? { count: c[0], root: toHash(c[1]) } : null,
    rows: r,
    unreadable: (u ?? {}) as Manifest["unreadable"],
    plainRoot: k ? toHash(k) : null,
    opinions: o ? { askedAt: o[0], dueAt: o[1] } : null,
    meta: m ?? {},
  };
  return { manifest, hash: sha256(body), body };
};

/** True where a manifest taken at `takenAt` opens a new day of the chain. A clock that went back opens none. */
export const opensDay = (before: Manifest, takenAt: Instant): boolean =>
  dayOf(takenAt) > dayOf(before.takenAt);
