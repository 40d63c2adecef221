// A store with every kind of item that a history has, to change items of at random and to see who notices.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import { HOUR } from "../../lib/core/base/time.ts";
import { signRestore } from "../../lib/core/history/restore-marker.ts";
import { AuditError } from "../../lib/errors.ts";
import { registerCluster } from "../../lib/store/history/clusters.ts";
import { putMarker } from "../../lib/store/history/restores.ts";
import { putRetentionMark } from "../../lib/store/history/retention-mark.ts";
import { createSnapshotStore } from "../../lib/store/history/snapshots.ts";
import { historyToVerify } from "../../lib/store/history/to-verify.ts";
import { type VerifyReport, verifyHistory } from "../../lib/store/history/verify-history.ts";
import { openDynamoDbTable } from "../../lib/store/table/dynamodb/dynamodb-table.ts";
import type { Item } from "../../lib/store/table/table.ts";
import { startDynamoDb } from "../../local/store/dynamodb.ts";
import { acl, cluster, estate, role, table } from "./catalogs.ts";
import { itemChanges } from "./item-tampering.ts";
import { dice } from "./tampering.ts";

const T = Date.UTC(2026, 2, 1, 2);
const SNAPSHOTS = 9;
const others = Array.from({ length: 40 }, (_, i) => table(2000 + i, `t${i}`, { acl: acl("10=r/10") }));
/** Grants, a rename, a dropped table, a mapping that came later, sections that could not be read. */
const state = (n: number) =>
  estate({
    roles: [role(10, "admin"), role(100, n < 4 ? "app_ro" : "readers"), role(101, "app_rw")],
    relations: [
      ...(n === 6 ? [] : [table(1000, "orders", { acl: acl("10=arwdDxt/10", `${100 + (n & 1)}=r/10`) })]),
      ...others,
    ],
    ...(n === 5 && { mappings: "unreadable" as const }),
  });

const kindOf = ({ pk, sk }: Item): string =>
  pk.startsWith("CLUSTER#") ? (sk.split("#")[0] ?? "") : (pk.split("#")[0] ?? "");

const isRefusedByDynamoDb = (cause: unknown): boolean =>
  cause instanceof Error && cause.name === "ValidationException";

type Tried = { readonly what: string; readonly item: Item; readonly found: boolean };

export type TamperedStore = {
  readonly kinds: ReadonlyMap<string, readonly Item[]>;
  readonly verify: () => Promise<VerifyReport>;
  readonly answers: () => Promise<unknown[]>;
  readonly tryOne: (item: Item, roll: (n: number) => number, look: () => Promise<boolean>) => Promise<Tried>;
  readonly stop: () => Promise<void>;
};

export const tamperedStore = async (): Promise<TamperedStore> => {
  const database = await startDynamoDb();
  const name = `t-${randomUUID()}`;
  await database.createTable(name);
  const db = openDynamoDbTable({ client: database.client, name, sleep: async () => {}, random: () => 0 });
  const store = createSnapshotStore(db, { now: () => T });
  await registerCluster(db, cluster);
  for (let n = 0; n < SNAPSHOTS; n++) await store.save(cluster, state(n), T + n * 6 * HOUR);
  const pair = generateKeyPairSync("ed25519");
  const publicKey = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
  const kept = { seq: 0, hash: null };
  const lost = { seq: 99, hash: (await store.head(cluster))?.hash as never };
  const note = { v: 1 as const, cluster, restoredAt: T, kept, lost, reason: "a test of the backup" };
  const key = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  await putMarker(db, signRestore(note, key));
  await putRetentionMark(db, cluster, { before: T - 90 * 24 * HOUR, at: T, keepDays: 90 });
  const items: Item[] = [];
  const client = DynamoDBDocumentClient.from(database.client);
  for await (const page of paginateScan({ client }, { TableName: name }))
    items.push(...((page.Items ?? []) as Item[]));

  const verify = async () => verifyHistory(await historyToVerify(db, cluster), { publicKey });

  /** What readers answer: by time, by number, in stretches. */
  const answers = async (): Promise<unknown[]> => {
    const seen = <T>(ask: () => Promise<T>): Promise<unknown> =>
      ask().catch((error: unknown) => ({ error, code: (error as { code?: string }).code }));
    const of = (sealed: { manifest: { seq: number } } | undefined) => sealed?.manifest.seq ?? null;
    return Promise.all([
      ...Array.from({ length: SNAPSHOTS }, (_, n) => T + n * 6 * HOUR).flatMap((at) => [
        seen(async () => of(await store.manifestAsOf(cluster, at + 1))),
        seen(async () => of(await store.after(cluster, at))),
      ]),
      seen(async () => (await Array.fromAsync(store.list(cluster))).map(of)),
      seen(async () => (await Array.fromAsync(store.list(cluster, { backward: true, limit: 3 }))).map(of)),
      seen(async () => of(await store.head(cluster))),
      seen(async () => (await store.diff(cluster, T, T + 60 * HOUR)).to.manifest.seq),
    ]);
  };

  /** Changes one item at random, looks, and puts it back. */
  const tryOne = async (
    item: Item,
    roll: (n: number) => number,
    look: () => Promise<boolean>,
  ): Promise<Tried> => {
    const names = Object.keys(itemChanges) as (keyof typeof itemChanges)[];
    const kind = kindOf(item);
    const alike = items.filter((other) => kindOf(other) === kind && other !== item);
    for (;;) {
      const name = names[roll(names.length)] as keyof typeof itemChanges;
      const changed = itemChanges[name](item, roll, alike);
      if (changed && JSON.stringify(changed) === JSON.stringify(item)) {
        if (!alike.length || Object.keys(item).length === 2) break;
        continue;
      }
      try {
        if (changed) await db.put(changed);
        else await db.remove({ pk: item.pk, sk: item.sk });
      } catch (error) {
        // The index of times holds text only: the database itself refuses anything else.
        if (error instanceof AuditError && isRefusedByDynamoDb(error.cause)) continue;
        throw error;
      }
      const found = await look();
      await db.put(item);
      return { what: `${kind}: ${name}`, item, found };
    }
    return { what: `${kind}: nothing to change`, item, found: true };
  };

  return { kinds: Map.groupBy(items, kindOf), verify, answers, tryOne, stop: () => database.stop() };
};

/** What nothing in the store can prove: that a cluster was registered, that a backup was ever restored. */
export const beyondProof: readonly string[] = ["CLUSTERS: takes it away", "RESTORE: takes it away"];

/** Changes `each` items of every kind, one at a time; the changes that verify did not tell of, by kind of item and change. */
export const missedChanges = async (
  { kinds, verify, tryOne }: TamperedStore,
  each: number,
): Promise<{ readonly tries: number; readonly missed: readonly string[] }> => {
  const before = await verify();
  if (!before.whole) throw new Error(before.faults[0]?.message);
  const roll = dice(20_260_301);
  const missed: string[] = [];
  let tries = 0;
  for (const alike of kinds.values()) {
    for (let n = 0; n < each; n++) {
      const item = alike[roll(alike.length)] as Item;
      const { what, found } = await tryOne(item, roll, async () => {
        const { whole, notes } = await verify();
        return !whole || JSON.stringify(notes) !== JSON.stringify(before.notes);
      });
      tries++;
      if (!found) missed.push(what);
    }
  }
  return { tries, missed };
};
