// The exact addresses and session names of connections: bounded, for people who have to look one up. Nothing is judged by them.
import type { Principal } from "../base/ids.ts";
import type { Tally } from "./activity.ts";
import type { Connection } from "./connection.ts";
import { tallyOf } from "./tally.ts";

/** One pair of address and session name that connections of a kind came with; "" where the record had none. */
export type Sighting = Pick<Tally, "principal" | "outcome" | "network" | "client" | "session"> & {
  readonly address: string;
  readonly sessionName: string;
};

export type Sightings = {
  readonly rows: readonly Sighting[];
  /** Principals of whom not every pair is among the rows; "many": too many to name, it may be anyone. */
  readonly cut: readonly Principal[] | "many";
};

/** As long as AWS lets a session name be; an address is shorter. */
const MAX_TEXT = 64;
const MAX_ROWS = 64;
const MAX_ROWS_OF_KIND = 16;
/** Whoever is refused may bring a principal of 2,048 characters each time. */
const MAX_CUT = 64;

type KindSeen = { count: number; readonly pairs: Map<string, Sighting> };

const kindsOf = (connections: readonly Connection[]): Map<string, KindSeen> => {
  const kinds = new Map<string, KindSeen>();
  for (const connection of connections) {
    const { sourceIp = "", sessionName = "" } = connection;
    const address = sourceIp.slice(0, MAX_TEXT);
    const name = sessionName.slice(0, MAX_TEXT);
    if (address === "" && name === "") continue;
    const { principal, outcome, network, client, session } = tallyOf(connection);
    const key = JSON.stringify([principal, outcome, network, client, session]);
    const kind = kinds.get(key) ?? { count: 0, pairs: new Map<string, Sighting>() };
    kinds.set(key, kind);
    kind.count++;
    const pair = `${address}\n${name}`;
    if (!kind.pairs.has(pair))
      kind.pairs.set(pair, { principal, outcome, network, client, session, address, sessionName: name });
  }
  return kinds;
};

/**
 * At most 64 pairs of what came together, and 16 of a kind. The rarest kinds come first, one pair of each before the
 * second of any: what is strange is rare, and who connects a thousand times must not push it out.
 */
export const sightingsOf = (connections: readonly Connection[]): Sightings => {
  const rarest = [...kindsOf(connections)]
    .sort(([a, x], [b, y]) => x.count - y.count || (a < b ? -1 : 1))
    .map(([, { pairs }]) => [...pairs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pair]) => pair));
  const rows: Sighting[] = [];
  for (let n = 0; n < MAX_ROWS_OF_KIND && rows.length < MAX_ROWS; n++)
    for (const pairs of rarest) {
      const pair = pairs[n];
      if (pair && rows.length < MAX_ROWS) rows.push(pair);
    }
  const kept = new Set(rows);
  const left = rarest.flat().filter((pair) => !kept.has(pair));
  const cut = new Set(left.map(({ principal }) => principal));
  return { rows, cut: cut.size > MAX_CUT ? "many" : [...cut].sort() };
};
