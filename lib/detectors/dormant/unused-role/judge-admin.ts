// Judges admin and who connected as it: it needs no mapping, so that who may stands in IAM.
import { ADMIN } from "../../../core/activity/admin-logins.ts";
import { Principal } from "../../../core/base/ids.ts";
import { dayOf, type Instant, iso } from "../../../core/base/time.ts";
import { principalName } from "../../../core/base/visible-text.ts";
import { isDsql, rowsOf } from "../../../core/catalog/catalog.ts";
import { type Administrators, administrators } from "../../../core/findings/administrators.ts";
import type { DetectorView, Judgement } from "../../../core/findings/detector.ts";
import type { AccessEngine } from "../../../core/privileges/effective.ts";
import { type DormantRoleEvidence, provenSince, SHOWN, sinceWords } from "./evidence.ts";

/** Who may connect as admin, in words; undefined: nobody but the root user, so that nothing can be taken away. */
const adminsInWords = (admins: Administrators | null): string | undefined => {
  if (admins === null) return "who may is not known, IAM has not been read";
  const { may, unknown } = admins;
  if (may.length + unknown === 0) return undefined;
  if (unknown) return `${may.length || "nobody"} by IAM may for certain, and ${unknown} more perhaps`;
  return `IAM lets ${may.length === 1 ? "one identity" : `${may.length} identities`} do so`;
};

/** Whether one identity still may, in words; undefined: it may not any more. */
const stillMayInWords = ({ iam }: DetectorView, arn: string): string | undefined => {
  if (iam.who() === undefined) return "; whether it still may is not known, IAM has not been read";
  const rows = iam.mayOf(arn, "DbConnectAdmin");
  if (rows.some(({ verdict }) => verdict === "allowed" || verdict === "conditional"))
    return ", and IAM still lets it";
  return rows.every(({ verdict }) => verdict === "denied")
    ? undefined
    : "; whether it still may is not known";
};

/**
 * Nobody has connected as admin in the window, or some of those who did no longer do; silent while an hour is not covered at an
 * endpoint of the database, or nobody can tell its peers.
 */
export const judgeAdmin = (
  view: DetectorView,
  engine: AccessEngine,
  days: number,
): Judgement<DormantRoleEvidence>[] => {
  const { activity, now } = view;
  const coverage = view.coverage.database;
  const window = coverage.windowOf(days);
  const role = rowsOf(engine.catalog, "roles").find(({ name }) => name === ADMIN);
  const isKnown = coverage.peersUnread === undefined && coverage.uncovered.hoursIn(window) === 0;
  if (!role || !isDsql(engine.catalog) || !isKnown) return [];
  const logins = activity.adminLogins().filter(({ arn }) => arn !== activity.auditor);
  const proven = provenSince(view, days);
  const lastUseAt = logins.length
    ? Math.min(now, Math.max(...logins.map((login) => login.lastUseAt)))
    : undefined;
  const judgement = (
    subject: Judgement["subject"],
    at: Instant | undefined,
    principals: readonly string[],
    title: string,
    whoMay: readonly string[] | null,
  ): Judgement<DormantRoleEvidence> => ({
    subject,
    title,
    evidence: {
      window: { days },
      lastUseAt: at === undefined ? null : iso(at),
      captureProvenSince: iso(proven),
      principals: principals.slice(0, SHOWN),
      whoMay: whoMay?.slice(0, SHOWN) ?? null,
    },
    firstSeenAt: Math.min(at ?? proven, coverage.settledUntil),
    lastSeenAt: coverage.settledUntil,
    fix: "Take dsql:DbConnectAdmin away in IAM, from every policy that gives it where nobody needs it.",
  });
  const subject = { role: role.name, roleOid: role.oid };
  if (lastUseAt === undefined || lastUseAt < window.from) {
    const admins = administrators(view.iam, activity.auditor);
    const words = adminsInWords(admins);
    if (words === undefined) return [];
    const title = `Nobody has connected as admin ${sinceWords(lastUseAt, proven)}; ${words}`;
    const known = logins.map(({ arn }) => arn);
    return [judgement(subject, lastUseAt, known, title, admins?.may ?? null)];
  }
  return logins
    .filter((login) => login.lastUseAt < window.from)
    .flatMap(({ arn, lastUseAt: at }): Judgement<DormantRoleEvidence>[] => {
      const words = stillMayInWords(view, arn);
      if (words === undefined) return [];
      const title = `${principalName(arn)} has not connected as admin since ${dayOf(at)}${words}`;
      const may = words.startsWith(",") ? [arn] : null;
      return [judgement({ ...subject, principal: Principal.parse(arn) }, at, [arn], title, may)];
    });
};
