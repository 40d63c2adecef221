// Which kinds of items each function reads, writes and removes. Its role allows these and no others, and the local stack holds it
// to the same.
import { itemKinds } from "./item-kinds.ts";
import type { FunctionName } from "./topology.ts";

export type TableRights = {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly removes: readonly string[];
};

const history = ["CLUSTERS", "CLUSTER#", "CHUNK#", "TIMELINE#", "NAMED#"];
const capture = [
  ...[
    "SLOT#",
    "DIRTY#",
    "HOUR#",
    "DAY#",
    "ESTATE#",
    "ATTEMPT#",
    "LOGIN#",
    "TRAILEVENT#",
    "DIGEST#",
    "DOUBT#",
    "COVERAGE#",
  ],
];
const findings = ["FINDING#", "ACT#", "NOTICES#", "EXEMPTION#", "LOOK#"];
const verdicts = [
  ...["USES#", "CAPTURE#", "ASLEEP#", "UNWATCHED", "SETTINGS", "BASELINE#", "DEPLOYMENT", "PLANNED"],
];
const current = [...history, ...capture, ...findings, ...verdicts];

/**
 * Kinds are the beginnings of partition keys in lib/store/table/keys.ts: up to and with the first #, or the whole key. A function
 * reads those that its bundle can name, which a test compares: no call of it is refused, however seldom it is made.
 */
export const tableRights: Readonly<Record<FunctionName, TableRights>> = {
  plan: {
    reads: [...history, ...capture, "ASLEEP#", "NOTICES#", "DEPLOYMENT", "PLANNED"],
    writes: ["CLUSTERS", "ASLEEP#", "PLANNED", "TRAILEVENT#", "DEPLOYMENT"],
    removes: [],
  },
  snapshot: {
    reads: [...history, ...findings, "ATTEMPT#", "LOGIN#", "COVERAGE#"],
    writes: ["CLUSTERS", "CLUSTER#", "CHUNK#", "TIMELINE#", "NAMED#", "ATTEMPT#"],
    removes: [],
  },
  ingestEvents: { reads: ["CLUSTERS", ...capture], writes: ["SLOT#", "DIRTY#", "LOGIN#"], removes: [] },
  ingestFiles: {
    reads: ["CLUSTERS", ...capture],
    writes: ["SLOT#", "DIRTY#", "LOGIN#", "DIGEST#", "DOUBT#", "COVERAGE#"],
    removes: [],
  },
  detect: {
    reads: current,
    writes: [
      ...["HOUR#", "DAY#", "ESTATE#", "USES#", "DIRTY#", "COVERAGE#", "TRAILEVENT#", "DOUBT#", "CAPTURE#"],
      // That a cluster said to be deleted has let somebody in since.
      ...["FINDING#", "LOOK#", "SETTINGS", "NOTICES#", "CLUSTERS", "UNWATCHED"],
    ],
    // The marks of hours that have been added up.
    removes: ["DIRTY#"],
  },
  notify: { reads: current, writes: ["FINDING#", "NOTICES#"], removes: [] },
  act: {
    reads: [...history, ...findings, "ASLEEP#"],
    writes: ["FINDING#", "EXEMPTION#", "ACT#", "CLUSTERS"],
    removes: ["EXEMPTION#"],
  },
  // What it thinned is noted apart from the snapshots, which it can only remove.
  retain: {
    reads: Object.keys(itemKinds),
    writes: ["RETAINED#"],
    // Whatever a parameter says for how long it is kept.
    removes: Object.entries(itemKinds).flatMap(([kind, { kept }]) => ("by" in kept ? [kind] : [])),
  },
  query: { reads: current, writes: [], removes: [] },
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
