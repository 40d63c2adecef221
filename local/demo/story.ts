// What happens in the demonstration, and when: days and times after its first midnight.
import { DAY, HOUR, type Interval, MINUTE } from "../../lib/core/base/time.ts";
import { principals } from "./estate.ts";

/** A point of the story: day (0 is the first), hour, minute. */
const at = (day: number, hour = 0, minute = 0): number => day * DAY + hour * HOUR + minute * MINUTE;

/** An offset from the first midnight, the statement that `admin` runs then, and what it is in words. */
export type Change = { readonly at: number; readonly sql: string; readonly what: string };

export type Story = {
  readonly days: number;
  readonly changes: readonly Change[];
  /** No trail files and no events arrive from these stretches: they are lost, not late. */
  readonly outage: Interval;
  readonly contractorLastUsed: number;
  readonly analyticsLastUsed: number;
  /** The user service's role is used from a network it never came from. */
  readonly newNetwork: { readonly at: number; readonly ip: string; readonly agent: string };
  /** Windows are shorter than in production, so that 120 days are enough to see them close. */
  readonly dormantDays: number;
};

const contractor = principals.contractor;

/** The whole story. `scale` below 1 shortens the quiet stretches, never the order of what happens. */
export const story = (scale = 1): Story => {
  const day = (n: number): number => Math.round(n * scale);
  const dormantDays = day(30);
  return {
    days: day(120),
    dormantDays,
    changes: [
      {
        at: at(day(5), 9, 40),
        sql: `CREATE ROLE ${contractor.role} WITH LOGIN`,
        what: "a contractor joins: role contractor_nils",
      },
      {
        at: at(day(5), 9, 41),
        sql: `AWS IAM GRANT ${contractor.role} TO '${contractor.arn}'`,
        what: "and is mapped to an IAM role",
      },
      {
        at: at(day(5), 9, 42),
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
    ],
    contractorLastUsed: at(day(12), 15, 20),
    analyticsLastUsed: at(day(56), 11, 5),
    outage: { from: at(day(70)), to: at(day(70) + 3) },
    newNetwork: { at: at(day(110), 3, 12), ip: "203.0.113.77", agent: "psql/16.4" },
  };
};
