// What the story planted, each with what the auditor made of it. Nothing here knows what should have been found.
import { DAY, HOUR, type Instant, type Interval, iso, MINUTE } from "../../lib/core/base/time.ts";
import type { Finding, Severity } from "../../lib/core/findings/finding.ts";
import { principals, ROOT } from "../../local/demo/estate.ts";
import type { IamEvent, Story } from "../../local/demo/story.ts";

/** A planted event, and the finding that it led to; null: none, which the text then says. */
export type Told = {
  readonly at: string;
  readonly what: string;
  /** The detector whose business it is. */
  readonly detector: string;
  readonly finding: string | null;
  /** The detector that names the finding: where several signs come together, another may. */
  readonly foundAs: string | null;
  readonly severity: Severity | null;
  readonly title: string | null;
  readonly status: string | null;
  readonly detectedAt: string | null;
  /** The first mail that tells of it, by its number; null: it was not mailed. */
  readonly mail: string | null;
  /** What a newcomer would ask about it. */
  readonly because: string | null;
};

type Plant = {
  readonly at: Instant;
  readonly what: string;
  readonly detector: string;
  readonly isAbout: (finding: Finding) => boolean;
  /** What was seen lies in it, at least in part; none: a state, found from then on. */
  readonly during?: Interval;
  readonly because?: string;
};

/** Whose business it is, what happens in IAM. */
const iamDetectors: Readonly<Record<IamEvent["kind"], string>> = {
  deleted: "orphan-mapping",
  remade: "rebound-role",
  "cluster-policy": "policy-misses-admin",
  "all-actions": "undeclared-admin",
};

/** An access key that is older is found. */
const KEY_DAYS = 90;

/** Every plant of the story, in the order of time. */
const plantsOf = (story: Story, midnight: Instant): Plant[] => {
  const ofPrincipal =
    (arn: string) =>
    ({ subject }: Finding): boolean =>
      subject.principal === arn;
  const ofRole =
    (role: string) =>
    ({ subject }: Finding): boolean =>
      subject.role === role;
  const changed = (starts: string): { at: number; what: string }[] =>
    story.changes.filter(({ sql }) => sql.startsWith(starts)).slice(0, 1);
  const plants: Omit<Plant, "during">[] = [
    {
      at: story.contractorLastUsed,
      what: "the contractor connects for the last time",
      detector: "dormant-mapping",
      isAbout: ofPrincipal(principals.contractor.arn),
    },
    ...changed("GRANT DELETE ON public.orders TO api_readonly").map(({ at, what }) => ({
      at,
      what,
      detector: "privilege-exceeds-archetype",
      isAbout: ofRole("api_readonly"),
    })),
    {
      at: story.analyticsLastUsed,
      what: "the analyst connects for the last time",
      detector: "dormant-mapping",
      isAbout: ofPrincipal(principals.analytics.arn),
      because: `Found later than after ${story.dormantDays} days: the verdict was unknown until the capture gap had left the window.`,
    },
    ...changed(`AWS IAM GRANT ${principals.partner.role}`).map(({ at, what }) => ({
      at,
      what,
      detector: "loose-mapping",
      isAbout: ofPrincipal(principals.partner.arn),
    })),
    ...changed("GRANT UPDATE ON public.products").map(({ at, what }) => ({
      at,
      what,
      detector: "baseline-drift",
      isAbout: ofRole("support_readonly"),
    })),
    ...changed(`AWS IAM REVOKE ${principals.contractor.role}`).map(({ at }) => ({
      at,
      what: "the contractor's IAM permission to connect is forgotten",
      detector: "permission-without-mapping",
      isAbout: ofPrincipal(principals.contractor.arn),
    })),
    ...story.iam.map(({ at, what, kind, who }) => ({
      ...{ at, what, detector: iamDetectors[kind] },
      isAbout: kind === "cluster-policy" ? () => true : ofPrincipal(principals[who].arn),
    })),
    {
      at: 0,
      what: "the cluster has no policy that keeps the internet out",
      detector: "public-cluster",
      isAbout: () => true,
    },
    {
      at: story.keyMadeAt + KEY_DAYS * DAY,
      what: `the access key of the IAM user that runs a nightly job is ${KEY_DAYS} days old`,
      detector: "long-lived-key",
      isAbout: ofPrincipal(principals.cron.arn),
    },
  ];
  const states = plants.map((plant): Plant => ({ ...plant, at: midnight + plant.at }));
  const { from, to } = story.outage;
  const gap: Plant = {
    at: midnight + from,
    what: "for three days no record of a connection arrives",
    detector: "capture-gap",
    isAbout: () => true,
    during: { from: midnight + from, to: midnight + to },
  };
  const attacks = story.attacks.map(({ at, what, detector, who, shots }): Plant => {
    const arn = who === "root" ? ROOT : who && principals[who].arn;
    const last = Math.max(...shots.map((shot) => shot.at));
    return {
      at: midnight + at,
      what,
      detector,
      isAbout: arn === undefined ? () => true : ofPrincipal(arn),
      during: { from: midnight + at, to: midnight + last + 1 },
    };
  });
  return [...states, ...(to > from ? [gap] : []), ...attacks].sort((a, b) => a.at - b.at);
};

/** Signs that came together in one finding stand in its evidence; the strongest gives it its name. */
const hasSign = ({ evidence }: Finding, detector: string): boolean =>
  Array.isArray(evidence.signs) &&
  evidence.signs.some((sign: unknown) => (sign as { detector?: unknown } | null)?.detector === detector);

/**
 * What became of each plant: the finding of its detector, else one that has it among its signs, on the same subject and
 * at the same time; the first of several. `mailOf`: the number of the first mail that tells of a finding.
 */
export const toldOf = (
  story: Story,
  midnight: Instant,
  findings: readonly Finding[],
  mailOf: (id: string) => string | null,
): Told[] =>
  plantsOf(story, midnight).map(({ at, what, detector, isAbout, during, because }) => {
    const about = findings
      .filter(isAbout)
      .filter(
        ({ firstSeenAt, lastSeenAt, detectedAt }) =>
          detectedAt >= at && (!during || (firstSeenAt < during.to && lastSeenAt >= during.from)),
      )
      .toSorted((a, b) => a.detectedAt - b.detectedAt);
    const finding =
      about.find((one) => one.detector === detector) ?? about.find((one) => hasSign(one, detector));
    return {
      at: iso(at),
      what,
      detector,
      finding: finding?.id ?? null,
      foundAs: finding?.detector ?? null,
      severity: finding?.severity ?? null,
      title: finding?.title ?? null,
      status: finding ? (finding.verdict ?? finding.status) : null,
      detectedAt: finding ? iso(finding.detectedAt) : null,
      mail: finding ? mailOf(finding.id) : null,
      because: because ?? null,
    };
  });

/** "54 min", "9 hours", "31 days". */
export const foundAfter = ({ at, detectedAt }: Told): string | null => {
  if (detectedAt === null) return null;
  const passed = Date.parse(detectedAt) - Date.parse(at);
  if (passed < 2 * HOUR) return `${Math.round(passed / MINUTE)} min`;
  return passed < 2 * DAY ? `${Math.round(passed / HOUR)} hours` : `${Math.round(passed / DAY)} days`;
};
