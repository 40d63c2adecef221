// What the story planted, each with the detector whose business it is. Nothing here knows what should have been found.
import { DAY, type Instant, type Interval } from "../../lib/core/base/time.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { principals, ROOT } from "../../local/demo/estate.ts";
import type { IamEvent, Story } from "../../local/demo/story.ts";

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

const ofPrincipal =
  (arn: string) =>
  ({ subject }: Finding): boolean =>
    subject.principal === arn;
const ofRole =
  (role: string) =>
  ({ subject }: Finding): boolean =>
    subject.role === role;
const anything = (): boolean => true;

/** What was changed in the database and shows in what people did with it; times after the first midnight. */
const plantedChanges = (story: Story): Plant[] => {
  const changed = (starts: string): { at: number; what: string }[] =>
    story.changes.filter(({ sql }) => sql.startsWith(starts)).slice(0, 1);
  return [
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
  ];
};

/** What happens in IAM, and how the account is; times after the first midnight. */
const plantedInIam = (story: Story): Plant[] => [
  ...story.iam.map(({ at, what, kind, who }) => ({
    ...{ at, what, detector: iamDetectors[kind] },
    isAbout: kind === "cluster-policy" ? anything : ofPrincipal(principals[who].arn),
  })),
  {
    at: 0,
    what: "the cluster has no policy that keeps the internet out",
    detector: "public-cluster",
    isAbout: anything,
  },
  {
    at: story.keyMadeAt + KEY_DAYS * DAY,
    what: `the access key of the IAM user that runs a nightly job is ${KEY_DAYS} days old`,
    detector: "long-lived-key",
    isAbout: ofPrincipal(principals.cron.arn),
  },
];

/** The stretch without records, where the story has one. */
const plantedGap = ({ outage: { from, to } }: Story): Plant[] =>
  to > from
    ? [
        {
          at: from,
          what: "for three days no record of a connection arrives",
          detector: "capture-gap",
          isAbout: anything,
          during: { from, to },
        },
      ]
    : [];

const plantedAttacks = (story: Story): Plant[] =>
  story.attacks.map(({ at, what, detector, who, shots }) => {
    const arn = who === "root" ? ROOT : who && principals[who].arn;
    const last = Math.max(...shots.map((shot) => shot.at));
    return {
      at,
      what,
      detector,
      isAbout: arn === undefined ? anything : ofPrincipal(arn),
      during: { from: at, to: last + 1 },
    };
  });

/** Every plant of the story, in the order of time. */
export const plantsOf = (story: Story, midnight: Instant): Plant[] =>
  [...plantedChanges(story), ...plantedInIam(story), ...plantedGap(story), ...plantedAttacks(story)]
    .map((plant) => ({
      ...plant,
      at: midnight + plant.at,
      ...(plant.during && { during: { from: midnight + plant.during.from, to: midnight + plant.during.to } }),
    }))
    .sort((a, b) => a.at - b.at);
