// Tallies as bytes: a table of texts, rows of numbers that point into it, deflated. Their size decides what a segment costs.
import { deflateRawSync, inflateRawSync } from "node:zlib";
import * as z from "zod";
import type { Tally } from "../core/activity.ts";
import type { Principal } from "../core/ids.ts";
import { AuditError } from "../errors.ts";

const ACTIONS = ["DbConnect", "DbConnectAdmin"] as const;
const OUTCOMES = ["allowed", "refused"] as const;

const Row = z.tuple([
  z.int(), // principal
  z.int().min(0).max(3), // action and outcome
  z.int(), // network
  z.int(), // client
  z.int(), // session
  z.int(), // role
  z.int().positive(), // count
  z.int(), // firstAt, after the base
  z.int(), // lastAt, after firstAt
  z.string(), // firstEventId
]);
const Packed = z.object({ base: z.int(), texts: z.array(z.string()), rows: z.array(Row) });
type Packed = z.infer<typeof Packed>;

export const packTallies = (tallies: readonly Tally[]): Uint8Array => {
  const texts: string[] = [];
  const places = new Map<string, number>();
  const place = (text: string): number => {
    const known = places.get(text);
    if (known !== undefined) return known;
    places.set(text, texts.length);
    return texts.push(text) - 1;
  };
  const base = tallies.reduce((least, { firstAt }) => Math.min(least, firstAt), tallies[0]?.firstAt ?? 0);
  const rows = tallies.map(
    (t): z.infer<typeof Row> => [
      place(t.principal),
      ACTIONS.indexOf(t.action) * 2 + OUTCOMES.indexOf(t.outcome),
      place(t.network),
      place(t.client),
      place(t.session),
      place(t.role),
      t.count,
      t.firstAt - base,
      t.lastAt - t.firstAt,
      t.firstEventId,
    ],
  );
  return new Uint8Array(deflateRawSync(JSON.stringify({ base, texts, rows } satisfies Packed)));
};

/** Throws AuditError "store" for bytes that are not ours. */
export const unpackTallies = (bytes: unknown): Tally[] => {
  if (!(bytes instanceof Uint8Array)) throw new AuditError("store", "A stored tally is not binary");
  const unpack = (): Packed => {
    try {
      return Packed.parse(JSON.parse(inflateRawSync(bytes).toString("utf8")));
    } catch (cause) {
      throw new AuditError("store", "Stored tallies cannot be read", { cause });
    }
  };
  const { base, texts, rows } = unpack();
  return rows.map(
    ([principal, kind, network, client, session, role, count, first, length, firstEventId]) => ({
      principal: (texts[principal] ?? "") as Principal,
      action: ACTIONS[kind >> 1] ?? "DbConnect",
      outcome: OUTCOMES[kind & 1] ?? "allowed",
      network: texts[network] ?? "",
      client: texts[client] ?? "",
      session: texts[session] ?? "",
      role: texts[role] ?? "",
      count,
      firstAt: base + first,
      lastAt: base + first + length,
      firstEventId,
    }),
  );
};
