// An estate as plain JSON and back: what a store keeps between two judgements. Equal estates make equal text.
import { Principal } from "../base/ids.ts";
import * as z from "../base/zod.ts";
import type { Estate } from "./estate.ts";
import type { DayRecord, Entries, Habits, Kind, Tenure } from "./habits.ts";
import type { DaySign } from "./judge-day.ts";
import type { SignGroup } from "./sign-rule.ts";

/** Changes when what a stored estate says would be read otherwise: an older one is worked out anew. */
export const ESTATE_VERSION = 2;

const Named = z.array(z.tuple([z.string(), z.int(), z.int(), z.int()]));
const Levels = z.record(z.string(), z.number());
/** day, flags, tenure, hours, most in an hour, gap, levels, learned */
const Day = z.tuple([z.int(), z.int(), z.int(), z.int(), z.int(), z.int(), Levels, z.nullable(Levels)]);
const Sign = z.object({
  detector: z.string(),
  group: z.string(),
  level: z.number(),
  bits: z.number(),
  firstAt: z.int(),
  lastAt: z.int(),
  eventIds: z.array(z.string()),
  what: z.string(),
  says: z.string(),
  value: z.optional(z.string()),
  evidence: z.record(z.string(), z.unknown()),
});
const Plain = z.object({
  v: z.literal(ESTATE_VERSION),
  day: z.nullable(z.int()),
  directoryNames: z.array(z.tuple([z.string(), z.int()])),
  principals: z.array(
    z.object({
      arn: Principal,
      networks: Named,
      neighbourhoods: Named,
      families: Named,
      sessions: Named,
      /** Left out where no key is known. */
      keys: z.optional(Named),
      introductions: z.array(z.tuple([z.string(), z.int(), z.number(), z.number()])),
      days: z.array(Day),
    }),
  ),
  episodes: z.array(
    z.object({ arn: Principal, firstAt: z.int(), lastAt: z.int(), found: z.boolean(), signs: z.array(Sign) }),
  ),
});

const PERSON = 1;
const PERSON_LIKE = 2;
const ADMIN = 4;
const UNMAPPED = 8;
const FLAGGED = 16;
const ACKNOWLEDGED = 32;

const packEntries = (entries: Entries): z.infer<typeof Named> =>
  [...entries].map(([name, { first, last, days }]) => [name, first, last, days]);
const unpackEntries = (named: z.infer<typeof Named>): Entries =>
  new Map(named.map(([name, first, last, days]) => [name, { first, last, days }]));

const packDay = (record: DayRecord): z.infer<typeof Day> => [
  record.day,
  (record.kind === "person" ? PERSON : 0) +
    (record.personLike ? PERSON_LIKE : 0) +
    (record.admin ? ADMIN : 0) +
    (record.unmapped ? UNMAPPED : 0) +
    (record.flagged ? FLAGGED : 0) +
    (record.acknowledged ? ACKNOWLEDGED : 0),
  record.tenure,
  record.hours,
  record.maxHour,
  record.gap,
  record.levels,
  record.learned ?? null,
];

const unpackDay = ([day, flags, tenure, hours, maxHour, gap, levels, learned]: z.infer<
  typeof Day
>): DayRecord => ({
  day,
  kind: (flags & PERSON ? "person" : "machine") satisfies Kind,
  tenure: tenure as Tenure,
  hours,
  maxHour,
  gap,
  personLike: (flags & PERSON_LIKE) !== 0,
  admin: (flags & ADMIN) !== 0,
  unmapped: (flags & UNMAPPED) !== 0,
  levels,
  ...(learned && { learned }),
  ...(flags & FLAGGED && { flagged: true as const }),
  ...(flags & ACKNOWLEDGED && { acknowledged: true as const }),
});

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0;

/** One JSON text. */
export const packEstate = (estate: Estate): string =>
  JSON.stringify({
    v: ESTATE_VERSION,
    day: estate.day,
    directoryNames: [...estate.directoryNames].sort(byName),
    principals: [...estate.principals].sort(byName).map(([arn, habits]) => ({
      arn,
      networks: packEntries(habits.networks),
      neighbourhoods: packEntries(habits.neighbourhoods),
      families: packEntries(habits.families),
      sessions: packEntries(habits.sessions),
      ...(habits.keys.size && { keys: packEntries(habits.keys) }),
      introductions: habits.introductions.map(({ network, day, level, bits }) => [network, day, level, bits]),
      days: habits.days.map(packDay),
    })),
    episodes: [...estate.episodes].sort(byName).flatMap(([arn, known]) =>
      known.map(({ firstAt, lastAt, found, signs }) => ({
        arn,
        firstAt,
        lastAt,
        found,
        signs: signs.map(packSign),
      })),
    ),
  } satisfies { [K in keyof z.infer<typeof Plain>]: unknown });

/** The estate of a text that `packEstate` made; undefined for one of another version or one that cannot be read. */
export const unpackEstate = (text: string): Estate | undefined => {
  const parsed = Plain.safeParse(jsonOf(text));
  if (!parsed.success) return undefined;
  const { day, directoryNames, principals, episodes } = parsed.data;
  return {
    day,
    directoryNames: new Map(directoryNames),
    principals: new Map(
      principals.map(
        ({
          arn,
          networks,
          neighbourhoods,
          families,
          sessions,
          keys,
          introductions,
          days,
        }): [Principal, Habits] => [
          arn,
          {
            networks: unpackEntries(networks),
            neighbourhoods: unpackEntries(neighbourhoods),
            families: unpackEntries(families),
            sessions: unpackEntries(sessions),
            keys: unpackEntries(keys ?? []),
            introductions: introductions.map(([network, since, level, bits]) => ({
              network,
              day: since,
              level,
              bits,
            })),
            days: days.map(unpackDay),
          },
        ],
      ),
    ),
    episodes: Map.groupBy(
      episodes.map(({ signs, ...rest }) => ({ ...rest, signs: signs.map(signOf) })),
      ({ arn }) => arn,
    ),
  };
};

/** In the order of its fields, so that equal signs make equal text. */
const packSign = (sign: DaySign): Record<keyof DaySign, unknown> => ({
  detector: sign.detector,
  group: sign.group,
  level: sign.level,
  bits: sign.bits,
  firstAt: sign.firstAt,
  lastAt: sign.lastAt,
  eventIds: sign.eventIds,
  what: sign.what,
  says: sign.says,
  value: sign.value,
  evidence: sign.evidence,
});

const signOf = ({ value, ...sign }: z.infer<typeof Sign>): DaySign => ({
  ...sign,
  group: sign.group as SignGroup,
  ...(value !== undefined && { value }),
});

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
