// What a sign of anomaly is: a rule that says how strange a principal's day looks, as a level that can be counted.
import type { Principal } from "../base/ids.ts";
import type { Instant, Interval } from "../base/time.ts";
import type { AccessKeys } from "./access-keys.ts";
import type { DayFigures } from "./day-figures.ts";
import type { HabitFigures, Kind } from "./habits.ts";

/** Levels are small integers; what is stranger than this is not told apart. */
export const LEVELS = 24;

/** The level of a network in a neighbourhood that nobody of the kind ever came from: the strangest of four classes. */
export const FOREIGN_NEIGHBOURHOOD = 4;
/** The level of a network that nobody else of the kind uses, in a neighbourhood that the principal knows; 3 lies between: only others know it. */
export const FOREIGN_NETWORK = 2;

/**
 * graded: higher levels are stranger, measured in half-doublings; categorical: it happened or not, in a few classes; fact:
 * strange by itself, without any history.
 */
export type Measure = "graded" | "categorical" | "fact";

/** Signs of one group tell the same story: only the strongest of them counts. */
export type SignGroup =
  | "network"
  | "client"
  | "hours"
  | "burst"
  | "refusals"
  | "dormancy"
  | "administration"
  | "mapping";

/** What a day shows of one sign. `what` and the chance's figures make the sentence that people read. */
export type Reached = {
  readonly level: number;
  /** What was seen that others may have seen too: a network, a client family, a session. */
  readonly value?: string;
  /** Only others who show the sign with the same mark explain it: refusals of one hour, from places that are usual or not. */
  readonly among?: string;
  /** Bits that it carries whatever the counts say: a network that was introduced some days ago. */
  readonly bits?: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly eventIds: readonly string[];
  /** Ends the sentence "<principal> ...". */
  readonly what: string;
  readonly evidence: Readonly<Record<string, unknown>>;
};

/** What a rule may ask beside the principal's own habits. Nothing in it is later than the end of yesterday. */
export type Surroundings = {
  readonly day: number;
  readonly kind: Kind;
  /** undefined: the cluster belongs to no AWS account. */
  readonly clusterAccount: string | undefined;
  /** Does anybody else of the principal's kind use this network, fine or coarse? */
  readonly isUsedByOthers: (network: string, principal: Principal) => boolean;
  /** Does anybody of this kind use this client family? */
  readonly isFamilyOfKind: (family: string, kind: Kind) => boolean;
  readonly isPersonLike: (session: string) => boolean;
  readonly accessKeys: AccessKeys;
  /**
   * Days after `day` and before today for which capture is proven, and in which the principal was not let in through another
   * endpoint of the database either.
   */
  readonly silentSince: (principal: Principal, day: number) => number;
  /** Why the database may have endpoints that nobody looked at; undefined: these are all that anybody told of. */
  readonly peersUnread: string | undefined;
  /** How the newest capture of mappings before an instant has the principal; unknown: mappings were not read. */
  readonly mappingAt: (
    principal: Principal,
    at: Instant,
    outcome: "allowed" | "refused",
  ) => "mapped" | "revoked" | "never" | "unknown";
  /** Whether `mappingAt` says "mapped" of all instants of the stretch. Without it each of them is asked for. */
  readonly isMappedThroughout?: ((principal: Principal, stretch: Interval) => boolean) | undefined;
};

export type SignRule = {
  /** What its levels are counted under. */
  readonly id: string;
  /** The detector that tells of it, where that has another id. */
  readonly detector?: string;
  readonly group: SignGroup;
  readonly measure: Measure;
  /** Judged from the second active day on, with the whole kind as its peers, however long each is known. */
  readonly habitFree: boolean;
  /** Graded: below this level nothing counts as a new record of the peers. */
  readonly leastTop?: number;
  /** The lowest level that counts as a sign; lower ones are counted all the same. */
  readonly leastLevel?: number;
  /** A fact that needs no count: it carries the most bits there are. */
  readonly isCertain?: true;
  /** Its values are places: one stays new for a week, and a few who share a new one are a campaign, not a move. */
  readonly isPlace?: true;
  /** Several show one value by its nature: a few of many who do are a campaign. */
  readonly isShared?: true;
  /** Its values are rolled out, to one principal after the other: who follows is not strange. */
  readonly isRolledOut?: true;
  /** A fact that is held against the habits at all endpoints of the database, as what happened or not always is. */
  readonly ofDatabase?: true;
  /** Everything of this sign that the day shows so far; strongest first is not needed. */
  readonly reached: (figures: DayFigures, own: HabitFigures, around: Surroundings) => readonly Reached[];
  /** What several principals show only together, by principal. `days`: all that the day shows so far. */
  readonly together?: (
    days: readonly DayFigures[],
    ownOf: (principal: Principal) => HabitFigures,
  ) => ReadonlyMap<Principal, readonly Reached[]>;
};
