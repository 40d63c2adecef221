// A ledger of uses as plain JSON and back: what a store keeps between two judgements. Equal ledgers make equal text.
import { Principal } from "../base/ids.ts";
import * as z from "../base/zod.ts";
import type { UseLedger } from "./use-ledger.ts";

/** Changes when what a stored ledger says would be read otherwise: an older one is worked out anew. */
const LEDGER_VERSION = 2;

const Instants = z.array(z.int());
const Plain = z.object({
  v: z.literal(LEDGER_VERSION),
  day: z.int(),
  /** principal, then its uses: role, first, last after the first, event */
  uses: z.array(z.tuple([Principal, z.array(z.tuple([z.string(), z.int(), z.int(), z.string()]))])),
  /** principal, last login */
  admins: z.array(z.tuple([z.string(), z.int()])),
  bounds: z.array(z.tuple([z.string(), Instants, Instants])),
});

/** One JSON text. */
export const packLedger = ({ day, uses, admins, bounds }: UseLedger): string =>
  JSON.stringify({
    v: LEDGER_VERSION,
    day,
    uses: [...Map.groupBy(uses, ({ principal }) => principal)].map(([principal, own]) => [
      principal,
      own.map(({ role, firstAt, lastAt, firstEventId }) => [role, firstAt, lastAt - firstAt, firstEventId]),
    ]),
    admins: admins.map(({ arn, lastUseAt }) => [arn, lastUseAt]),
    bounds: [...bounds].map(([identity, { made, gone }]) => [identity, made, gone]),
  } satisfies { [K in keyof z.infer<typeof Plain>]: unknown });

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The ledger of a text that `packLedger` made; undefined for one of another version or one that cannot be read. */
export const unpackLedger = (text: string): UseLedger | undefined => {
  const parsed = Plain.safeParse(jsonOf(text));
  if (!parsed.success) return undefined;
  const { day, uses, admins, bounds } = parsed.data;
  return {
    day,
    uses: uses.flatMap(([principal, own]) =>
      own.map(([role, firstAt, length, firstEventId]) => ({
        principal,
        role,
        firstAt,
        lastAt: firstAt + length,
        firstEventId,
      })),
    ),
    admins: admins.map(([arn, lastUseAt]) => ({ arn, lastUseAt })),
    bounds: new Map(bounds.map(([identity, made, gone]) => [identity, { made, gone }])),
  };
};
