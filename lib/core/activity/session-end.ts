// How long access goes on after it was taken away: connections live for an hour, and tokens open new ones for a week.
import { DAY, HOUR, type Instant, type Interval } from "../base/time.ts";
import type { Tally } from "./activity.ts";

/** A connection ends after 60 minutes at most: https://docs.aws.amazon.com/aurora-dsql/latest/userguide/CHAP_quotas.html */
export const LONGEST_SESSION = HOUR;

/** When sessions begin that may go on at some instant of a stretch, both its ends among them. */
export const sessionsInto = ({ from, to }: Interval): Interval => ({
  from: Math.max(0, from - LONGEST_SESSION),
  to: to + 1,
});

/** Whether a connection that the tally counts may have gone on at some instant of a stretch, both its ends among them. */
export const lastsInto = (
  { firstAt, lastAt }: Pick<Tally, "firstAt" | "lastAt">,
  { from, to }: Interval,
): boolean => firstAt <= to && lastAt > from - LONGEST_SESSION;

/** A token is valid for 604,800 seconds at most: …/userguide/SECTION_authentication-token.html */
const LONGEST_TOKEN = 7 * DAY;

/** "active connections might stay authorized for the duration of the connection": …/userguide/authentication-authorization.html */
export const lastSessionEnd = (goneBy: Instant): Instant => goneBy + LONGEST_SESSION;

/** A token opens a new session only while IAM and a mapping let its principal in: without both it is of no use. */
export const lastTokenEnd = (goneBy: Instant): Instant => goneBy + LONGEST_TOKEN;
