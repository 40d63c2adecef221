// Which kinds of items each function writes and removes. Its role allows these and no others, and the local stack holds it
// to the same.
import { itemKinds } from "./item-kinds.ts";
import type { FunctionName } from "./topology.ts";

export type TableRights = { readonly writes: readonly string[]; readonly removes: readonly string[] };

/** Kinds are the beginnings of partition keys in lib/store/table/keys.ts: up to and with the first #, or the whole key. */
export const tableRights: Readonly<Record<FunctionName, TableRights>> = {
  plan: { writes: ["CLUSTERS", "ASLEEP#", "PLANNED", "TRAILEVENT#", "DEPLOYMENT"], removes: [] },
  snapshot: {
    writes: ["CLUSTERS", "CLUSTER#", "CHUNK#", "TIMELINE#", "NAMED#", "ATTEMPT#"],
    removes: [],
  },
  ingestEvents: { writes: ["SLOT#", "DIRTY#", "LOGIN#"], removes: [] },
  ingestFiles: { writes: ["SLOT#", "DIRTY#", "LOGIN#", "DIGEST#", "DOUBT#", "COVERAGE#"], removes: [] },
  detect: {
    writes: [
      ...["HOUR#", "DAY#", "ESTATE#", "USES#", "DIRTY#", "COVERAGE#", "TRAILEVENT#", "DOUBT#", "CAPTURE#"],
      // That a cluster said to be deleted has let somebody in since.
      ...["FINDING#", "LOOK#", "SETTINGS", "NOTICES#", "CLUSTERS"],
    ],
    // The marks of hours that have been added up.
    removes: ["DIRTY#"],
  },
  notify: { writes: ["FINDING#", "NOTICES#"], removes: [] },
  act: { writes: ["FINDING#", "EXEMPTION#", "ACT#", "CLUSTERS"], removes: ["EXEMPTION#"] },
  // What it thinned is noted apart from the snapshots, which it can only remove.
  retain: {
    writes: ["RETAINED#"],
    // Whatever a parameter says for how long it is kept.
    removes: Object.entries(itemKinds).flatMap(([kind, { kept }]) => ("by" in kept ? [kind] : [])),
  },
  query: { writes: [], removes: [] },
};

/**
 * Kinds that only people write, by the command line: the backups they restored, the access they want.
 * @internal A test holds that every kind has its writer.
 */
export const writtenByPeople: readonly string[] = ["RESTORE#", "BASELINE#"];

/** The kind of an item by its partition key. */
export const kindOf = (pk: string): string => pk.slice(0, pk.indexOf("#") + 1) || pk;

/** As a condition on dynamodb:LeadingKeys names them; a kind without # is one whole key. */
export const leadingKeys = (kinds: readonly string[]): string[] =>
  kinds.map((kind) => (kind.endsWith("#") ? `${kind}*` : kind));
