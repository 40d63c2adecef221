// What is told of one principal, mapping, hour or network: a row of an answer about activity.

/**
 * `seen`: `lastUseAt` says when. `possible`: an allowed connection may have been through this mapping or another one.
 * `never`: none in the stretch, all of whose settled hours are proven. `unknown`: none was seen, in hours that are not.
 */
export type LastUse = "seen" | "possible" | "never" | "unknown";

export type ActivityRow = {
  readonly principal: string;
  /** By mapping: the role; null: it is not known which, `possibleRoles` are those it may have been. */
  readonly role?: string | null;
  readonly possibleRoles?: readonly string[];
  /** By hour: its beginning. */
  readonly hour?: string;
  /** By network. */
  readonly network?: string;
  readonly allowed: number;
  /** Attempts that were refused: no use of anything. */
  readonly refused: number;
  /** How many of all attempts asked for the role admin. */
  readonly admin: number;
  /** Of all attempts. */
  readonly firstAt: string | null;
  readonly lastAt: string | null;
  /** The last connection that was allowed. */
  readonly lastUseAt: string | null;
  readonly lastUse: LastUse;
  /** As far as they were kept apart: "…" stands for others. */
  readonly networks: readonly string[];
  readonly clients: readonly string[];
  /** The roles that the principal is mapped to at the end of the stretch. */
  readonly mappedTo: readonly string[];
};

/** What a row stands for; a principal's own always. */
export const groupings = ["principal", "mapping", "hour", "network"] as const;
export type Grouping = (typeof groupings)[number];
