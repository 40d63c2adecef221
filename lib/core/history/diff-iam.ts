// What changed in IAM from one snapshot to the next. Last uses move every day and are no change of anything.
import type { Catalog } from "../catalog/catalog.ts";
import {
  type ClusterAccess,
  type IamPartName,
  type IamRowOf,
  iamPartNames,
  type Tag,
} from "../catalog/iam-facts.ts";
import { type KnownCatalog, knownIam } from "../catalog/known-catalog.ts";
import { sha256 } from "./chunk.ts";
import type { IamChange } from "./iam-change.ts";

type Found = (change: Omit<IamChange, "kind">) => void;

const DIGEST_CHARS = 16;
/** Names a document's text; equal texts have equal digests. */
export const documentDigest = (document: string): string => sha256(document).slice(0, DIGEST_CHARS);
const digestOf = (document: string | null | undefined): string | null =>
  document === null || document === undefined ? null : documentDigest(document);

type Texts = ReadonlyMap<string, string | null>;

/** Each name whose value is another on the two sides, in the order of names. */
const differing = (
  a: Texts,
  b: Texts,
): { readonly name: string; readonly before: string | null; readonly after: string | null }[] =>
  [...new Set([...a.keys(), ...b.keys()])]
    .sort()
    .map((name) => ({ name, before: a.get(name) ?? null, after: b.get(name) ?? null }))
    .filter(({ before, after }) => before !== after);

const byArn = <T extends { readonly arn: string }>(rows: readonly T[]): ReadonlyMap<string, T> =>
  new Map(rows.map((row) => [row.arn, row]));

const named = (names: readonly string[]): Texts => new Map(names.map((name) => [name, name]));
const tagged = (tags: readonly Tag[]): Texts => new Map(tags.map(({ key, value }) => [key, value]));

type Holder = IamRowOf<"users"> | IamRowOf<"groups"> | IamRowOf<"roles">;

/** The same identity on both sides: what it holds and what bounds it. */
const diffHolder = (part: IamPartName, a: Holder, b: Holder, found: Found): void => {
  const { arn } = b;
  const each = (what: IamChange["what"], from: Texts, to: Texts): void => {
    for (const one of differing(from, to)) found({ what, part, arn, ...one });
  };
  const inline = ({ inline }: Holder): Texts =>
    new Map(inline.map(({ name, document }) => [name, documentDigest(document)]));
  each("attached", named(a.attached), named(b.attached));
  each("inline", inline(a), inline(b));
  if ("groups" in a && "groups" in b) each("group", named(a.groups), named(b.groups));
  if ("boundary" in a && "boundary" in b) {
    if (a.boundary !== b.boundary)
      found({ what: "boundary", part, arn, name: null, before: a.boundary, after: b.boundary });
    each("tag", tagged(a.tags), tagged(b.tags));
  }
  if ("trust" in a && "trust" in b && a.trust !== b.trust) {
    found({ what: "trust", part, arn, name: null, before: digestOf(a.trust), after: digestOf(b.trust) });
  }
};

const diffHolders = (
  part: "users" | "groups" | "roles",
  a: KnownCatalog,
  b: KnownCatalog,
  found: Found,
): void => {
  const [before, after] = [knownIam(a, part), knownIam(b, part)] as (readonly Holder[] | null)[];
  if (!before || !after) return;
  const [from, to] = [byArn(before), byArn(after)];
  for (const arn of [...new Set([...from.keys(), ...to.keys()])].sort()) {
    const [old, now] = [from.get(arn), to.get(arn)];
    if (old?.id !== now?.id)
      found({ what: "identity", part, arn, name: null, before: old?.id ?? null, after: now?.id ?? null });
    if (old && now) diffHolder(part, old, now, found);
  }
};

const diffManaged = (a: KnownCatalog, b: KnownCatalog, found: Found): void => {
  const [before, after] = [knownIam(a, "managedPolicies"), knownIam(b, "managedPolicies")];
  if (!before || !after) return;
  const [from, to] = [byArn(before), byArn(after)];
  const about = (arn: string) => ({ part: "managedPolicies", arn }) as const;
  // A text that was not in the answer is not another one, and neither is the one that is there again.
  const unread = new Set<string>();
  for (const [arn, { document }] of to) {
    const was = from.get(arn)?.document;
    if (was === undefined || (was === null) === (document === null)) continue;
    unread.add(arn);
    const reason = "its text was not in the answer";
    if (document === null)
      found({ ...about(arn), what: "unreadable", name: "text", before: null, after: reason });
    else found({ ...about(arn), what: "readable", name: "text", before: reason, after: null });
  }
  const texts = (rows: ReadonlyMap<string, IamRowOf<"managedPolicies">>): Texts =>
    new Map(
      [...rows].map(([arn, { document }]) => [
        arn,
        document === null ? "not read" : documentDigest(document),
      ]),
    );
  for (const { name, ...rest } of differing(texts(from), texts(to)))
    if (!unread.has(name)) found({ ...about(name), what: "managed", name: null, ...rest });
};

const diffKeys = (a: KnownCatalog, b: KnownCatalog, found: Found): void => {
  const [before, after] = [knownIam(a, "accessKeys"), knownIam(b, "accessKeys")];
  if (!before || !after) return;
  const from = byArn(before);
  for (const { arn, keys } of after) {
    const old = from.get(arn)?.keys;
    // A user who was not looked at before has no new keys, only keys that were not known.
    if (old?.status !== "read" || keys.status !== "read") continue;
    const states = (rows: typeof keys.rows): Texts =>
      new Map(rows.map(({ id, active }) => [id, active ? "active" : "inactive"]));
    for (const one of differing(states(old.rows), states(keys.rows)))
      found({ what: "key", part: "accessKeys", arn, ...one });
  }
};

/** What GetRole or GetUser say of a mapped ARN: told where the lists of the account do not tell it already. */
const diffIdentities = (a: KnownCatalog, b: KnownCatalog, found: Found): void => {
  const [before, after] = [knownIam(a, "identities"), knownIam(b, "identities")];
  if (!before || !after) return;
  const listed = (part: "roles" | "users"): boolean =>
    knownIam(a, part) !== null && knownIam(b, part) !== null;
  if (listed("roles") && listed("users")) return;
  const idOf = (row: IamRowOf<"identities">): string | null | undefined =>
    row.status === "exists" ? row.id : row.status === "gone" ? null : undefined;
  const from = byArn(before);
  for (const row of after) {
    const old = from.get(row.arn);
    const [was, is] = [old && idOf(old), idOf(row)];
    if (was === undefined || is === undefined || was === is) continue;
    found({ what: "identity", part: "identities", arn: row.arn, name: null, before: was, after: is });
  }
};

/** A policy or the tags of one cluster: what differs, or that it could no longer be read, or again. */
const diffCluster = (a: ClusterAccess, b: ClusterAccess, found: Found): void => {
  const about = { part: "clusters", arn: b.arn } as const;
  for (const name of ["policy", "tags"] as const) {
    const [was, is] = [a[name], b[name]];
    if (was.status === "read" && is.status === "unreadable")
      found({ ...about, what: "unreadable", name, before: null, after: is.reason });
    if (was.status === "unreadable" && is.status === "read")
      found({ ...about, what: "readable", name, before: was.reason, after: null });
  }
  const [was, is] = [a.peersUnread, b.peersUnread];
  if (was === undefined && is !== undefined)
    found({ ...about, what: "unreadable", name: "peers", before: null, after: is });
  if (was !== undefined && is === undefined)
    found({ ...about, what: "readable", name: "peers", before: was, after: null });
  if (a.policy.status === "read" && b.policy.status === "read") {
    const [before, after] = [a.policy, b.policy].map(({ rows }) => digestOf(rows[0]?.document)) as [
      string | null,
      string | null,
    ];
    if (before !== after) found({ ...about, what: "cluster-policy", name: null, before, after });
  }
  if (a.tags.status === "read" && b.tags.status === "read") {
    for (const one of differing(tagged(a.tags.rows), tagged(b.tags.rows)))
      found({ ...about, what: "tag", ...one });
  }
};

const diffClusters = (a: KnownCatalog, b: KnownCatalog, found: Found): void => {
  const from = byArn(knownIam(a, "clusters") ?? []);
  for (const row of knownIam(b, "clusters") ?? []) {
    const old = from.get(row.arn);
    if (old) diffCluster(old, row, found);
  }
};

/** Which parts could no longer be read, or could be read again. */
const diffParts = ({ iam: a }: Catalog, { iam: b }: Catalog, found: Found): void => {
  const whole = { part: null, arn: null, name: null, before: null, after: null };
  if (!a && b) found({ ...whole, what: "readable" });
  if (a && !b) found({ ...whole, what: "unreadable", after: "it was not asked" });
  if (!a || !b) return;
  for (const part of iamPartNames) {
    const [was, is] = [a.parts[part], b.parts[part]];
    if (was.status === "read" && is.status === "unreadable")
      found({ ...whole, what: "unreadable", part, after: is.reason });
    if (was.status === "unreadable" && is.status === "read")
      found({ ...whole, what: "readable", part, before: was.reason });
  }
};

/**
 * The changes from `a` to `b`, unreadable parts first. A part that one side could not read is compared by what was last
 * known of it; where nothing was, nothing is said to have come or gone.
 */
export const diffIam = (a: KnownCatalog, b: KnownCatalog): IamChange[] => {
  const changes: IamChange[] = [];
  const found: Found = (change) => changes.push({ kind: "iam", ...change });
  diffParts(a, b, found);
  if (!a.iam || !b.iam) return changes;
  for (const part of ["users", "groups", "roles"] as const) diffHolders(part, a, b, found);
  diffManaged(a, b, found);
  diffKeys(a, b, found);
  diffClusters(a, b, found);
  diffIdentities(a, b, found);
  return changes;
};
