// Sightings as bytes: rows of numbers that point into a table of texts, deflated.
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Sighting, Sightings } from "../../core/activity/sighting.ts";
import type { Principal } from "../../core/base/ids.ts";
import * as z from "../../core/base/zod.ts";
import { AuditError } from "../../errors.ts";
import { textTable } from "./text-table.ts";

const OUTCOMES = ["allowed", "refused"] as const;
/** 128 principals of 2,048 characters, and the rest of 64 rows, each character as JSON may escape it. */
const MAX_UNPACKED = 4_194_304;

const Packed = z.object({
  texts: z.array(z.string()),
  /** Principal, outcome, network, client, session shape, address, session name. */
  rows: z.array(z.tuple([z.int(), z.int(), z.int(), z.int(), z.int(), z.int(), z.int()])),
  cut: z.union([z.literal("many"), z.array(z.int())]),
});

export const packSightings = ({ rows, cut }: Sightings): Uint8Array => {
  const { texts, place } = textTable();
  const packed: z.infer<typeof Packed> = {
    rows: rows.map((row) => [
      place(row.principal),
      OUTCOMES.indexOf(row.outcome),
      place(row.network),
      place(row.client),
      place(row.session),
      place(row.address),
      place(row.sessionName),
    ]),
    cut: cut === "many" ? cut : cut.map(place),
    texts,
  };
  return new Uint8Array(deflateRawSync(JSON.stringify(packed), { level: 9 }));
};

/** AuditError("store") for bytes that are not ours. */
export const unpackSightings = (bytes: Uint8Array): Sightings => {
  try {
    const text = inflateRawSync(bytes, { maxOutputLength: MAX_UNPACKED }).toString("utf8");
    const { texts, rows, cut } = Packed.parse(JSON.parse(text));
    const at = (place: number): string => texts[place] ?? "";
    return {
      rows: rows.map(
        ([principal, outcome, network, client, session, address, sessionName]): Sighting => ({
          principal: at(principal) as Principal,
          outcome: OUTCOMES[outcome] ?? "allowed",
          network: at(network),
          client: at(client),
          session: at(session),
          address: at(address),
          sessionName: at(sessionName),
        }),
      ),
      cut: cut === "many" ? cut : cut.map((place) => at(place) as Principal),
    };
  } catch (cause) {
    throw new AuditError("store", "Stored addresses and session names cannot be read", { cause });
  }
};
