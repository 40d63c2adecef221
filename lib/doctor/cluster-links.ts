// The links of one cluster, from its database login to its evaluation, by what the deployed functions left in the store.
import type { Cluster } from "../core/base/ids.ts";
import { DAY, HOUR, type Instant, minute } from "../core/base/time.ts";
import { MAPPINGS_GRANT } from "../core/catalog/auditor-needs.ts";
import { isDsql, sectionNames } from "../core/catalog/catalog.ts";
import { type Asleep, isLeftAsleep, LATE_MS } from "../core/coverage/asleep.ts";
import { BACK_WITHIN_MS } from "../core/coverage/canary-match.ts";
import { isUnchosen, type Unchosen } from "../core/coverage/chosen.ts";
import type { Canary } from "../core/coverage/coverage.ts";
import type { Gone } from "../core/history/cluster-life.ts";
import type { SealedManifest } from "../core/history/manifest.ts";
import { goneText } from "../wording/gone-text.ts";
import { broken, type Link, ok, unknown } from "./link.ts";

/** All that there is to say of a cluster that is gone. */
export const goneLink = (gone: Gone): Link => ok("cluster", `${goneText(gone)} It is not looked at`);

/** The newest snapshot, and whether snapshots still come. */
export const snapshotLink = (
  head: SealedManifest | undefined,
  now: Instant,
  asleep: Asleep | undefined,
  unchosen?: Unchosen,
): Link => {
  if (isUnchosen(unchosen, { snapshotAt: head?.manifest.takenAt, now, withinMs: LATE_MS }))
    return broken(
      "snapshot",
      `none is taken: the cluster's tags have not chosen it since ${minute(unchosen.since)}`,
      "Give it the tags of the parameter clusterTags again, or retire it: npx dsql-audit clusters --retire ARN --note WHY",
    );
  if (!head) return unknown("snapshot", "none was taken yet", "Wait for the next full hour.");
  const snapshotAt = head.manifest.takenAt;
  const says = `the newest is of ${minute(snapshotAt)}`;
  if (isLeftAsleep(asleep, { snapshotAt, now, withinMs: LATE_MS }))
    return ok(
      "snapshot",
      `${says}; the cluster is idle, and was left asleep at ${minute(asleep?.at ?? now)}`,
    );
  return now - snapshotAt <= LATE_MS
    ? ok("snapshot", says)
    : broken(
        "snapshot",
        `${says}, and one is due every hour`,
        "Look at the link database login, and at the log of the function snapshot.",
      );
};

/** How the auditor's last login ended. `failed`: when logins were tried of which none got in. */
export const loginLink = (
  { canaries, failed }: { readonly canaries: readonly Canary[]; readonly failed: readonly Instant[] },
  setUp: string,
): Link => {
  const made = Math.max(...canaries.map(({ at }) => at), Number.NEGATIVE_INFINITY);
  const refused = Math.max(...failed, Number.NEGATIVE_INFINITY);
  // A refused login that CloudTrail recorded proves capture, and is no login.
  if (Number.isFinite(refused) && refused >= made)
    return broken("database login", `failed at ${minute(refused)}`, `As admin, in the cluster: ${setUp}`);
  return Number.isFinite(made)
    ? ok("database login", `got in at ${minute(made)}`)
    : unknown("database login", "none was tried in the last 26 hours");
};

const TRY_GRANT = `Try, as admin in the cluster: ${MAPPINGS_GRANT}`;

/** A cluster that is PostgreSQL by its address; one that was reached by another address and has mappings is Aurora DSQL. */
const hasNoMappings = ({ manifest }: SealedManifest, cluster: Cluster): boolean =>
  !isDsql({ cluster }) && manifest.rows[sectionNames.indexOf("mappings")] === 0;

/** Whether the mappings could be read, and how: AWS does not document who may. A PostgreSQL server is not asked for them. */
export const mappingsLink = (head: SealedManifest | undefined, cluster: Cluster): Link => {
  if (!head) return unknown("mappings", "no snapshot was taken yet");
  const { unreadable, meta } = head.manifest;
  if (hasNoMappings(head, cluster))
    return unknown(
      "mappings",
      "not applicable: PostgreSQL has no sys.iam_pg_role_mappings. By its address this is no Aurora DSQL cluster",
    );
  if (unreadable.mappings !== undefined)
    return broken(
      "mappings",
      `sys.iam_pg_role_mappings could not be read${meta.asAdmin ? ", and auditAsAdmin did not help" : ""}: who is mapped to which role is unknown`,
      meta.asAdmin
        ? "npx dsql-audit findings --detector section-unreadable"
        : `AWS does not document who may read it. ${TRY_GRANT} If that is refused, set auditAsAdmin: on in deploy/params.STAGE.yml and deploy.`,
    );
  if (meta.asAdmin === "read")
    return {
      ...ok("mappings", "sys.iam_pg_role_mappings was read as admin, which auditAsAdmin allows"),
      next: `${TRY_GRANT} If that works, set auditAsAdmin: off and deploy.`,
    };
  return meta.asAdmin === "not-needed"
    ? {
        ...ok("mappings", "sys.iam_pg_role_mappings is readable without admin"),
        next: "Nothing needs auditAsAdmin: set it to off in deploy/params.STAGE.yml and deploy.",
      }
    : ok("mappings", "sys.iam_pg_role_mappings is readable");
};

/** What else of the newest snapshot could not be read: by the section, `iam.` before a part of IAM. */
export const readingLink = (
  head: SealedManifest | undefined,
  cluster: Cluster,
  unreadIam: readonly string[],
): Link => {
  if (!head) return unknown("catalog and IAM", "no snapshot was taken yet");
  const sections = Object.keys(head.manifest.unreadable).filter((section) => section !== "mappings");
  const unread = [...sections, ...unreadIam];
  const all = isDsql({ cluster }) ? "all of it is readable" : "the catalog is readable; IAM is not asked";
  return unread.length === 0
    ? ok("catalog and IAM", all)
    : broken(
        "catalog and IAM",
        `unreadable: ${unread.join(", ")}`,
        "npx dsql-audit findings --detector section-unreadable",
      );
};

/** Whether the auditor's own logins come back in trail files: the proof that connections are captured. */
export const canaryLink = (canaries: readonly Canary[], now: Instant): Link => {
  const due = canaries.filter(({ at }) => at <= now - BACK_WITHIN_MS);
  const seen = due.filter(({ seenInTrailAt }) => seenInTrailAt !== null).map(({ at }) => at);
  if (!due.length) return unknown("canary login", "none is old enough to have come back");
  if (!seen.length)
    return broken(
      "canary login",
      `none of ${due.length} came back in a trail file`,
      "Look at the links trail and bucket events.",
    );
  const newest = Math.max(...seen);
  const missed = due.filter(({ at }) => at > newest).length;
  const says = `the one of ${minute(newest)} came back in a trail file`;
  return missed
    ? broken("canary login", `${says}, ${missed} later did not`, "Look at the links trail and bucket events.")
    : ok("canary login", says);
};

/** `last`: the newest hour in which a connection was counted. */
export const connectionLink = (last: Instant | undefined): Link =>
  last === undefined
    ? unknown("connections", "none was counted in the last 30 days")
    : ok("connections", `the newest was counted in the hour from ${minute(last)}`);

/** How far back connections are looked for. */
export const CONNECTIONS_MS = 30 * DAY;
/** How far back logins are looked for. */
export const LOGINS_MS = 26 * HOUR;

export const evaluationLink = (at: Instant | undefined, now: Instant): Link => {
  if (at === undefined)
    return unknown(
      "evaluation",
      "the detectors have not run yet",
      "Wait ten minutes after the first snapshot.",
    );
  const says = `the detectors last ran at ${minute(at)}`;
  return now - at <= LATE_MS
    ? ok("evaluation", says)
    : broken("evaluation", `${says}, and are due every hour`, "Look at the log of the function detect.");
};
