// Which records tell of one and the same connection, and which of them is believed.
//
// CloudTrail writes a connection twice where it concerns two accounts (sharedEventID), and again under a new eventID when
// data was missing (addendum). What may have such a second record is kept by itself until it is added up, so that the same
// record wins whatever came first.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
import type { Tally } from "./activity.ts";
import type { Connection } from "./connection.ts";
import { tallyKey, tallyOf } from "./tally.ts";

/** What a connection is counted by: one identity counts once. */
export const identityOf = ({ identity, eventId }: Pick<Connection, "identity" | "eventId">): string =>
  identity ?? eventId;

const isNamed = (principal: string): boolean => !principal.startsWith("unknown:");

/**
 * Whether another record may tell more of this connection. An ordinary one, whose caller is named and which is no second
 * record, is final.
 */
export const mayBeReplaced = ({ principal, identity }: Pick<Connection, "principal" | "identity">): boolean =>
  identity !== undefined || !isNamed(principal);

/** Of two tallies of one connection the better one: who names the caller; else by their text, so that order decides nothing. */
export const betterTally = (a: Tally, b: Tally): Tally => {
  const [namedA, namedB] = [isNamed(a.principal), isNamed(b.principal)];
  if (namedA !== namedB) return namedA ? a : b;
  const [textA, textB] = [`${tallyKey(a)}\n${a.firstEventId}`, `${tallyKey(b)}\n${b.firstEventId}`];
  return textA <= textB ? a : b;
};

/** Of two records of one connection the better one. */
export const betterConnection = (a: Connection, b: Connection): Connection => {
  if (!mayBeReplaced(a)) return a;
  if (!mayBeReplaced(b)) return b;
  const tally = tallyOf(a);
  return betterTally(tally, tallyOf(b)) === tally ? a : b;
};
