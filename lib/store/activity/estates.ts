// What was usual and which mappings were used, as of the ends of the last days: worked out once a day and kept.
import type { Estate } from "../../core/anomaly/estate.ts";
import { packEstate, unpackEstate } from "../../core/anomaly/estate-codec.ts";
import type { Cluster } from "../../core/base/ids.ts";
import type { UseLedger } from "../../core/findings/use-ledger.ts";
import { packLedger, unpackLedger } from "../../core/findings/use-ledger-codec.ts";
import * as keys from "../table/keys.ts";
import type { Table } from "../table/table.ts";
import { readChanges } from "./changed-days.ts";
import { type KeptDays, keptDays } from "./kept-days.ts";

export type EstateStore = KeptDays<Estate> & {
  /** The revision of what was counted: ask for it before the activity is read that is kept in another form. */
  readonly revision: (cluster: Cluster) => Promise<number>;
};

export const estateStore = (table: Table): EstateStore => ({
  revision: async (cluster) => (await readChanges(table, cluster)).rev,
  ...keptDays(table, {
    heads: keys.estates,
    head: keys.estate,
    part: keys.estatePart,
    pack: packEstate,
    unpack: unpackEstate,
  }),
});

/** The newest uses of mappings. */
export type LedgerStore = KeptDays<UseLedger> & {
  /**
   * The uses through the peers of a cluster, told apart by when that cluster's snapshots saw the mappings: so they are kept
   * with it. Each is asked for, and kept, by the peer.
   */
  readonly ofPeer: (cluster: Cluster) => KeptDays<UseLedger>;
};

export const ledgerStore = (table: Table): LedgerStore => {
  const text = { pack: packLedger, unpack: unpackLedger };
  return {
    ...keptDays(table, { heads: keys.ledgers, head: keys.ledger, part: keys.ledgerPart, ...text }),
    ofPeer: (cluster) =>
      keptDays(table, {
        heads: (peer) => keys.peerLedgers(cluster, peer),
        head: (peer, day) => keys.peerLedger(cluster, peer, day),
        part: (peer, day, n) => keys.peerLedgerPart(cluster, peer, day, n),
        ...text,
      }),
  };
};
