// What is known of a change that ended a finding: between which snapshots it came, and who was connected as admin.
import { adminLoginsOf, lastLogins } from "../activity/admin-logins.ts";
import { lastsInto, sessionsInto } from "../activity/session-end.ts";
import { type Interval, minute } from "../base/time.ts";
import { principalName } from "../base/visible-text.ts";
import { othersUnseen, sessionHours } from "../coverage/session-hours.ts";
import { someOf } from "./catalog-judgement.ts";
import type { Subject } from "./finding.ts";
import type { AuditView } from "./view.ts";

/**
 * Principals that were connected as admin in the stretch, through whichever endpoint of the database: a connection proves
 * no change, it makes one possible. The auditor's own logins, which it wrote down before it made them, are left out; one
 * too many under its name is not.
 */
export const adminsBetween = (
  { activity, coverage }: Pick<AuditView, "activity" | "coverage">,
  stretch: Interval,
): readonly string[] => {
  const { surplusLogins: surplus } = coverage.database;
  const isOwn =
    surplus && !surplus.some(({ at, admin }) => admin && lastsInto({ firstAt: at, lastAt: at }, stretch));
  const connected = [activity, ...activity.peers].flatMap(({ principals, talliesWithin }) =>
    principals.flatMap((principal) => talliesWithin(principal, sessionsInto(stretch))),
  );
  const seen = adminLoginsOf(connected.filter((tally) => lastsInto(tally, stretch)));
  // Of days that a look does not read any more the last login of each is known.
  const earlier = activity
    .adminLogins()
    .filter(({ lastUseAt: at }) => lastsInto({ firstAt: at, lastAt: at }, stretch));
  return lastLogins([...seen, ...earlier]).flatMap(({ arn }) =>
    isOwn && arn === activity.auditor ? [] : [arn],
  );
};

/**
 * "It was found in the snapshot of ..., and no longer in the one of ...", and of a role's privileges who was connected as
 * admin meanwhile. undefined where no newer snapshot tells it. `seenAt`: of the last snapshot that showed it.
 */
export const foundBetween = (
  view: AuditView,
  { roleOid }: Partial<Pick<Subject, "roleOid">>,
  seenAt: number,
): string | undefined => {
  const takenAt = view.privileges.snapshot?.takenAt;
  if (takenAt === undefined || takenAt <= seenAt) return undefined;
  const found = `It was found in the snapshot of ${minute(seenAt)}, and no longer in the one of ${minute(takenAt)}.`;
  if (roleOid === undefined) return found;
  const stretch = { from: seenAt, to: takenAt };
  const admins = adminsBetween(view, stretch).map(principalName);
  const who = admins.length
    ? ` Connected as admin in between: ${someOf(admins)}.`
    : " No connection as admin was seen in between.";
  const { uncovered, peersUnread = null } = view.coverage.database;
  return [`${found}${who}`, ...othersUnseen(sessionHours(uncovered, stretch), peersUnread)].join(" ");
};
