// A mapped IAM user with an access key that is old, or that nobody uses: a password to the database that never changes.

import { counted } from "../../core/base/counted.ts";
import { DAY, type Instant, iso } from "../../core/base/time.ts";
import { principalName } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import type { AccessKey } from "../../core/catalog/iam-facts.ts";
import { seenInSnapshot } from "../../core/findings/catalog-judgement.ts";
import { type DetectorView, defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, daysAgo, exampleFacts } from "../../core/findings/example-facts.ts";
import { exampleIam } from "../../core/findings/example-iam.ts";
import { notTold } from "../../core/findings/mapped-identities.ts";
import type { MappingSubject } from "../../core/findings/view-mappings.ts";

type KeyEvidence = {
  readonly id: string;
  readonly createdAt: string | null;
  readonly lastUsedAt: string | null;
  readonly why: string;
};
type LongLivedEvidence = { readonly roles: readonly string[]; readonly keys: readonly KeyEvidence[] };

const Options = z.object({
  /** A key older than so many days is told. */
  days: z._default(z.int().check(z.positive()), 90),
  /** One that nobody used for so many days, too. */
  unusedDays: z._default(z.int().check(z.positive()), 60),
});
type Options = z.infer<typeof Options>;

const ageIn = (at: Instant, now: Instant): number => Math.floor((now - at) / DAY);

/** What is wrong with a key, if anything. A key that cannot be used is no access. */
const faultOf = (
  { active, createdAt, lastUsedAt }: AccessKey,
  now: Instant,
  { days, unusedDays }: Options,
): string | undefined => {
  if (!active || createdAt === null) return undefined;
  const age = ageIn(createdAt, now);
  const idle = ageIn(lastUsedAt ?? createdAt, now);
  if (age > days) return `is ${counted(age, "day")} old`;
  if (idle > unusedDays)
    return lastUsedAt === null
      ? `was not used once in ${counted(idle, "day")}`
      : `was not used for ${counted(idle, "day")}`;
  return undefined;
};

/** The mappings of each principal. */
const mappingsOf = (view: DetectorView): ReadonlyMap<string, readonly MappingSubject[]> =>
  Map.groupBy(view.mappings.standing, ({ principal }): string => principal);

export const longLivedKey = /* @__PURE__ */ defineDetector({
  id: "long-lived-key",
  category: "over-privileged",
  title: "Access key of a mapped IAM user that is old or unused",
  short: "Access key old or unused",
  severity: "medium",
  life: "state",
  docs: {
    why: "Whoever has the key can connect to the database as the user's roles, from anywhere, until somebody deactivates it. Old keys lie in more places than anybody remembers.",
    fix: "Map an IAM role instead, whose credentials end by themselves, and delete the key. Else replace the key and deactivate the old one.",
    falsePositives:
      "A system that cannot assume an IAM role and whose keys are changed by a rule of your own: set the option days to that rule.",
    blindSpots:
      "AWS tells when a key was last used with hours of delay, and for any service: a key in use elsewhere counts as used.",
  },
  evidence: {
    roles: "Mapped to",
    keys: {
      label: "Key",
      lines: true,
      fields: {
        id: "",
        createdAt: "created",
        lastUsedAt: { label: "last used", whenEmpty: "never" },
        why: "",
      },
    },
  },
  options: Options,
  needs: ["mappings", "iam.accessKeys"],
  detect: (view, options): readonly Judgement<LongLivedEvidence>[] => {
    const takenAt = view.iam.takenAt ?? view.now;
    const users = mappingsOf(view);
    return view.iam.rows("accessKeys").flatMap(({ arn, keys }): Judgement<LongLivedEvidence>[] => {
      const mappings = users.get(arn) ?? [];
      const [mapping] = mappings;
      if (!mapping || keys.status !== "read") return [];
      const told = keys.rows.flatMap((key): KeyEvidence[] => {
        const why = faultOf(key, takenAt, options);
        const { id, createdAt, lastUsedAt } = key;
        if (why === undefined) return [];
        return [
          {
            id,
            createdAt: createdAt === null ? null : iso(createdAt),
            lastUsedAt: lastUsedAt === null ? null : iso(lastUsedAt),
            why,
          },
        ];
      });
      if (told.length === 0) return [];
      const what =
        told.length === 1
          ? `an access key that ${told[0]?.why}`
          : `${told.length} access keys that are old or unused`;
      return [
        {
          subject: { principal: mapping.principal },
          title: `${principalName(arn)} is mapped and has ${what}`,
          evidence: { roles: mappings.map(({ role }) => role), keys: told },
          ...seenInSnapshot(view).times,
          grants: told.map(({ id }) => id),
        },
      ];
    });
  },
  unjudged: (view) => {
    const users = mappingsOf(view);
    const unread = view.iam
      .rows("accessKeys")
      .flatMap(({ arn, keys }) => (keys.status === "unreadable" ? (users.get(arn) ?? []).slice(0, 1) : []));
    // Of whom IAM could not say whether there is such a user, the keys were not asked for.
    return [...unread, ...notTold(view)].map(({ principal }) => ({ principal }));
  },
});

export const cases = (): Case[] => {
  const arn = "arn:aws:iam::111122223333:user/kim";
  const mappings = [{ to: "kim", role: "app_ro", arn }];
  const key = (over: Partial<AccessKey>): AccessKey => ({
    id: "AKIAEXAMPLE",
    active: true,
    createdAt: daysAgo(30),
    lastUsedAt: daysAgo(1),
    lastUsedService: "dsql",
    ...over,
  });
  const with_ = (...rows: AccessKey[]) =>
    exampleFacts({ mappings, iam: exampleIam({ accessKeys: [{ arn, keys: { status: "read", rows } }] }) });
  return [
    { name: "fires for a key of 91 days", facts: with_(key({ createdAt: daysAgo(91) })), expect: ["kim"] },
    {
      name: "fires for a key that nobody used for 61 days, and for one that nobody ever used",
      facts: with_(
        key({ createdAt: daysAgo(80), lastUsedAt: daysAgo(61) }),
        key({ id: "AKIAOTHER", createdAt: daysAgo(70), lastUsedAt: null }),
      ),
      expect: ["kim"],
    },
    {
      name: "is quiet for a key of 90 days that is in use",
      facts: with_(key({ createdAt: daysAgo(90), lastUsedAt: daysAgo(60) })),
      expect: [],
    },
    {
      name: "is quiet for an old key that is inactive",
      facts: with_(key({ createdAt: daysAgo(400), active: false })),
      expect: [],
    },
    {
      name: "is quiet while the keys could not be read",
      facts: exampleFacts({
        mappings,
        iam: exampleIam({
          accessKeys: [{ arn, keys: { status: "unreadable", reason: "access denied", code: null } }],
        }),
      }),
      expect: [],
    },
    { name: "clears when the key is deleted", facts: with_(), expect: [] },
  ];
};
