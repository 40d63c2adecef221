// What happens in the demonstration, and when: days and times after its first midnight.

import { DAY, HOUR, type Interval, MINUTE } from "../../lib/core/base/time.ts";
import { type Attack, eveningOfGuesses, nightOfThieves, oddAfternoon } from "./attacks.ts";
import { type PrincipalKey, principals } from "./estate.ts";

/** A point of the story: day (0 is the first), hour, minute. */
const at = (day: number, hour = 0, minute = 0): number => day * DAY + hour * HOUR + minute * MINUTE;

/** An offset from the first midnight, the statement that `admin` runs then, and what it is in words. */
export type Change = { readonly at: number; readonly sql: string; readonly what: string };

/** What happens in the account's IAM, and in the policy of the cluster. */
export type IamEvent = {
  readonly at: number;
  readonly what: string;
  /** `remade`: deleted and made again under its name; `all-actions`: it is given dsql:*. */
  readonly kind: "deleted" | "remade" | "all-actions" | "cluster-policy";
  /** Whom it happens to; of a policy of the cluster: whom that is meant to keep out. */
  readonly who: PrincipalKey;
};

export type Story = {
  readonly days: number;
  readonly changes: readonly Change[];
  /** In the order of time. */
  readonly iam: readonly IamEvent[];
  /** When the access key of the one IAM user was made: long before the story, or within it. */
  readonly keyMadeAt: number;
  /** No trail files and no events arrive from these stretches: they are lost, not late. */
  readonly outage: Interval;
  readonly contractorLastUsed: number;
  readonly analyticsLastUsed: number;
  /** In the order of time. */
  readonly attacks: readonly Attack[];
  /** When the access that there is becomes the baseline; the last of the changes is the one grant that leaves it. */
  readonly baselineAt: number | undefined;
  /** Windows are shorter than in production, so that 120 days are enough to see them close. */
  readonly dormantDays: number;
};

const { contractor, partner } = principals;

/** What happened to a principal in IAM, and when; undefined: nothing of that kind does. */
export const iamEventOf = (story: Story, who: PrincipalKey, kind: IamEvent["kind"]): number | undefined =>
  story.iam.find((event) => event.who === who && event.kind === kind)?.at;

/** When a principal connects for the first and the last time, where that is not the whole story. */
export const lifetimeOf = (story: Story, who: PrincipalKey): Interval => {
  const mapped = story.changes.find(({ sql }) => sql.includes(`'${principals[who].arn}'`))?.at ?? 0;
  const last = who === "contractor" ? story.contractorLastUsed : story.analyticsLastUsed;
  return { from: mapped, to: last };
};

/** A day of the story by its number in the whole one: a shortened story has it earlier. */
type Day = (n: number) => number;

/** What `admin` runs, in the order of time. */
const changesOf = (day: Day): readonly Change[] => [
  {
    at: at(day(1), 9, 40),
    sql: `CREATE ROLE ${contractor.role} WITH LOGIN`,
    what: "a contractor joins: role contractor_nils",
  },
  {
    at: at(day(1), 9, 41),
    sql: `AWS IAM GRANT ${contractor.role} TO '${contractor.arn}'`,
    what: "and is mapped to an IAM role",
  },
  {
    at: at(day(1), 9, 42),
    sql: `GRANT SELECT ON public.orders, public.payments TO ${contractor.role}`,
    what: "and may read orders and payments",
  },
  {
    at: at(day(50), 14, 10),
    sql: "GRANT DELETE ON public.orders TO api_readonly",
    what: "api_readonly, read-only by name, may now DELETE from orders",
  },
  {
    at: at(day(50) + 3, 9, 25),
    sql: "REVOKE DELETE ON public.orders FROM api_readonly",
    what: "the grant is taken back",
  },
  {
    at: at(day(66), 22, 25),
    sql: `AWS IAM REVOKE ${contractor.role} FROM '${contractor.arn}'`,
    what: "the contractor is let go at last: the mapping is revoked",
  },
  {
    at: at(day(106) - 1, 10, 2),
    sql: `CREATE ROLE ${partner.role} WITH LOGIN`,
    what: "a vendor of dashboards gets a role: partner_bi",
  },
  {
    at: at(day(106) - 1, 10, 3),
    sql: `GRANT SELECT ON public.order_items TO ${partner.role}`,
    what: "and may read the order items",
  },
  {
    at: at(day(106) - 1, 10, 4),
    sql: `AWS IAM GRANT ${partner.role} TO '${partner.arn}'`,
    what: "an IAM role of another AWS account is mapped to partner_bi",
  },
  {
    at: at(day(112) + 1, 10, 5),
    sql: "GRANT UPDATE ON public.products TO support_readonly",
    what: "support_readonly may UPDATE products, which access.yml does not declare",
  },
];

const iamEventsOf = (day: Day): readonly IamEvent[] => [
  {
    at: at(day(46), 10, 30),
    what: "the warehouse job is retired and its IAM role deleted; its mapping stays",
    kind: "deleted",
    who: "warehouse",
  },
  {
    at: at(day(96), 11, 15),
    what: "a deployment deletes the inventory loader's IAM role and makes it again",
    kind: "remade",
    who: "inventory",
  },
  {
    at: at(day(98), 11, 20),
    what: "a cluster policy is to keep staging out: it denies dsql:DbConnect and forgets admin",
    kind: "cluster-policy",
    who: "staging",
  },
  {
    at: at(day(112) + 1, 16, 20),
    what: "the worker of staging is given dsql:*, and so the administrator's role",
    kind: "all-actions",
    who: "staging",
  },
];

/** The whole story. `scale` below 1 shortens the quiet stretches, never the order of what happens. */
export const story = (scale = 1): Story => {
  const day = (n: number): number => Math.round(n * scale);
  const dormantDays = day(30);
  return {
    days: day(120),
    dormantDays,
    changes: changesOf(day),
    iam: iamEventsOf(day),
    // It is 90 days old in the middle of the story.
    keyMadeAt: at(day(61) - 90, 9),
    contractorLastUsed: at(day(9), 15, 20),
    analyticsLastUsed: at(day(56), 11, 5),
    outage: { from: at(day(70)), to: at(day(70) + 3) },
    attacks: [
      ...eveningOfGuesses(at(day(66), 20)),
      ...nightOfThieves(at(day(90), 1)),
      ...oddAfternoon(at(day(106), 14)),
    ],
    baselineAt: at(day(112), 9),
  };
};
